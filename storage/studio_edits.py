"""The overlay of the data studio: edits over the files in git, in the order they were made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from foundation.errors import NotFoundError
from storage.store import Transaction
from storage.studio_tables import studio_edits

EditKind = Literal["example", "label", "answer", "lexicon"]


@dataclass(frozen=True)
class StudioEdit:
    """One edit. What ``body`` holds for each kind is said in ``learning.overlay``."""

    id: int
    kind: EditKind
    key: str
    body: Mapping[str, Any]
    author: str
    at: datetime
    state: Literal["active", "undone"]
    note: str
    undone_by: str | None
    undone_at: datetime | None


def add_edit(
    tx: Transaction,
    kind: EditKind,
    *,
    key: str,
    body: Mapping[str, Any],
    author: str,
    note: str = "",
) -> int:
    """Add an edit to the overlay; return its id."""
    values = {
        "kind": kind,
        "key": key,
        "body": dict(body),
        "author": author,
        "at": tx.now,
        "state": "active",
        "note": note,
    }
    statement = sa.insert(studio_edits).values(**values).returning(studio_edits.c.id)
    return int(tx.connection.execute(statement).scalar_one())


def undo_edit(tx: Transaction, edit_id: int, *, author: str) -> StudioEdit:
    """Take an edit out of the overlay and return it; one that is undone already stays so.

    Raises ``NotFoundError``.
    """
    tx.connection.execute(
        sa.update(studio_edits)
        .where(studio_edits.c.id == edit_id, studio_edits.c.state == "active")
        .values(state="undone", undone_by=author, undone_at=tx.now)
    )
    return get_edit(tx, edit_id)


def get_edit(tx: Transaction, edit_id: int) -> StudioEdit:
    """Return an edit. Raises ``NotFoundError``."""
    found = tx.connection.execute(
        sa.select(studio_edits).where(studio_edits.c.id == edit_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError(f"studio edit {edit_id}")
    return StudioEdit(**found._mapping)


def active_edits(tx: Transaction, kind: EditKind | None = None) -> list[StudioEdit]:
    """Return the edits in force, of one kind or of all, oldest first."""
    statement = sa.select(studio_edits).where(studio_edits.c.state == "active")
    if kind is not None:
        statement = statement.where(studio_edits.c.kind == kind)
    rows = tx.connection.execute(statement.order_by(studio_edits.c.id))
    return [StudioEdit(**row._mapping) for row in rows]


def edit_history(
    tx: Transaction, kind: EditKind, *, key: str | None = None, limit: int = 200
) -> list[StudioEdit]:
    """Return the edits of a kind (about one key), undone ones too, newest first."""
    statement = sa.select(studio_edits).where(studio_edits.c.kind == kind)
    if key is not None:
        statement = statement.where(studio_edits.c.key == key)
    rows = tx.connection.execute(statement.order_by(studio_edits.c.id.desc()).limit(limit))
    return [StudioEdit(**row._mapping) for row in rows]
