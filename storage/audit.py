"""The audit: what staff did outside conversations, in order, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.columns import storable_document
from storage.desk_tables import audit
from storage.store import Transaction


@dataclass(frozen=True)
class AuditEntry:
    """One entry. ``account_id`` is None when nobody was signed in (a failed sign-in)."""

    id: int
    at: datetime
    account_id: int | None
    action: str
    data: Mapping[str, Any]


def add_audit_entry(
    tx: Transaction, action: str, *, account_id: int | None, data: Mapping[str, Any] | None = None
) -> None:
    """Add an entry. ``data`` holds no resident's words and no password."""
    tx.connection.execute(
        sa.insert(audit).values(
            at=tx.now, account_id=account_id, action=action, data=storable_document(data or {})
        )
    )


def latest_audit_entries(
    tx: Transaction, *, limit: int = 100, account_id: int | None = None
) -> list[AuditEntry]:
    """Return the last entries, newest first, of everybody or of one account."""
    statement = sa.select(audit).order_by(audit.c.id.desc()).limit(limit)
    if account_id is not None:
        statement = statement.where(audit.c.account_id == account_id)
    return [AuditEntry(**row._mapping) for row in tx.connection.execute(statement)]


def last_audit_entry(tx: Transaction, action: str) -> AuditEntry | None:
    """Return the newest entry of this action, by anybody."""
    statement = (
        sa.select(audit).where(audit.c.action == action).order_by(audit.c.id.desc()).limit(1)
    )
    row = tx.connection.execute(statement).first()
    return None if row is None else AuditEntry(**row._mapping)
