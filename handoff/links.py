"""A case that takes up an earlier one: soon after the end the resident says: not solved."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert, select

from storage import Transaction
from storage.desk_tables import care
from storage.tables import case_

REOPEN_WITHIN = timedelta(hours=72)
"""A new case of the same conversation this soon after a closed one continues it."""

_ENDED_BY_A_PERSON = ("returned", "resolved")


@dataclass(frozen=True)
class Earlier:
    """The case that is taken up again, and who had it."""

    id: int
    ticket: str
    officer_id: int | None


def recently_closed(tx: Transaction, conversation_id: str) -> Earlier | None:
    """Return the conversation's last case when an officer ended it within ``REOPEN_WITHIN``."""
    row = tx.connection.execute(
        select(case_)
        .where(case_.c.conversation_id == conversation_id)
        .where(case_.c.state.in_(_ENDED_BY_A_PERSON))
        .order_by(case_.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None or row.closed_at is None or tx.now - row.closed_at > REOPEN_WITHIN:
        return None
    return Earlier(row.id, row.ticket, row.officer_id)


def take_up(tx: Transaction, earlier: Earlier, *, case_id: int) -> Mapping[str, str]:
    """Link a new case to the one that it continues; return what its opening event says of it."""
    tx.connection.execute(insert(care).values(case_id=case_id, previous_id=earlier.id))
    return {"reopens": earlier.ticket}


def earlier_of(tx: Transaction, case_ids: Collection[int]) -> dict[int, Earlier]:
    """Return the cases that these continue, by id; those that continue none are left out."""
    if not case_ids:
        return {}
    rows = tx.connection.execute(
        select(care.c.case_id, case_.c.id, case_.c.ticket, case_.c.officer_id)
        .join(case_, case_.c.id == care.c.previous_id)
        .where(care.c.case_id.in_(case_ids))
    )
    return {row.case_id: Earlier(row.id, row.ticket, row.officer_id) for row in rows}
