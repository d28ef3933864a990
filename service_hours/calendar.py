"""When officers serve. All days and times of day are WIB; all moments are aware datetimes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
class CalendarChange:
    """What the office decided at a moment, in force from then until the next change."""

    since: datetime
    file: CalendarFile


@dataclass(frozen=True)
class Calendar:
    """Service hours with national holidays, the office's own closed days and exceptions.

    ``changes`` is asked at each use (oldest first), so that whoever holds a calendar follows the
    office at once. Each moment is judged by what was in force then, so that figures of the past
    stay what they were; a day, by what was in force at its end.
    """

    file: CalendarFile = field(default_factory=CalendarFile)
    changes: Callable[[], Sequence[CalendarChange]] = tuple

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
        return bool(self.intervals_on(day))

    def closed_reason(self, day: date) -> str | None:
        """Return the holiday's or closure's name for a WIB day that would otherwise be served."""
        return _closed_reason(self.file_at(_end_of(day)), day)

    def openings_on(self, day: date) -> tuple[Opening, ...]:
        """Return the stretches of service on the WIB day, in order."""
        return _openings(self.file_at(_end_of(day)), day)

    def intervals_on(self, day: date) -> tuple[Interval, ...]:
        """Return the hours of service on the WIB day, in order."""
        return _intervals(self.file_at(_end_of(day)), day)

    def file_at(self, moment: datetime) -> CalendarFile:
        """Return what was in force at a moment."""
        for change in reversed(self.changes()):
            if change.since <= moment:
                return change.file
        return self.file

    def _opening_at(self, at: datetime) -> Opening | None:
        for opening in _openings(self.file_at(at), at.astimezone(WIB).date()):
            if opening.start <= at < opening.end:
                return opening
        return None

    def _openings_from(self, day: date) -> Iterator[Opening]:
        for offset in range(_HORIZON_DAYS):
            yield from self.openings_on(day + timedelta(days=offset))


def _openings(file: CalendarFile, day: date) -> tuple[Opening, ...]:
    return tuple(
        Opening(_moment(day, interval.start), _moment(day, interval.end))
        for interval in _intervals(file, day)
    )


def _intervals(file: CalendarFile, day: date) -> tuple[Interval, ...]:
    if exception := file.exceptions.get(day):
        return exception.intervals
    if _closed_reason(file, day):
        return ()
    for season in file.seasons:
        if season.first <= day <= season.last:
            return season.week[day.weekday()]
    return file.week[day.weekday()]


def _closed_reason(file: CalendarFile, day: date) -> str | None:
    if exception := file.exceptions.get(day):
        return None if exception.intervals else exception.reason
    return file.joint_leave.get(day) or _national_holidays(day.year).get(day)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, WIB)


def _moment(day: date, time_of_day: time) -> datetime:
    return datetime.combine(day, time_of_day, WIB).astimezone(UTC)


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


@lru_cache(maxsize=16)
def _national_holidays(year: int) -> dict[date, str]:
    """National holidays by presidential decision, as the `holidays` library lists them."""
    return dict(holidays.country_holidays("ID", years=year, language="id").items())
