"""Inserts that step aside for a row that is already there, on both stores."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from storage.store import Dialect, Transaction


def upsert(tx: Transaction, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """Return the store's own INSERT, which knows ``on_conflict_do_nothing`` and ``_do_update``."""
    return postgresql.insert(table) if tx.dialect == "postgresql" else sqlite.insert(table)


def insert_if_absent(
    tx: Transaction, table: sa.Table, values: Mapping[str, Any], *, unique: tuple[str, ...]
) -> sa.Row[Any] | None:
    """Insert one row and return it; None when another row has the same ``unique`` columns.

    Waits for another transaction that is inserting the same row. Nothing fails, so the
    transaction goes on either way.
    """
    statement = _insert_if_absent(tx.dialect, table, unique)
    return tx.connection.execute(statement, dict(values)).one_or_none()


@lru_cache(maxsize=256)
def _insert_if_absent(
    dialect: Dialect, table: sa.Table, unique: tuple[str, ...]
) -> ReturningInsert[Any]:
    """Return the statement, built once: it stands on the path of every message."""
    inserting = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return inserting.on_conflict_do_nothing(index_elements=list(unique)).returning(*table.c)
