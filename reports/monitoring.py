"""The monitoring record of a working day (SOP step 7).

Made by itself at 18.00 WIB from the counts, then confirmed, annotated or corrected by named
members of the team. The record itself never changes; a correction is a signed record behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from foundation.clock import WIB
from foundation.errors import InvalidFormError, NotFoundError, RecordConflictError
from foundation.targets import DEFAULT_WAIT_TARGET
from reports.figures import read_figures
from reports.record_store import Action, OfficeRecord, file_record, records_between, records_of
from reports.volume import COLUMNS, volume_rows
from service_hours import Calendar
from storage import Account, Transaction
from storage.office_tables import office_record

MADE_AT = time(18, 0)
"""WIB; the end of service in the SOP."""

_CATCH_UP_DAYS = 31
_LONGEST_NOTE = 2000
_KIND = "monitoring"


@dataclass(frozen=True)
class Monitoring:
    """A day's record: the record made at 18.00 WIB and what was filed behind it."""

    date: date
    made: OfficeRecord
    later: tuple[OfficeRecord, ...]

    @property
    def records(self) -> tuple[OfficeRecord, ...]:
        """All records, the made one first."""
        return (self.made, *self.later)

    @property
    def confirmed_by(self) -> str:
        """Who confirmed it; empty while nobody did."""
        return next((record.signed_by for record in self.later if record.action == "confirmed"), "")

    @property
    def figures(self) -> dict[str, int]:
        """The contract's columns as they count now: as made, then each correction in order."""
        values = {column: int(self.made.content["totals"][column]) for column in COLUMNS}
        for record in self.later:
            if record.action == "corrected":
                values[str(record.content["column"])] = int(record.content["value"])
        return values

    def to_json(self) -> dict[str, Any]:
        """Return the record and the chain behind it as one document."""
        return {
            "date": self.date.isoformat(),
            "confirmed_by": self.confirmed_by,
            "figures": self.figures,
            "papers": [
                {
                    "action": record.action,
                    "at": record.at.isoformat(),
                    "signed_by": record.signed_by,
                    "content": dict(record.content),
                    "digest": record.digest,
                }
                for record in self.records
            ],
        }


def due_days(tx: Transaction, calendar: Calendar, now: datetime) -> list[date]:
    """Return the working days whose record is due and not made, oldest first.

    Reaches back to the last record, at most 31 days; before the first one only today counts.
    """
    local = now.astimezone(WIB)
    newest = local.date() if local.time() >= MADE_AT else local.date() - timedelta(days=1)
    last_made = tx.connection.execute(
        sa.select(sa.func.max(office_record.c.subject)).where(
            office_record.c.kind == _KIND, office_record.c.action == "made"
        )
    ).scalar_one()
    oldest = newest - timedelta(days=_CATCH_UP_DAYS - 1)
    begin = max(date.fromisoformat(last_made) + timedelta(days=1), oldest) if last_made else newest
    days = [begin + timedelta(days=offset) for offset in range((newest - begin).days + 1)]
    return [day for day in days if calendar.is_service_day(day)]


def make_monitoring(
    tx: Transaction, day: date, *, target: int = DEFAULT_WAIT_TARGET
) -> OfficeRecord:
    """File the record of a day from the counts as they are.

    ``target``: service minutes within which a waiting resident should get an officer.
    What came after the record before (evenings, weekends, holidays) stands in ``since_previous``,
    so that the records together leave no chat out. Raises ``RecordConflictError`` when it exists.
    """
    rows = volume_rows(tx, day, day)
    content = {
        "date": day.isoformat(),
        "counted_until": tx.now.isoformat(),
        "rows": [asdict(row) | {"date": row.date.isoformat()} for row in rows],
        "totals": {column: sum(getattr(row, column) for row in rows) for column in COLUMNS},
        "since_previous": _since_previous(tx, day),
        "figures": read_figures(tx, day, day, target=target).to_json(),
    }
    return file_record(tx, "monitoring", day.isoformat(), "made", content)


def get_monitoring(tx: Transaction, day: date) -> Monitoring:
    """Return the record of a day. Raises ``NotFoundError``."""
    found = _grouped(records_of(tx, "monitoring", day.isoformat()))
    if day not in found:
        raise NotFoundError(
            f"no monitoring record of {day}", reader_text="Catatan hari itu belum dibuat."
        )
    return found[day]


def list_monitoring(tx: Transaction, first: date, last: date) -> list[Monitoring]:
    """Return the records of a period, oldest first."""
    records = records_between(tx, "monitoring", first.isoformat(), last.isoformat())
    return list(_grouped(records).values())


def confirm(tx: Transaction, day: date, *, account: Account) -> OfficeRecord:
    """Sign the record as seen. Raises ``RecordConflictError`` when somebody already did."""
    record = get_monitoring(tx, day)
    if record.confirmed_by:
        raise RecordConflictError(
            f"monitoring {day} is confirmed",
            reader_text=f"Catatan ini sudah dikonfirmasi oleh {record.confirmed_by}.",
        )
    return _add(tx, day, "confirmed", {"totals": record.figures}, account)


def annotate(tx: Transaction, day: date, text: str, *, account: Account) -> OfficeRecord:
    """Add a signed note. Raises ``InvalidFormError`` for an empty or too long one."""
    get_monitoring(tx, day)
    return _add(tx, day, "noted", {"text": _text(text)}, account)


def correct(
    tx: Transaction, day: date, column: str, value: int, reason: str, *, account: Account
) -> OfficeRecord:
    """Add a signed correction of one figure; the figure as made stays readable.

    Raises ``InvalidFormError`` for an unknown column, a negative number or a missing reason.
    """
    record = get_monitoring(tx, day)
    if column not in COLUMNS or value < 0:
        raise InvalidFormError(
            f"correction of {column!r} to {value}",
            reader_text="Pilih angka yang dikoreksi dan isi nilainya dengan bilangan 0 atau lebih.",
        )
    content = {
        "column": column,
        "before": record.figures[column],
        "value": value,
        "text": _text(reason),
    }
    return _add(tx, day, "corrected", content, account)


def _add(
    tx: Transaction, day: date, action: Action, content: Mapping[str, Any], account: Account
) -> OfficeRecord:
    return file_record(tx, "monitoring", day.isoformat(), action, content, account=account)


def _text(text: str) -> str:
    text = text.strip()
    if not text or len(text) > _LONGEST_NOTE:
        raise InvalidFormError(
            f"note of {len(text)} characters",
            reader_text=f"Isi keterangan, paling panjang {_LONGEST_NOTE} huruf.",
        )
    return text


def _grouped(records: Sequence[OfficeRecord]) -> dict[date, Monitoring]:
    by_day: dict[date, list[OfficeRecord]] = {}
    for record in records:
        by_day.setdefault(date.fromisoformat(record.subject), []).append(record)
    return {
        day: Monitoring(day, found[0], tuple(found[1:]))
        for day, found in by_day.items()
        if found[0].action == "made"
    }


def _since_previous(tx: Transaction, day: date) -> dict[str, Any] | None:
    c = office_record.c
    row = tx.connection.execute(
        sa.select(office_record)
        .where(c.kind == _KIND, c.action == "made", c.subject < day.isoformat())
        .order_by(c.subject.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    before = date.fromisoformat(row.subject)
    rows = volume_rows(tx, before, day - timedelta(days=1))
    counted = row.content["totals"]
    return {
        "from": row.at.isoformat(),
        **{
            column: sum(getattr(found, column) for found in rows) - counted[column]
            for column in COLUMNS
        },
    }
