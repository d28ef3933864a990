"""Who has a conversation open in front of them, by heartbeats, so that two do not both begin."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from handoff.presence import HEARTBEAT_EVERY
from storage import Transaction, upsert
from storage.desk_tables import reader
from storage.tables import account

VIEWING_FOR: Final = timedelta(seconds=75)
"""A heartbeat holds this long: two of the next may fail to come, a third may not."""


def viewer_heartbeat_due(tx: Transaction, conversation_id: str, account_id: int) -> bool:
    """Whether the viewer's last heartbeat is old enough to be given anew, or there is none."""
    seen = _seen_at(tx, conversation_id, account_id)
    return seen is None or tx.now - seen >= HEARTBEAT_EVERY


def note_viewing(tx: Transaction, conversation_id: str, account_id: int) -> bool:
    """Say that the officer views the conversation; True when colleagues do not know it yet.

    What is left of the officer's windows that died goes, so the table stays as small as the desk.
    """
    c = reader.c
    since = tx.now - VIEWING_FOR
    seen = _seen_at(tx, conversation_id, account_id)
    tx.connection.execute(sa.delete(reader).where(c.account_id == account_id, c.seen_at <= since))
    tx.connection.execute(
        upsert(tx, reader)
        .values(conversation_id=conversation_id, account_id=account_id, seen_at=tx.now)
        .on_conflict_do_update(
            index_elements=["conversation_id", "account_id"], set_={"seen_at": tx.now}
        )
    )
    return seen is None or seen <= since


def stop_viewing(tx: Transaction, conversation_id: str, account_id: int) -> bool:
    """Say that the officer went on to something else; True when they viewed it before."""
    gone = tx.connection.execute(
        sa.delete(reader).where(
            reader.c.conversation_id == conversation_id, reader.c.account_id == account_id
        )
    )
    return gone.rowcount > 0


def viewers_of(tx: Transaction, conversation_id: str, *, without: int) -> tuple[str, ...]:
    """Return the display names of those who view the conversation now, but of ``without``."""
    rows = tx.connection.execute(
        sa.select(account.c.display_name)
        .join(reader, reader.c.account_id == account.c.id)
        .where(
            reader.c.conversation_id == conversation_id,
            reader.c.account_id != without,
            reader.c.seen_at > tx.now - VIEWING_FOR,
        )
        .order_by(account.c.display_name, account.c.id)
    )
    return tuple(rows.scalars())


def _seen_at(tx: Transaction, conversation_id: str, account_id: int) -> datetime | None:
    found: datetime | None = tx.connection.execute(
        sa.select(reader.c.seen_at).where(
            reader.c.conversation_id == conversation_id, reader.c.account_id == account_id
        )
    ).scalar_one_or_none()
    return found
