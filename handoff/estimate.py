"""What a waiting resident may be told: the place in the queue and a computed time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlalchemy import select

from handoff.case import Case, CaseState
from handoff.presence import officers_on_duty
from handoff.queue import position, queue_counts
from service_hours import Calendar
from storage import Transaction
from storage.tables import case_

_SAMPLE = 50
"""Closed cases from which the time that one takes is computed."""

_FEWEST = 5
"""With fewer than these there is no figure to go by, and none is made up."""


@dataclass(frozen=True)
class WaitingEstimate:
    """``minutes`` of service until an officer is likely free, and the moment that is.

    Both are ``None`` while there is nothing to compute from. ``place`` counts from 1.
    """

    place: int
    minutes: int | None
    at: datetime | None


def waiting_estimate(tx: Transaction, case: Case, calendar: Calendar) -> WaitingEstimate | None:
    """Return place and computed time of a waiting case; ``None`` for any other.

    Median service minutes from claim to close of the last 50 closed cases, times the rounds that
    the queue ahead needs with the officers who are ready (at least one counts: outside the hours
    nobody is).
    """
    place = position(tx, case)
    return None if place is None else _at_place(tx, place, calendar)


def estimate_for_new(tx: Transaction, calendar: Calendar) -> WaitingEstimate:
    """Return what :func:`waiting_estimate` would say of a case that was opened now."""
    return _at_place(tx, queue_counts(tx).waiting + 1, calendar)


def _at_place(tx: Transaction, place: int, calendar: Calendar) -> WaitingEstimate:
    each = service_minutes_per_case(tx, calendar)
    if each is None:
        return WaitingEstimate(place, None, None)
    ready = max(1, sum(officer.ready(tx.now) for officer in officers_on_duty(tx)))
    minutes = max(1, round(each * -(-place // ready)))
    return WaitingEstimate(place, minutes, calendar.after_service_minutes(tx.now, minutes))


def service_minutes_per_case(tx: Transaction, calendar: Calendar) -> float | None:
    """Return the median service minutes from claim to close; ``None`` with too few to tell."""
    rows = tx.connection.execute(
        select(case_.c.claimed_at, case_.c.closed_at)
        .where(case_.c.closed_at.is_not(None), case_.c.claimed_at.is_not(None))
        .where(case_.c.state != CaseState.EXPIRED.value, case_.c.drill.is_(False))
        .order_by(case_.c.closed_at.desc())
        .limit(_SAMPLE)
    ).all()
    if len(rows) < _FEWEST:
        return None
    return median(calendar.service_minutes_between(row.claimed_at, row.closed_at) for row in rows)
