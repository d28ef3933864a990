from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from foundation.clock import parse_moment
from web.report.chart import HEIGHT, WIDTH, stacked_bars
from web.report.period import DEFAULT_DAYS, LONGEST_DAYS, Period, read_period

FIRST = date(2026, 1, 1)
COUNTS = st.lists(st.integers(0, 5000), min_size=1, max_size=LONGEST_DAYS)


def days(number: int) -> list[date]:
    return [FIRST + timedelta(days=offset) for offset in range(number)]


@given(COUNTS, st.integers(0, 3))
def test_every_count_is_drawn_once_and_inside(counts: list[int], shift: int) -> None:
    period = days(len(counts))
    one = dict(zip(period, counts, strict=True))
    two = {day: count + shift for day, count in one.items()}
    chart = stacked_bars(period, {"a": one, "b": two})
    assert sum(bar.total for bar in chart.bars) == sum(counts) * 2 + shift * len(counts)
    for bar in chart.bars:
        assert sum(segment.value for segment in bar.segments) == bar.total
        for segment in bar.segments:
            assert segment.x >= chart.left
            assert segment.x + segment.width <= WIDTH
            assert segment.y >= 0
            assert segment.y + segment.height <= HEIGHT
    assert chart.ticks[0].value == 0
    assert chart.ticks[-1].value >= max(bar.total for bar in chart.bars)
    assert len(chart.ticks) <= 7


@given(COUNTS)
def test_heights_are_in_proportion(counts: list[int]) -> None:
    period = days(len(counts))
    chart = stacked_bars(period, {"a": dict(zip(period, counts, strict=True))})
    unit = (chart.ticks[0].y - chart.ticks[-1].y) / chart.ticks[-1].value
    for bar in chart.bars:
        for segment in bar.segments:
            assert abs(segment.height - segment.value * unit) < 0.2


def test_parts_stand_on_each_other() -> None:
    day = days(1)
    [bar] = stacked_bars(day, {"a": {day[0]: 3}, "b": {day[0]: 2}}).bars
    lower, upper = bar.segments
    assert (lower.series, upper.series) == (0, 1)
    assert abs(upper.y + upper.height - lower.y) <= 0.1


def test_a_year_is_drawn_by_the_week() -> None:
    period = days(LONGEST_DAYS)
    chart = stacked_bars(period, {"a": dict.fromkeys(period, 1)})
    assert chart.by_week
    assert len(chart.bars) == 53
    assert (chart.bars[-1].first, chart.bars[-1].last) == (period[364], period[365])


def test_few_dates_stand_below() -> None:
    for number in (1, 7, 14, 31, 45):
        chart = stacked_bars(days(number), {"a": {}})
        assert 1 <= sum(bar.labelled for bar in chart.bars) <= 7


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_period_with_one_end_given_has_the_other(last: date) -> None:
    period = read_period({"to": last.isoformat()}, parse_moment("2030-06-01T09:00"))
    assert period == Period(last - timedelta(days=DEFAULT_DAYS - 1), last)
    assert len(period.days) == DEFAULT_DAYS
