"""Reading ``kalender.yml``, the calendar that the office edits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any

from foundation.errors import TrainingDataError
from foundation.yaml_lines import line_of, read_yaml

_WEEKDAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
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
    content = read_yaml(path)
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


class _Reader:
    def __init__(self, path: Path) -> None:
        self._path = path

    def error(self, where: Any, what: str) -> TrainingDataError:
        return TrainingDataError(f"{self._path}:{line_of(where)}: {what}")

    def week(self, value: Any, parent: Any) -> Week:
        if not isinstance(value, dict):
            raise self.error(parent, "`jam_layanan` harus berisi hari dan jamnya")
        unknown = set(value) - set(_WEEKDAYS)
        if unknown:
            raise self.error(value, f"hari tidak dikenal: {', '.join(sorted(map(str, unknown)))}")
        return tuple(self.intervals(value.get(day) or "", value) for day in _WEEKDAYS)

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
        return Season(first, last, self.week(item["jam_layanan"], item))

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
        raise self.error(parent, f"tanggal {value!r} harus seperti 2026-12-31")
