"""Time is passed in, never asked for: everything that needs "now" takes a :class:`Clock`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from foundation.errors import InvalidFormError

WIB = ZoneInfo("Asia/Jakarta")
"""The office's time zone (Waktu Indonesia Barat, UTC+7, no daylight saving)."""

Clock = Callable[[], datetime]
"""Returns the current moment as a timezone-aware datetime in UTC."""


def system_clock() -> datetime:
    """Return the machine's present moment in UTC."""
    return datetime.now(UTC)


@dataclass
class StillClock:
    """A clock that moves only when told to (tests, ``halo chat --script``)."""

    moment: datetime

    def __call__(self) -> datetime:
        """Return the moment it stands at."""
        return self.moment

    def set(self, moment: datetime) -> None:
        """Stand at ``moment`` (timezone-aware)."""
        self.moment = parse_moment(moment.isoformat())

    def advance(self, **by: float) -> None:
        """Move on by ``timedelta(**by)``."""
        self.moment += timedelta(**by)


def clock_starting_at(start: datetime, *, monotonic: Callable[[], float] = time.monotonic) -> Clock:
    """Return a running clock that shows ``start`` now and ticks on from there."""
    origin = monotonic()
    return lambda: start + timedelta(seconds=monotonic() - origin)


def parse_moment(text: str) -> datetime:
    """Read an ISO 8601 moment; one without an offset is taken as WIB. Returns UTC.

    Raises ``ValueError`` for anything else.

    >>> parse_moment("2026-11-24T09:00").isoformat()
    '2026-11-24T02:00:00+00:00'
    """
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=WIB)
    return moment.astimezone(UTC)


_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip


def indonesian_date(moment: datetime, *, weekday: bool = True) -> str:
    """Return the WIB day in words.

    >>> indonesian_date(parse_moment("2026-11-24T09:00"))
    'Selasa, 24 November 2026'
    """
    local = moment.astimezone(WIB)
    date = f"{local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{_DAYS[local.weekday()]}, {date}" if weekday else date


def indonesian_time(moment: datetime) -> str:
    """Return the WIB time of day in the office's notation.

    >>> indonesian_time(parse_moment("2026-11-24T09:05"))
    '09.05'
    """
    return moment.astimezone(WIB).strftime("%H.%M")


def read_day(text: str) -> date:
    """Return the day that a form or a command names as YYYY-MM-DD. Raises ``InvalidFormError``."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidFormError(
            f"date {text!r}", reader_text="Tanggal harus berbentuk TTTT-BB-HH, misalnya 2026-11-24."
        ) from error
