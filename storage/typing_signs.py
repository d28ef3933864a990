"""Who is typing right now: signs that pass, kept beside the log and never in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

import sqlalchemy as sa

from storage.store import Transaction
from storage.webchat_tables import typing_sign

Typist = Literal["officer", "resident", "reader"]
"""``reader`` types nothing: an officer opened or left the conversation, and colleagues see it."""

TYPING_SECONDS: Final = 6.0
"""A sign holds this long unless it comes again; who goes on typing gives one every four seconds."""


@dataclass(frozen=True)
class TypingSign:
    """``typist`` was typing in the conversation. ``id`` only grows."""

    id: int
    conversation: str
    typist: Typist


def note_typing(tx: Transaction, conversation_id: str, typist: Typist) -> None:
    """Say that somebody is typing; the sign before it of the same side goes.

    So the table holds no more than three rows a conversation that an officer ever opened.
    """
    end_typing(tx, conversation_id, typist)
    tx.connection.execute(
        sa.insert(typing_sign).values(conversation_id=conversation_id, typist=typist, at=tx.now)
    )


def end_typing(tx: Transaction, conversation_id: str, typist: Typist) -> None:
    """Take the sign back: what was being typed is said now."""
    tx.connection.execute(
        sa.delete(typing_sign).where(
            typing_sign.c.conversation_id == conversation_id, typing_sign.c.typist == typist
        )
    )


def is_typing(tx: Transaction, conversation_id: str, typist: Typist) -> bool:
    """Whether a sign of that side holds now; for those who ask instead of listening."""
    since = tx.now - timedelta(seconds=TYPING_SECONDS)
    found = sa.select(typing_sign.c.id).where(
        typing_sign.c.conversation_id == conversation_id,
        typing_sign.c.typist == typist,
        typing_sign.c.at > since,
    )
    return tx.connection.execute(found.limit(1)).first() is not None


def last_typing(tx: Transaction) -> int:
    """Return the id of the newest sign, 0 without any."""
    return tx.connection.execute(sa.select(sa.func.max(typing_sign.c.id))).scalar_one() or 0


def typing_beyond(tx: Transaction, seen: int, *, limit: int) -> list[TypingSign]:
    """Return the signs with a higher id than ``seen``, the oldest first.

    On PostgreSQL one that commits out of order may be missed: the next one comes soon.
    """
    rows = tx.connection.execute(
        sa.select(typing_sign.c.id, typing_sign.c.conversation_id, typing_sign.c.typist)
        .where(typing_sign.c.id > seen)
        .order_by(typing_sign.c.id)
        .limit(limit)
    )
    return [TypingSign(*row) for row in rows]
