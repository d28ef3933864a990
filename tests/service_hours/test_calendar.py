from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.clock import WIB, parse_moment
from foundation.errors import TrainingDataError
from service_hours import (
    WEEKDAYS,
    Calendar,
    CalendarChange,
    calendar_as_content,
    parse_calendar,
)

SHIPPED = Path(__file__).parents[2] / "training_data" / "kalender.yml"
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1)).map(
    lambda moment: moment.replace(tzinfo=WIB)
)
SPANS = st.integers(0, 20 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return Calendar.load(SHIPPED)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-11-24T07:59:59", False),
        ("2026-11-24T08:00", True),
        ("2026-11-24T17:59:59", True),
        ("2026-11-24T18:00", False),
        ("2026-11-28T10:00", False),  # Sabtu
        ("2026-12-25T10:00", False),  # Natal
        ("2026-12-24T10:00", False),  # cuti bersama
        ("2026-03-21T10:00", False),  # Idul Fitri
    ],
)
def test_open_hours(calendar: Calendar, at: str, is_open: bool) -> None:
    assert calendar.is_open(parse_moment(at)) is is_open


def test_next_opening_skips_weekend(calendar: Calendar) -> None:
    friday_evening = parse_moment("2026-11-27T18:00")
    assert calendar.next_opening(friday_evening) == parse_moment("2026-11-30T08:00")


def test_next_opening_skips_joint_leave_holiday_and_weekend(calendar: Calendar) -> None:
    assert calendar.next_opening(parse_moment("2026-12-23T18:30")) == parse_moment(
        "2026-12-28T08:00"
    )


def test_status_names_the_holiday(calendar: Calendar) -> None:
    status = calendar.status(parse_moment("2026-12-25T10:00"))
    assert status.closed_because == "Hari Raya Natal"
    assert status.next_opening == parse_moment("2026-12-28T08:00")


def test_weekend_has_no_closing_reason(calendar: Calendar) -> None:
    assert calendar.status(parse_moment("2026-11-28T10:00")).closed_because is None


def test_service_minutes_stop_at_closing_time(calendar: Calendar) -> None:
    minutes = calendar.service_minutes_between(
        parse_moment("2026-11-27T17:30"), parse_moment("2026-11-30T08:15")
    )
    assert minutes == 45


@given(start=MOMENTS, first=SPANS, second=SPANS)
def test_service_minutes_add_up(start: datetime, first: timedelta, second: timedelta) -> None:
    calendar = Calendar()
    middle, end = start + first, start + first + second
    parts = calendar.service_minutes_between(start, middle) + calendar.service_minutes_between(
        middle, end
    )
    assert calendar.service_minutes_between(start, end) == pytest.approx(parts)


@given(at=MOMENTS)
def test_next_opening_is_open_and_nothing_opens_before_it(at: datetime) -> None:
    calendar = Calendar()
    opening = calendar.next_opening(at)
    assert opening is not None
    assert opening > at
    assert calendar.is_open(opening)
    if not calendar.is_open(at):
        assert calendar.service_minutes_between(at, opening) == 0


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "kalender.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_ramadan_hours_break_and_exceptions(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        """
jam_layanan: {senin: "08.00-12.00, 13.00-18.00", selasa: 08.00-18.00}
masa_khusus:
- dari: 2027-02-08
  sampai: 2027-03-09
  jam_layanan: {senin: 08.00-15.00}
cuti_bersama: {2026-11-24: Cuti kantor}
pengecualian:
  2026-11-28: {jam: 09.00-11.00, alasan: Bazar}
  2026-11-30: {jam: "", alasan: Listrik padam}
""",
    )
    calendar = Calendar.load(path)
    assert not calendar.is_open(parse_moment("2026-11-23T12:30"))
    assert calendar.is_open(parse_moment("2026-11-28T10:00"))
    assert calendar.closed_reason(date(2026, 11, 30)) == "Listrik padam"
    assert calendar.closed_reason(date(2026, 11, 24)) == "Cuti kantor"
    assert not calendar.is_open(parse_moment("2027-02-08T16:00"))


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("jam_layanan: {senin: 8-18}", 1, "8-18"),
        ("jam_layanan:\n  senen: 08.00-18.00", 2, "senen"),
        ("jam_layanan: {senin: 18.00-08.00}", 1, "maju"),
        ("jam_layanan: {senin: 25.00-26.00}", 1, "tidak ada"),
        ("jam_layanan: {}\ncuti_bersama:\n  besok: Libur", 3, "besok"),
        ("jam_layanan: {}\njam_layanan: {}", 2, "dua kali"),
        ("jam_layanan: [\n", 2, "YAML"),
        ("jam_layanan: {}\nlibur: {}", 1, "libur"),
    ],
)
def test_broken_file_names_line(tmp_path: Path, text: str, line: int, word: str) -> None:
    path = _file(tmp_path, text)
    with pytest.raises(TrainingDataError) as caught:
        Calendar.load(path)
    assert f"{path}:{line}: " in str(caught.value)
    assert word in str(caught.value)


def test_a_change_is_followed_at_once_and_leaves_the_past_alone() -> None:
    changes: list[CalendarChange] = []
    calendar = Calendar(changes=lambda: changes)
    week = dict.fromkeys(WEEKDAYS[:5], "09.00-12.00, 13.00-15.00")
    tuesday_noon = parse_moment("2026-11-24T12:30")
    assert calendar.is_open(tuesday_noon)
    changes.append(
        CalendarChange(parse_moment("2026-11-24T11:00"), parse_calendar({"jam_layanan": week}))
    )
    assert not calendar.is_open(tuesday_noon)
    assert calendar.is_open(parse_moment("2026-11-24T08:30")), "it was open by the hours before"
    assert calendar.next_opening(tuesday_noon) == parse_moment("2026-11-24T13:00")
    monday = parse_moment("2026-11-23T08:00"), parse_moment("2026-11-23T18:00")
    assert calendar.service_minutes_between(*monday) == 10 * 60
    wednesday = parse_moment("2026-11-25T00:00"), parse_moment("2026-11-26T00:00")
    assert calendar.service_minutes_between(*wednesday) == 5 * 60


def test_what_is_written_is_read_back() -> None:
    content = {
        "jam_layanan": {**dict.fromkeys(WEEKDAYS, ""), "jumat": "08.00-11.30, 13.00-16.00"},
        "masa_khusus": [
            {
                "nama": "Ramadan",
                "dari": "2027-02-08",
                "sampai": "2027-03-09",
                "jam_layanan": {**dict.fromkeys(WEEKDAYS, ""), "senin": "08.00-15.00"},
            }
        ],
        "cuti_bersama": {"2026-12-24": "Cuti bersama Natal"},
        "pengecualian": {"2026-12-31": {"jam": "08.00-12.00", "alasan": "Tutup buku"}},
    }
    assert calendar_as_content(parse_calendar(content)) == content
    shipped = Calendar.load(SHIPPED).file
    assert parse_calendar(calendar_as_content(shipped)) == shipped


@given(MOMENTS, MOMENTS, SPANS)
def test_a_change_that_changes_nothing_is_not_noticed(
    since: datetime, start: datetime, span: timedelta
) -> None:
    plain = Calendar.load(SHIPPED)
    changed = Calendar(plain.file, lambda: [CalendarChange(since, plain.file)])
    assert changed.status(start) == plain.status(start)
    assert changed.service_minutes_between(start, start + span) == (
        plain.service_minutes_between(start, start + span)
    )
