"""The record store: records are added and never changed.

Each row is signed by who filed it (a named account, or the service itself) and carries the SHA-256
of its content together with the digest of the row before it, so that a later change from outside
the program shows. The database refuses UPDATE and DELETE by itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa

from foundation.errors import RecordConflictError
from storage import Account, Transaction, storable_document, upsert
from storage.office_tables import office_record

Kind = Literal["monitoring", "evaluation", "readiness"]
Action = Literal["made", "confirmed", "noted", "corrected", "checked"]

BY_ITSELF = "HALO KOP-UKM"
"""Who signs what the service files on its own."""


@dataclass(frozen=True)
class OfficeRecord:
    """One filed record. ``account_id`` is None when the service filed it by itself."""

    id: int
    kind: str
    subject: str
    action: str
    at: datetime
    account_id: int | None
    signed_by: str
    content: Mapping[str, Any]
    previous: str
    digest: str


def file_record(
    tx: Transaction,
    kind: Kind,
    subject: str,
    action: Action,
    content: Mapping[str, Any],
    *,
    account: Account | None = None,
) -> OfficeRecord:
    """Add a record behind the last one of the same kind and subject.

    Raises ``RecordConflictError`` when another one was filed at the same moment, or a second
    ``made`` for the subject.
    """
    records = records_of(tx, kind, subject)
    previous = records[-1].digest if records else ""
    values: dict[str, Any] = {
        "kind": kind,
        "subject": subject,
        "action": action,
        "at": tx.now,
        "account_id": account.id if account else None,
        "signed_by": account.display_name if account else BY_ITSELF,
        "content": storable_document(content),
        "previous": previous,
    }
    values["digest"] = _digest(values)
    row = tx.connection.execute(
        upsert(tx, office_record)
        .values(**values)
        .on_conflict_do_nothing()
        .returning(office_record.c.id)
    ).one_or_none()
    if row is None:
        raise RecordConflictError(f"{kind} {subject}: another record was filed at the same moment")
    return OfficeRecord(id=row.id, **values)


def records_of(tx: Transaction, kind: Kind, subject: str) -> list[OfficeRecord]:
    """Return the records of a subject in the order in which they were filed."""
    rows = tx.connection.execute(
        sa.select(office_record)
        .where(office_record.c.kind == kind, office_record.c.subject == subject)
        .order_by(office_record.c.id)
    )
    return [OfficeRecord(**row._mapping) for row in rows]


def records_between(tx: Transaction, kind: Kind, first: str, last: str) -> list[OfficeRecord]:
    """Return the records whose subject (an ISO day) lies in the period, by subject and filing."""
    c = office_record.c
    rows = tx.connection.execute(
        sa.select(office_record)
        .where(c.kind == kind, c.subject >= first, c.subject <= last)
        .order_by(c.subject, c.id)
    )
    return [OfficeRecord(**row._mapping) for row in rows]


def is_intact(records: Sequence[OfficeRecord]) -> bool:
    """Whether every record of one subject still says what it said when it was filed."""
    previous = ""
    for record in records:
        if record.previous != previous or record.digest != _digest(vars(record)):
            return False
        previous = record.digest
    return True


def _digest(values: Mapping[str, Any]) -> str:
    names = ("kind", "subject", "action", "account_id", "signed_by", "content", "previous")
    signed = {name: values[name] for name in names}
    signed["at"] = values["at"].astimezone(UTC).isoformat()
    text = json.dumps(signed, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
