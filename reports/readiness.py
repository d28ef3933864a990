"""The readiness record (SOP steps 2 and 3): what was checked before a service day, and how it was.

The checks themselves are made by whoever has the settings and the network; here they are filed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from foundation.clock import WIB
from reports.record_store import Action, OfficeRecord, file_record, records_between, records_of
from service_hours import Calendar
from storage import Account, Transaction

BEFORE_OPENING = timedelta(hours=1)
"""So long before the office opens the service checks itself."""

State = Literal["ok", "bad", "skipped"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. ``title`` and ``text`` are Indonesian and hold no secret."""

    name: str
    state: State
    title: str
    text: str


@dataclass(frozen=True)
class Readiness:
    """One filed check."""

    at: datetime
    signed_by: str
    findings: tuple[Finding, ...]

    @property
    def bad(self) -> int:
        """How many things are not as they should be."""
        return sum(finding.state == "bad" for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Return it as a document."""
        return asdict(self) | {"at": self.at.isoformat(), "bad": self.bad}


def is_due(tx: Transaction, calendar: Calendar) -> bool:
    """Whether today is served, opens within an hour or is open, and was not checked by itself."""
    day = tx.now.astimezone(WIB).date()
    openings = calendar.openings_on(day)
    if not openings or tx.now < openings[0].start - BEFORE_OPENING:
        return False
    return not _was_made(tx, day)


def file_readiness(
    tx: Transaction, findings: Sequence[Finding], *, account: Account | None = None
) -> OfficeRecord:
    """File a check under today, signed by the account, or without one by the service.

    The first that the service signs is the day's own (``is_due`` asks for it).
    Raises ``RecordConflictError`` when another process filed at the same moment.
    """
    day = tx.now.astimezone(WIB).date()
    content = {
        "date": day.isoformat(),
        "findings": [asdict(finding) for finding in findings],
        "bad": sum(finding.state == "bad" for finding in findings),
    }
    action: Action = "checked" if account or _was_made(tx, day) else "made"
    return file_record(tx, "readiness", day.isoformat(), action, content, account=account)


def readiness_of(tx: Transaction, day: date) -> list[Readiness]:
    """Return the checks of a day, oldest first."""
    return [_from_record(record) for record in records_of(tx, "readiness", day.isoformat())]


def list_readiness(tx: Transaction, first: date, last: date) -> dict[date, list[Readiness]]:
    """Return the checks of the days of a period, the newest day first."""
    found: dict[date, list[Readiness]] = {}
    records = records_between(tx, "readiness", first.isoformat(), last.isoformat())
    for record in records:
        found.setdefault(date.fromisoformat(record.subject), []).append(_from_record(record))
    return dict(sorted(found.items(), reverse=True))


def _was_made(tx: Transaction, day: date) -> bool:
    records = records_of(tx, "readiness", day.isoformat())
    return any(record.action == "made" for record in records)


def _from_record(record: OfficeRecord) -> Readiness:
    findings = tuple(Finding(**finding) for finding in record.content["findings"])
    return Readiness(record.at, record.signed_by, findings)
