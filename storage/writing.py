"""Inserts that step aside for a row that is already there, on both stores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage.store import Transaction


def upsert(tx: Transaction, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """Return the store's own INSERT, which knows ``on_conflict_do_nothing`` and ``_do_update``."""
    return postgresql.insert(table) if tx.dialect == "postgresql" else sqlite.insert(table)


def insert_unless_there(
    tx: Transaction, table: sa.Table, values: Mapping[str, Any], *, unique: tuple[str, ...]
) -> sa.Row[Any] | None:
    """Insert one row and return it; None when another row has the same ``unique`` columns.

    Waits for another transaction that is inserting the same row. Nothing fails, so the
    transaction goes on either way.
    """
    statement = (
        upsert(tx, table)
        .values(**values)
        .on_conflict_do_nothing(index_elements=list(unique))
        .returning(*table.c)
    )
    return tx.connection.execute(statement).one_or_none()
