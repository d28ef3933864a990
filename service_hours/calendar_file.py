"""Reading a calendar: from ``kalender.yml``, or in the same form from the office's page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any

from foundation.errors import TrainingDataError
from foundation.yaml_lines import line_of, read_yaml

WEEKDAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
_KEYS = {"version", "jam_layanan", "masa_khusus", "cuti_bersama", "pengecualian"}
_INTERVAL = re.compile(r"^(\d{1,2})[.:](\d{2})\s*[-–]\s*(\d{1,2})[.:](\d{2})$")


@dataclass(frozen=True)
class Interval:
    """A stretch within one day, WIB."""

    start: time
    end: time


Week = tuple[tuple[Interval, ...], ...]
_OFFICE_DAY = (Interval(time(8), time(18)),)
_DEFAULT_WEEK: Week = (_OFFICE_DAY,) * 5 + ((), ())


@dataclass(frozen=True)
class Season:
    """Days (inclusive) with a week of their own, Ramadan for one."""

    first: date
    last: date
    week: Week
    name: str = ""


@dataclass(frozen=True)
class ExceptionalDay:
    """A single day that overrides everything else."""

    intervals: tuple[Interval, ...]
    reason: str


@dataclass(frozen=True)
class CalendarFile:
    """The parsed file; its default is the SOP's: Monday to Friday 08.00-18.00, no break."""

    week: Week = _DEFAULT_WEEK
    seasons: tuple[Season, ...] = ()
    joint_leave: Mapping[date, str] = field(default_factory=dict)
    exceptions: Mapping[date, ExceptionalDay] = field(default_factory=dict)


def read_calendar_file(path: Path) -> CalendarFile:
    """Parse and check ``path``. Raises ``TrainingDataError`` as ``file:line: what is wrong``."""
    return parse_calendar(read_yaml(path), path)


def parse_calendar(content: Mapping[str, Any], path: Path | None = None) -> CalendarFile:
    """Check what a calendar file holds; days may also be ISO strings.

    Raises ``TrainingDataError``: what is wrong, with ``file:line`` in front when there is a file.
    """
    reader = _Reader(path)
    unknown = set(content) - _KEYS
    if unknown:
        raise reader.error(content, f"kunci tidak dikenal: {', '.join(sorted(map(str, unknown)))}")
    return CalendarFile(
        week=reader.week(content.get("jam_layanan"), content),
        seasons=tuple(reader.season(item) for item in content.get("masa_khusus") or ()),
        joint_leave=reader.joint_leave(content.get("cuti_bersama") or {}),
        exceptions=reader.exceptions(content.get("pengecualian") or {}),
    )


def calendar_as_content(file: CalendarFile) -> dict[str, Any]:
    """Return what :func:`parse_calendar` reads, with days as ISO strings (JSON)."""
    return {
        "jam_layanan": _week_as_content(file.week),
        "masa_khusus": [
            {
                "nama": season.name,
                "dari": season.first.isoformat(),
                "sampai": season.last.isoformat(),
                "jam_layanan": _week_as_content(season.week),
            }
            for season in file.seasons
        ],
        "cuti_bersama": {day.isoformat(): name for day, name in sorted(file.joint_leave.items())},
        "pengecualian": {
            day.isoformat(): {"jam": hours_in_words(one.intervals), "alasan": one.reason}
            for day, one in sorted(file.exceptions.items())
        },
    }


def hours_in_words(intervals: Sequence[Interval]) -> str:
    """Return hours as they are typed: ``08.00-12.00, 13.00-18.00``; empty when closed."""
    return ", ".join(f"{one.start:%H.%M}-{one.end:%H.%M}" for one in intervals)


def _week_as_content(week: Week) -> dict[str, str]:
    return {day: hours_in_words(hours) for day, hours in zip(WEEKDAYS, week, strict=True)}


class _Reader:
    def __init__(self, path: Path | None) -> None:
        self._path = path

    def error(self, where: Any, what: str) -> TrainingDataError:
        if self._path is None:
            return TrainingDataError(what, reader_text=f"{what[:1].upper()}{what[1:]}.")
        return TrainingDataError(f"{self._path}:{line_of(where)}: {what}")

    def week(self, value: Any, parent: Any) -> Week:
        if not isinstance(value, dict):
            raise self.error(parent, "`jam_layanan` harus berisi hari dan jamnya")
        unknown = set(value) - set(WEEKDAYS)
        if unknown:
            raise self.error(value, f"hari tidak dikenal: {', '.join(sorted(map(str, unknown)))}")
        return tuple(self.intervals(value.get(day) or "", value) for day in WEEKDAYS)

    def intervals(self, text: Any, parent: Any) -> tuple[Interval, ...]:
        found: list[Interval] = []
        for part in filter(None, (piece.strip() for piece in str(text).split(","))):
            match = _INTERVAL.match(part)
            if not match:
                raise self.error(parent, f"jam {part!r} harus seperti 08.00-18.00")
            try:
                start, end = (time(int(match[i]), int(match[i + 1])) for i in (1, 3))
            except ValueError:
                raise self.error(parent, f"jam {part!r} tidak ada") from None
            if start >= end or (found and found[-1].end > start):
                raise self.error(parent, f"jam {part!r} harus maju dan tidak bertumpuk")
            found.append(Interval(start, end))
        return tuple(found)

    def season(self, item: Any) -> Season:
        if not isinstance(item, dict) or not {"dari", "sampai", "jam_layanan"} <= set(item):
            raise self.error(item, "masa khusus perlu `dari`, `sampai`, dan `jam_layanan`")
        first, last = self.day(item["dari"], item), self.day(item["sampai"], item)
        if last < first:
            raise self.error(item, "`sampai` lebih awal daripada `dari`")
        week = self.week(item["jam_layanan"], item)
        return Season(first, last, week, str(item.get("nama") or ""))

    def joint_leave(self, table: dict[Any, Any]) -> dict[date, str]:
        return {self.day(day, table): str(name) for day, name in table.items()}

    def exceptions(self, table: dict[Any, Any]) -> dict[date, ExceptionalDay]:
        days: dict[date, ExceptionalDay] = {}
        for day, item in table.items():
            if not isinstance(item, dict) or "jam" not in item:
                raise self.error(table, f"pengecualian {day} perlu `jam` (boleh kosong)")
            reason = str(item.get("alasan", "Pengecualian"))
            days[self.day(day, table)] = ExceptionalDay(self.intervals(item["jam"], item), reason)
        return days

    def day(self, value: Any, parent: Any) -> date:
        if isinstance(value, date):
            return value
        if self._path is None and isinstance(value, str):
            with suppress(ValueError):
                return date.fromisoformat(value)
        raise self.error(parent, f"tanggal {value!r} harus seperti 2026-12-31")
