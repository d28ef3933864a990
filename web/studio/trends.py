"""The trends page: charts with the same figures in a table beneath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from foundation.errors import WorkerTimeoutError
from web.context import services
from web.studio.frame import page, readers

WIDTH, HEIGHT = 480, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 10, 10, 26


@dataclass(frozen=True)
class Mark:
    """A point of a line with the interval around it, in SVG units; ``text`` says its figure."""

    x: float
    y: float
    low: float
    high: float
    text: str


@dataclass(frozen=True)
class Line:
    """A drawing of shares (0..``top``) over weeks. Weeks without a figure have no mark."""

    title: str
    marks: tuple[Mark, ...]
    ticks: tuple[tuple[str, float], ...]
    labels: tuple[tuple[str, float], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    base: int = HEIGHT - _BOTTOM

    @property
    def path(self) -> str:
        """The points of the line as SVG wants them."""
        return " ".join(f"{mark.x},{mark.y}" for mark in self.marks)


def trends_page() -> ResponseReturnValue:
    """Show the weeks, as a worker counted them."""
    try:
        found, problem = services().ask_worker({"op": "trends"}), ""
    except WorkerTimeoutError as error:
        found, problem = {"weeks": [], "rising": []}, error.reader_text
    weeks = [{**week, "first": date.fromisoformat(week["first"])} for week in found["weeks"]]
    charts = [
        line_of("Tingkat paham", weeks, "understood", top=1.0),
        line_of("Cakupan", weeks, "coverage", top=1.0),
        line_of("Taksiran risiko", weeks, "risk", top=0.2, bounds=("risk_low", "risk_high")),
        line_of("Pergeseran isi pesan", weeks, "drift", top=0.5),
    ]
    return page(
        "studio/tren.html",
        weeks=weeks[::-1],
        charts=charts,
        rising=found["rising"],
        problem=problem,
    )


def line_of(
    title: str,
    weeks: Sequence[Mapping[str, Any]],
    key: str,
    *,
    top: float,
    bounds: tuple[str, str] | None = None,
) -> Line:
    """Return the drawing of one figure; the scale grows where a figure is above ``top``."""
    names = (key, *(bounds or ()))
    top = max([top, *(week[name] for week in weeks for name in names if week[name] is not None)])

    def height(value: float) -> float:
        return round(_TOP + (1 - value / top) * (HEIGHT - _TOP - _BOTTOM), 1)

    slot = (WIDTH - _LEFT - _RIGHT) / max(1, len(weeks))
    marks, labels = [], []
    for place, week in enumerate(weeks):
        x = round(_LEFT + slot * (place + 0.5), 1)
        if place % 3 == 0:
            labels.append((week["first"].strftime("%d/%m"), x))
        value = week[key]
        if value is None:
            continue
        low, high = (week[bounds[0]], week[bounds[1]]) if bounds else (value, value)
        text = f"Pekan {week['first'].strftime('%d-%m-%Y')}: {_percent(value)}"
        marks.append(Mark(x, height(value), height(low), height(high), text))
    ticks = tuple((_percent(top * part / 4), height(top * part / 4)) for part in range(5))
    return Line(title, tuple(marks), ticks, tuple(labels))


def add_trends(blueprint: Blueprint) -> None:
    """Attach the view."""
    blueprint.add_url_rule("/tren", "trends_page", readers(trends_page))


def _percent(value: float) -> str:
    return (
        f"{value * 100:.0f}%"
        if value >= 0.1 or not value
        else f"{value * 100:.1f}%".replace(".", ",")
    )
