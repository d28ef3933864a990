"""How long residents wait for an officer, in service minutes, against the target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlalchemy import select, union_all

from handoff.case import CaseState
from service_hours import Calendar
from storage import Transaction
from storage.tables import case_

_MOST = 5000
"""Cases that are looked at; more would be another kind of report."""


@dataclass(frozen=True)
class ServiceLevel:
    """Cases opened since a moment. Medians are service minutes, ``None`` without a case.

    ``late`` counts those taken after the target and those that still wait beyond it;
    ``never_taken`` ended without an officer.
    """

    opened: int
    taken: int
    in_time: int
    late: int
    never_taken: int
    median_wait: float | None
    median_handling: float | None

    @property
    def percent_in_time(self) -> int | None:
        """The share of the cases that were taken in time, of those that it is known of."""
        known = self.in_time + self.late
        return round(100 * self.in_time / known) if known else None


def service_level(
    tx: Transaction, calendar: Calendar, *, since: datetime, target_minutes: float
) -> ServiceLevel:
    """Compute the figures of the cases opened since a moment.

    The time of an officer who handed a case back and the bot's time are not part of a wait: it
    runs from the opening to the claim that stands.
    """
    rows = _cases(tx, since)
    waits, handling, late, never = [], [], 0, 0
    for row in rows:
        if row.claimed_at is None:
            waited = calendar.service_minutes_between(row.opened_at, row.closed_at or tx.now)
            if row.state == CaseState.WAITING.value:
                late += waited > target_minutes
            else:
                never += 1
            continue
        waits.append(calendar.service_minutes_between(row.opened_at, row.claimed_at))
        if row.closed_at:
            handling.append(calendar.service_minutes_between(row.claimed_at, row.closed_at))
    in_time = sum(wait <= target_minutes for wait in waits)
    return ServiceLevel(
        opened=len(rows),
        taken=len(waits),
        in_time=in_time,
        late=late + len(waits) - in_time,
        never_taken=never,
        median_wait=median(waits) if waits else None,
        median_handling=median(handling) if handling else None,
    )


def _cases(tx: Transaction, since: datetime) -> list[_Row]:
    """Read by the indexes on open cases and on the closing: what was opened closed later."""
    columns = (case_.c.state, case_.c.opened_at, case_.c.claimed_at, case_.c.closed_at)
    both = union_all(
        select(*columns).where(
            case_.c.state.in_((CaseState.WAITING.value, CaseState.CLAIMED.value)),
            case_.c.opened_at >= since,
            case_.c.drill.is_(False),
        ),
        select(*columns).where(
            case_.c.closed_at >= since, case_.c.opened_at >= since, case_.c.drill.is_(False)
        ),
    ).limit(_MOST)
    return [_Row(*row) for row in tx.connection.execute(both)]


@dataclass(frozen=True)
class _Row:
    state: str
    opened_at: datetime
    claimed_at: datetime | None
    closed_at: datetime | None
