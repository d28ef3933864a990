"""The threshold workbench: another risk target, and what it would mean for the office."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from foundation.errors import HaloError
from web.context import services
from web.studio.frame import page, readers

WEEKS = 4
"""The traffic is counted over so many weeks (``learning.workbench.WINDOW``)."""


@dataclass(frozen=True)
class Choice:
    """One target in figures for the page; ``wrong`` and ``avoided`` are per 1,000 messages.

    ``avoided`` is against the live target (negative: more wrong answers). ``cases`` are per hour
    of service, ``per_officer`` per hour for each officer on duty, None without one.
    """

    percent: float
    certified: bool
    answered: float
    wrong: float
    avoided: float
    unanswered: float
    cases: float
    per_officer: float | None


def threshold_page() -> ResponseReturnValue:
    """Show the slider with all its positions in a table."""
    try:
        found, problem = services().ask_worker({"op": "workbench"}), ""
        if not found.get("steps"):
            problem = str(found.get("problem") or "Belum ada model yang dapat dihitung.")
    except HaloError as error:
        found, problem = {}, error.reader_text
    if problem:
        return page("studio/ambang.html", choices=(), problem=problem)
    choices = choices_of(found)
    percent = 100 * float(found["target"])
    return page(
        "studio/ambang.html",
        choices=choices,
        rows=[asdict(one) for one in choices],
        current=min(range(len(choices)), key=lambda i: abs(choices[i].percent - percent)),
        traffic=found["traffic"],
        version=found["version"],
        percent=percent,
        problem="",
    )


def choices_of(found: Mapping[str, Any]) -> list[Choice]:
    """Return the figures of each target from what a worker counted."""
    traffic = found["traffic"]
    steps = found["steps"]
    live = min(steps, key=lambda one: abs(one["target"] - found["target"]))
    return [_choice(one, live, traffic) for one in steps]


def add_threshold(blueprint: Blueprint) -> None:
    """Attach the view."""
    blueprint.add_url_rule("/ambang", "threshold_page", readers(threshold_page))


def _choice(step: Mapping[str, Any], live: Mapping[str, Any], traffic: Mapping[str, Any]) -> Choice:
    unanswered = traffic["messages"] * (1 - step["answered"])
    cases = traffic["asked"] + unanswered * traffic["per_unanswered"]
    wrong = 1000 * step["answered"] * step["wrong"]
    officers = traffic["officers"]
    return Choice(
        percent=round(100 * step["target"], 1),
        certified=step["certified"],
        answered=round(100 * step["answered"], 1),
        wrong=round(wrong, 1),
        avoided=round(1000 * live["answered"] * live["wrong"] - wrong, 1),
        unanswered=round(unanswered, 2),
        cases=round(cases, 2),
        per_officer=round(cases / officers, 2) if officers else None,
    )
