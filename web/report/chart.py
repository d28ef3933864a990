"""Stacked bars over days, as numbers that a template turns into SVG. No script draws anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

WIDTH = 480
HEIGHT = 220
"""The drawing in SVG units; the page scales it."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 8, 10, 26
_MOST_DAILY_BARS = 45
"""Longer periods are drawn by the week."""

_MOST_LABELS = 7
_MOST_TICKS = 5
_GAP = 0.28


@dataclass(frozen=True)
class Segment:
    """A part of a bar: ``series`` counts from 0, the rest are SVG units."""

    series: int
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Bar:
    """One day or one week (``first`` to ``last``). ``labelled``: its date stands below."""

    first: date
    last: date
    total: int
    middle: float
    labelled: bool
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class Tick:
    """A line of the scale."""

    value: int
    y: float


@dataclass(frozen=True)
class Chart:
    """A drawing. ``series`` are the keys of its parts, from the bottom up."""

    series: tuple[str, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    by_week: bool
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    base: int = HEIGHT - _BOTTOM
    width: int = WIDTH
    height: int = HEIGHT


def stacked_bars(days: Sequence[date], series: Mapping[str, Mapping[date, int]]) -> Chart:
    """Return the drawing of ``series`` (counts by key and day) over consecutive ``days``."""
    by_week = len(days) > _MOST_DAILY_BARS
    spans = _spans(days, 7 if by_week else 1)
    counts = [
        [sum(values.get(day, 0) for day in span) for values in series.values()] for span in spans
    ]
    step = _step(max((sum(parts) for parts in counts), default=0))
    top_value = max(step, _rounded_up(max((sum(parts) for parts in counts), default=0), step))
    scale = (HEIGHT - _TOP - _BOTTOM) / top_value
    slot = (WIDTH - _LEFT - _RIGHT) / max(1, len(spans))
    every = -(-len(spans) // _MOST_LABELS)
    return Chart(
        series=tuple(series),
        bars=tuple(
            _bar(span, parts, slot=slot, index=index, scale=scale, labelled=index % every == 0)
            for index, (span, parts) in enumerate(zip(spans, counts, strict=True))
        ),
        ticks=tuple(
            Tick(value, round(HEIGHT - _BOTTOM - value * scale, 1))
            for value in range(0, top_value + 1, step)
        ),
        by_week=by_week,
    )


def _spans(days: Sequence[date], length: int) -> list[Sequence[date]]:
    return [days[start : start + length] for start in range(0, len(days), length)]


def _step(largest: int) -> int:
    """Return a round step (1, 2 or 5 times a power of ten) that gives few lines."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if factor * size * _MOST_TICKS >= largest:
                return factor * size
        size *= 10


def _rounded_up(value: int, step: int) -> int:
    return -(-value // step) * step


def _bar(
    span: Sequence[date],
    parts: Sequence[int],
    *,
    slot: float,
    index: int,
    scale: float,
    labelled: bool,
) -> Bar:
    x, width = _LEFT + slot * (index + _GAP / 2), slot * (1 - _GAP)
    y = float(HEIGHT - _BOTTOM)
    segments = []
    for series, value in enumerate(parts):
        if value:
            y -= value * scale
            segments.append(
                Segment(
                    series,
                    value,
                    round(x, 1),
                    round(y, 1),
                    round(width, 1),
                    round(value * scale, 1),
                )
            )
    return Bar(
        first=span[0],
        last=span[-1],
        total=sum(parts),
        middle=round(x + width / 2, 1),
        labelled=labelled,
        segments=tuple(segments),
    )
