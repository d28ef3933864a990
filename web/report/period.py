"""The days that a report is about. All days are WIB days, both ends included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from foundation.clock import WIB, read_day
from foundation.errors import InvalidFormError

DEFAULT_DAYS = 14
LONGEST_DAYS = 366


@dataclass(frozen=True)
class Period:
    """The days ``first`` to ``last``, inclusive."""

    first: date
    last: date

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of it, in order."""
        length = (self.last - self.first).days + 1
        return tuple(self.first + timedelta(days=offset) for offset in range(length))


def default_period(now: datetime) -> Period:
    """Return the last two weeks, today included."""
    today = now.astimezone(WIB).date()
    return Period(today - timedelta(days=DEFAULT_DAYS - 1), today)


def read_period(values: Mapping[str, str], now: datetime) -> Period:
    """Read ``from`` and ``to``; what is not given is as in :func:`default_period`.

    Raises ``InvalidFormError`` for a date that is none, an end before the beginning, and more
    than a year.
    """
    usual = default_period(now)
    begin, end = values.get("from", "").strip(), values.get("to", "").strip()
    last = read_day(end) if end else usual.last
    first = read_day(begin) if begin else min(usual.first, last - timedelta(days=DEFAULT_DAYS - 1))
    if last < first:
        raise InvalidFormError(
            f"period {first} to {last}",
            reader_text="Tanggal akhir lebih awal daripada tanggal mulai.",
        )
    if (last - first).days >= LONGEST_DAYS:
        raise InvalidFormError(
            f"period {first} to {last}",
            reader_text=f"Periode paling panjang {LONGEST_DAYS} hari.",
        )
    return Period(first, last)


def presets(now: datetime) -> list[tuple[str, Period]]:
    """Return the periods that are asked for most, with the key of their names."""
    today = now.astimezone(WIB).date()
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    return [
        ("hari_ini", Period(today, today)),
        ("tujuh_hari", Period(today - timedelta(days=6), today)),
        ("bulan_ini", Period(month, today)),
        ("bulan_lalu", Period(before.replace(day=1), before)),
    ]
