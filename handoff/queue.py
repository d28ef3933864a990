"""The queue as officers see it: urgent cases first, then the longest waiting.

With ``seen_by`` only what that account may see is listed and counted (:mod:`handoff.access`).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select

from handoff.access import visible_cases
from handoff.case import (
    IS_CLAIMED,
    IS_OPEN,
    IS_WAITING,
    URGENT,
    USUAL,
    Case,
    CaseState,
    case_from_row,
)
from storage import Account, Transaction
from storage.tables import case_


@dataclass(frozen=True)
class QueueCounts:
    """How many cases wait and how many are being answered."""

    waiting: int
    claimed: int


def waiting_cases(
    tx: Transaction, *, limit: int = 100, seen_by: Account | None = None
) -> list[Case]:
    """Return the waiting cases, the urgent first, then the longest waiting."""
    rows = tx.connection.execute(
        select(case_)
        .where(IS_WAITING, visible_cases(seen_by))
        .order_by(case_.c.priority, case_.c.opened_at, case_.c.id)
        .limit(limit)
    )
    return [case_from_row(row) for row in rows]


def cases_of_officer(tx: Transaction, officer_id: int) -> list[Case]:
    """Return the cases that the officer owns now, oldest claim first."""
    rows = tx.connection.execute(
        select(case_)
        .where(IS_CLAIMED, case_.c.officer_id == officer_id)
        .order_by(case_.c.claimed_at, case_.c.id)
    )
    return [case_from_row(row) for row in rows]


def all_claimed(tx: Transaction, *, limit: int = 100, seen_by: Account | None = None) -> list[Case]:
    """Return the cases that any officer has now, oldest claim first."""
    rows = tx.connection.execute(
        select(case_)
        .where(IS_CLAIMED, visible_cases(seen_by))
        .order_by(case_.c.claimed_at, case_.c.id)
        .limit(limit)
    )
    return [case_from_row(row) for row in rows]


def position(tx: Transaction, case: Case) -> int | None:
    """Return the 1-based place of a waiting case; ``None`` for any other. Drills take none."""
    if case.state is not CaseState.WAITING:
        return None
    ahead = tx.connection.execute(
        select(func.count())
        .select_from(case_)
        .where(
            IS_WAITING,
            case_.c.drill.is_(False),
            _before(case),
        )
    ).scalar_one()
    return ahead + 1


def queue_counts(tx: Transaction, *, seen_by: Account | None = None) -> QueueCounts:
    """Count the open cases by state; without ``seen_by`` all of them but drills."""
    counted = case_.c.drill.is_(False) if seen_by is None else visible_cases(seen_by)
    counts: dict[str, int] = {
        row.state: row.number
        for row in tx.connection.execute(
            select(case_.c.state, func.count().label("number"))
            .where(IS_OPEN, counted)
            .group_by(case_.c.state)
        )
    }
    return QueueCounts(
        waiting=counts.get(CaseState.WAITING.value, 0),
        claimed=counts.get(CaseState.CLAIMED.value, 0),
    )


def _before(case: Case) -> ColumnElement[bool]:
    """Return the condition for what is served earlier, so that an index serves it."""
    priority = URGENT if case.urgent else USUAL
    earlier = or_(
        case_.c.opened_at < case.opened_at,
        and_(case_.c.opened_at == case.opened_at, case_.c.id < case.id),
    )
    return or_(case_.c.priority < priority, and_(case_.c.priority == priority, earlier))
