"""Urgent cases: somebody told of danger. They come first, and alarm until a person acknowledges.

An alarm sounds while the case is open and nobody acknowledged it. Another one begins when danger
of another kind is told, and when the case goes back into the queue.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, insert, select, update

from handoff.access import visible_cases
from handoff.case import IS_URGENT, URGENT, Case, case_from_row
from storage import Account, Transaction, add_audit_entry, append_event
from storage.desk_tables import urgency
from storage.tables import account, case_

UNNAMED = "bahaya"
"""The kind of danger where nobody said which."""

CONTINUED = "lanjutan"
"""The kind of what is told in a talk that is about danger already: it is no other danger."""

MOST = 50
"""So many urgent cases are listed at once."""


@dataclass(frozen=True)
class UrgentCase:
    """An urgent case, when its alarm began, who said that they look after it (``by``: a name).

    ``alerts`` counts how often supervisors were told.
    """

    case: Case
    kind: str
    since: datetime
    acknowledged_at: datetime | None
    by: str
    alerts: int

    @property
    def sounds(self) -> bool:
        """Whether nobody has acknowledged it yet."""
        return self.acknowledged_at is None


def make_urgent(
    tx: Transaction, case: Case, *, kind: str, actor: str, turn_id: str | None = None
) -> bool:
    """Put an open case at the head of the queue and raise its alarm; False when both were so.

    To be called under the lock of the conversation.
    """
    kind = kind or UNNAMED
    before = tx.connection.execute(
        select(urgency).where(urgency.c.case_id == case.id)
    ).one_or_none()
    if before is not None and kind in (before.kind, CONTINUED):
        return False
    fresh: dict[str, Any] = {
        "kind": kind,
        "since": tx.now,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "alerted_at": None,
    }
    if before is None:
        tx.connection.execute(insert(urgency).values(case_id=case.id, **fresh))
    else:
        tx.connection.execute(update(urgency).where(urgency.c.case_id == case.id).values(**fresh))
    tx.connection.execute(update(case_).where(case_.c.id == case.id).values(priority=URGENT))
    _record(tx, case, "urgency_raised", actor, turn_id, kind=kind, again=before is not None)
    return True


def acknowledge(tx: Transaction, case: Case, *, officer_id: int, actor: str) -> bool:
    """Note that the officer looks after an urgent case; False when somebody did so before.

    To be called under the lock of the conversation. A case that is not urgent is left alone.
    """
    taken = tx.connection.execute(
        update(urgency)
        .where(urgency.c.case_id == case.id, urgency.c.acknowledged_at.is_(None))
        .values(acknowledged_at=tx.now, acknowledged_by=officer_id)
        .returning(urgency.c.since, urgency.c.kind)
    ).one_or_none()
    if taken is None:
        return False
    seconds = round((tx.now - taken.since).total_seconds())
    _record(
        tx,
        case,
        "urgency_acknowledged",
        actor,
        officer_id=officer_id,
        kind=taken.kind,
        seconds=seconds,
    )
    data = {"case_id": case.id, "ticket": case.ticket}
    add_audit_entry(tx, "urgency_acknowledged", account_id=officer_id, data=data)
    return True


def alarm_again(tx: Transaction, case_id: int) -> None:
    """Let an urgent case sound once more: whoever acknowledged it no longer has it."""
    tx.connection.execute(
        update(urgency)
        .where(urgency.c.case_id == case_id)
        .values(since=tx.now, acknowledged_at=None, acknowledged_by=None, alerted_at=None)
    )


def urgent_cases(tx: Transaction, officer: Account) -> list[UrgentCase]:
    """Return the open urgent cases that the officer may see, the unacknowledged first."""
    rows = tx.connection.execute(
        _open_ones()
        .where(visible_cases(officer))
        .order_by(urgency.c.acknowledged_at.is_not(None), urgency.c.since, case_.c.id)
        .limit(MOST)
    )
    return [_urgent_case(row) for row in rows]


def urgency_of(tx: Transaction, case_ids: Collection[int]) -> dict[int, UrgentCase]:
    """Return the alarms of those cases that are urgent, open or closed, by case."""
    if not case_ids:
        return {}
    rows = tx.connection.execute(_all_of_them().where(case_.c.id.in_(case_ids)))
    return {row.id: _urgent_case(row) for row in rows}


def alerts_due(tx: Transaction, *, every: timedelta) -> list[UrgentCase]:
    """Return the alarms that sound and about which nobody was told within ``every``."""
    rows = tx.connection.execute(
        _open_ones()
        .where(urgency.c.acknowledged_at.is_(None))
        .where(urgency.c.alerted_at.is_(None) | (urgency.c.alerted_at <= tx.now - every))
        .order_by(urgency.c.since, case_.c.id)
        .limit(MOST)
    )
    return [_urgent_case(row) for row in rows]


def mark_urgent_alert(tx: Transaction, case_id: int) -> None:
    """Note that supervisors are told of the case now."""
    tx.connection.execute(
        update(urgency)
        .where(urgency.c.case_id == case_id)
        .values(alerted_at=tx.now, alerts=urgency.c.alerts + 1)
    )


def _all_of_them() -> Select[Any]:
    columns = (
        urgency.c.kind,
        urgency.c.since,
        urgency.c.acknowledged_at,
        urgency.c.alerts,
        account.c.display_name,
    )
    return (
        select(case_, *columns)
        .join(urgency, urgency.c.case_id == case_.c.id)
        .outerjoin(account, account.c.id == urgency.c.acknowledged_by)
    )


def _open_ones() -> Select[Any]:
    return _all_of_them().where(IS_URGENT)


def _urgent_case(row: Row[Any]) -> UrgentCase:
    return UrgentCase(
        case=case_from_row(row),
        kind=row.kind,
        since=row.since,
        acknowledged_at=row.acknowledged_at,
        by=row.display_name or "",
        alerts=row.alerts,
    )


def _record(
    tx: Transaction,
    case: Case,
    event_type: str,
    actor: str,
    turn_id: str | None = None,
    **data: Any,
) -> None:
    told = {"case_id": case.id, "ticket": case.ticket, "reason": case.reason, **data}
    append_event(tx, case.conversation, type=event_type, actor=actor, data=told, turn_id=turn_id)
