"""Short codes with which a talk in the web chat goes on in another channel, once, within a day."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from storage.store import Transaction
from storage.webchat_tables import continuation

CODE_LIFETIME: Final = timedelta(hours=24)


def save_continuation(tx: Transaction, *, code: str, conversation_id: str) -> None:
    """Let ``code`` lead to the conversation until it is used or ``CODE_LIFETIME`` is over.

    Codes that are over are removed on the way.
    """
    tx.connection.execute(sa.delete(continuation).where(continuation.c.expires_at <= tx.now))
    tx.connection.execute(
        sa.insert(continuation).values(
            code_hash=_hash(code),
            conversation_id=conversation_id,
            created_at=tx.now,
            expires_at=tx.now + CODE_LIFETIME,
        )
    )


def take_continuation(tx: Transaction, code: str) -> str | None:
    """Use the code up and return the id of the web conversation that it leads to.

    ``None`` for an unknown, used or expired code. Case and spaces around it do not matter. Of two
    callers at once one gets the conversation.
    """
    return tx.connection.execute(
        sa.update(continuation)
        .where(
            continuation.c.code_hash == _hash(code),
            continuation.c.used_at.is_(None),
            continuation.c.expires_at > tx.now,
        )
        .values(used_at=tx.now)
        .returning(continuation.c.conversation_id)
    ).scalar_one_or_none()


def _hash(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()
