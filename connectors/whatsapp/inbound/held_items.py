"""What came before the message that it is about, held for a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

from storage import Transaction, insert_if_absent
from storage.whatsapp_tables import waiting

KEPT: Final = timedelta(days=1)

# Built once: they are asked for every message that comes in or goes out.
_TAKE: Final = (
    sa.delete(waiting)
    .where(waiting.c.wamid == sa.bindparam("about"))
    .returning(waiting.c.id, waiting.c.data)
)
_TAKE_KIND: Final = _TAKE.where(waiting.c.kind == sa.bindparam("this_kind"))


def hold(tx: Transaction, wamid: str, kind: str, data: Mapping[str, Any]) -> None:
    """Hold a status or a revocation until its message is known; a second copy changes nothing."""
    values = {"wamid": wamid, "kind": kind, "data": dict(data), "at": tx.now}
    insert_if_absent(tx, waiting, values, unique=("wamid", "kind"))


def take_held(tx: Transaction, wamid: str, kind: str | None = None) -> list[dict[str, Any]]:
    """Return what was held for the message, in order of arrival, and hold it no longer.

    ``kind`` None takes every kind.
    """
    statement = _TAKE if kind is None else _TAKE_KIND
    rows = tx.connection.execute(statement, {"about": wamid, "this_kind": kind}).all()
    return [row.data for row in sorted(rows, key=lambda row: row.id)]


def drop_expired(tx: Transaction) -> int:
    """Give up what nothing turned up for within a day; return how many."""
    return tx.connection.execute(sa.delete(waiting).where(waiting.c.at <= tx.now - KEPT)).rowcount


def some_expired(tx: Transaction) -> bool:
    """Whether something has been held for a day."""
    statement = sa.select(sa.exists().where(waiting.c.at <= tx.now - KEPT))
    return bool(tx.connection.execute(statement).scalar_one())
