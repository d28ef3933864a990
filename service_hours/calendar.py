"""When officers serve. All days and times of day are WIB; all moments are aware datetimes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path

import holidays

from foundation.clock import WIB
from service_hours.calendar_file import CalendarFile, Interval, read_calendar_file

_HORIZON_DAYS = 60


@dataclass(frozen=True)
class Opening:
    """One stretch of service, ``start`` inclusive, ``end`` exclusive, in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class ServiceStatus:
    """Whether officers serve at a moment, until when, and when they serve next."""

    is_open: bool
    closes_at: datetime | None
    next_opening: datetime | None
    closed_because: str | None = None
    """The holiday's name when a whole working day is closed, else ``None``."""


@dataclass(frozen=True)
class Calendar:
    """Service hours with national holidays, the office's own closed days and exceptions."""

    file: CalendarFile = field(default_factory=CalendarFile)

    @classmethod
    def load(cls, path: Path) -> Calendar:
        """Read ``kalender.yml``. Raises ``TrainingDataError`` with file and line."""
        return cls(read_calendar_file(path))

    def is_open(self, at: datetime) -> bool:
        """Whether officers serve at ``at``."""
        return self._opening_at(at) is not None

    def status(self, at: datetime) -> ServiceStatus:
        """Return the whole picture for ``at``."""
        now = self._opening_at(at)
        day = at.astimezone(WIB).date()
        return ServiceStatus(
            is_open=now is not None,
            closes_at=now.end if now else None,
            next_opening=self.next_opening(at),
            closed_because=None if now else self.closed_reason(day),
        )

    def next_opening(self, at: datetime) -> datetime | None:
        """Return the first opening strictly after ``at``; ``None`` when none within 60 days."""
        for opening in self._openings_from(at.astimezone(WIB).date()):
            if opening.start > at:
                return opening.start
        return None

    def service_minutes_between(self, start: datetime, end: datetime) -> float:
        """Return the minutes of service in [start, end); 0.0 when ``end`` is not after it."""
        total = timedelta()
        for day in _days(start.astimezone(WIB).date(), end.astimezone(WIB).date()):
            for opening in self.openings_on(day):
                overlap = min(opening.end, end) - max(opening.start, start)
                total += max(overlap, timedelta())
        return total.total_seconds() / 60

    def after_service_minutes(self, start: datetime, minutes: float) -> datetime | None:
        """Return the moment by which so many service minutes have passed since ``start``.

        ``None`` when the next 60 days do not have as many.
        """
        left = timedelta(minutes=minutes)
        for opening in self._openings_from(start.astimezone(WIB).date()):
            begin = max(opening.start, start)
            if begin + left <= opening.end:
                return begin + left
            left -= max(opening.end - begin, timedelta())
        return None

    def is_service_day(self, day: date) -> bool:
        """Whether there is any service on the WIB day."""
        return bool(self._intervals(day))

    def closed_reason(self, day: date) -> str | None:
        """Return the holiday's or closure's name for a WIB day that would otherwise be served."""
        if exception := self.file.exceptions.get(day):
            return None if exception.intervals else exception.reason
        return self.file.joint_leave.get(day) or _national_holidays(day.year).get(day)

    def openings_on(self, day: date) -> tuple[Opening, ...]:
        """Return the stretches of service on the WIB day, in order."""
        return tuple(
            Opening(_moment(day, interval.start), _moment(day, interval.end))
            for interval in self._intervals(day)
        )

    def _intervals(self, day: date) -> tuple[Interval, ...]:
        if exception := self.file.exceptions.get(day):
            return exception.intervals
        if self.closed_reason(day):
            return ()
        for season in self.file.seasons:
            if season.first <= day <= season.last:
                return season.week[day.weekday()]
        return self.file.week[day.weekday()]

    def _opening_at(self, at: datetime) -> Opening | None:
        for opening in self.openings_on(at.astimezone(WIB).date()):
            if opening.start <= at < opening.end:
                return opening
        return None

    def _openings_from(self, day: date) -> Iterator[Opening]:
        for offset in range(_HORIZON_DAYS):
            yield from self.openings_on(day + timedelta(days=offset))


def _moment(day: date, time_of_day: time) -> datetime:
    return datetime.combine(day, time_of_day, WIB).astimezone(UTC)


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


@lru_cache(maxsize=16)
def _national_holidays(year: int) -> dict[date, str]:
    """National holidays by presidential decision, as the `holidays` library lists them."""
    return dict(holidays.country_holidays("ID", years=year, language="id").items())
