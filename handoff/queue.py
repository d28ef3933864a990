"""The queue as officers see it: longest waiting first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from handoff.case import Case, CaseState, case_from_row
from storage import Transaction
from storage.tables import case_


@dataclass(frozen=True)
class QueueCounts:
    """How many cases wait and how many are being answered."""

    waiting: int
    claimed: int


def waiting_cases(tx: Transaction, *, limit: int = 100) -> list[Case]:
    """Return the waiting cases, the longest waiting first."""
    rows = tx.connection.execute(
        select(case_)
        .where(case_.c.state == CaseState.WAITING.value)
        .order_by(case_.c.opened_at, case_.c.id)
        .limit(limit)
    )
    return [case_from_row(row) for row in rows]


def cases_of_officer(tx: Transaction, officer_id: int) -> list[Case]:
    """Return the cases that the officer owns now, oldest claim first."""
    rows = tx.connection.execute(
        select(case_)
        .where(case_.c.state == CaseState.CLAIMED.value, case_.c.officer_id == officer_id)
        .order_by(case_.c.claimed_at, case_.c.id)
    )
    return [case_from_row(row) for row in rows]


def all_claimed(tx: Transaction, *, limit: int = 100) -> list[Case]:
    """Return the cases that any officer has now, oldest claim first."""
    rows = tx.connection.execute(
        select(case_)
        .where(case_.c.state == CaseState.CLAIMED.value)
        .order_by(case_.c.claimed_at, case_.c.id)
        .limit(limit)
    )
    return [case_from_row(row) for row in rows]


def position(tx: Transaction, case: Case) -> int | None:
    """Return the 1-based place of a waiting case; ``None`` for any other."""
    if case.state is not CaseState.WAITING:
        return None
    ahead = tx.connection.execute(
        select(func.count())
        .select_from(case_)
        .where(
            case_.c.state == CaseState.WAITING.value,
            (case_.c.opened_at < case.opened_at)
            | ((case_.c.opened_at == case.opened_at) & (case_.c.id < case.id)),
        )
    ).scalar_one()
    return ahead + 1


def queue_counts(tx: Transaction) -> QueueCounts:
    """Count the open cases by state."""
    counts: dict[str, int] = {
        row.state: row.number
        for row in tx.connection.execute(
            select(case_.c.state, func.count().label("number"))
            .where(case_.c.state.in_((CaseState.WAITING.value, CaseState.CLAIMED.value)))
            .group_by(case_.c.state)
        )
    }
    return QueueCounts(
        waiting=counts.get(CaseState.WAITING.value, 0),
        claimed=counts.get(CaseState.CLAIMED.value, 0),
    )
