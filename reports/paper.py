"""The evaluation paper as headings and tables, before it becomes PDF or XLSX."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from reports.volume import COLUMNS

_TIMES = ("mean_wait_minutes", "mean_handling_minutes", "csat")

Cell = str | int | float


@dataclass(frozen=True)
class Section:
    """A table under a heading. ``key`` names it in ``office.json``; ``note`` stands below."""

    key: str
    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@cache
def words() -> dict[str, Any]:
    """Return the office's words (``office.json``)."""
    text = (Path(__file__).parent / "office.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def day_text(iso: str) -> str:
    """Return an ISO day as DD-MM-YYYY."""
    return date.fromisoformat(iso).strftime("%d-%m-%Y")


def sections(content: Mapping[str, Any]) -> list[Section]:
    """Return the paper's tables in the order of the SOP's document."""
    rows: dict[str, list[tuple[Cell, ...]]] = {
        "stages": _stages(content),
        "figures": _figures(content),
        "volume": _volume(content),
        "unanswered": [(item["text"], item["times"]) for item in content["unanswered"]],
        "satisfaction": _satisfaction(content),
        "participants": [(who["name"], who["position"]) for who in content["participants"]],
        "findings": list(enumerate(content["findings"], start=1)),
        "carried": [_task(item) for item in content["carried"]],
        "follow_ups": [_task(item) for item in content["follow_ups"]],
    }
    names, columns = words()["headings"], words()["columns"]
    index = content["satisfaction"]
    notes = {"satisfaction": words()["index"].format(**index) if index else ""}
    return [
        Section(key, names[key], tuple(columns[key]), tuple(found), notes.get(key, ""))
        for key, found in rows.items()
    ]


def figure_values(figures: Mapping[str, Any]) -> dict[str, Cell]:
    """Return the summary's numbers by their names in ``office.json``; "–" where there is none."""
    counts = figures["counts"]
    values: dict[str, Cell] = {
        key: sum(counts.get(key, {}).values()) for key in words()["measures"]
    }
    people = counts.get("people", {})
    values["new_people"], values["returning_people"] = (
        people.get("baru", 0),
        people.get("kembali", 0),
    )
    values["complaints"] = counts.get("handover", {}).get("keluhan", 0)
    values["pranks"], values["overdue"] = figures["pranks"], figures["overdue"]
    values["billable"] = sum(figures["billable_whatsapp"].values())
    for key in _TIMES:
        values[key] = "–" if figures[key] is None else figures[key]
    return values


def _stages(content: Mapping[str, Any]) -> list[tuple[Cell, ...]]:
    values: dict[str, Any] = {**figure_values(content["figures"]), **content["records"]}
    values["participants"] = len(content["participants"])
    values["findings"] = len(content["findings"])
    values["number"] = content["number"] or words()["draft"]
    return [tuple(text.format(**values) for text in stage) for stage in words()["stages"]]


def _figures(content: Mapping[str, Any]) -> list[tuple[Cell, ...]]:
    now, before = figure_values(content["figures"]), figure_values(content["before"])
    return [(name, now[key], before[key]) for key, name in words()["measures"].items()]


def _volume(content: Mapping[str, Any]) -> list[tuple[Cell, ...]]:
    channels = words()["channels"]
    return [
        (
            day_text(row["date"]),
            channels.get(row["channel"], row["channel"]),
            *(row[column] for column in COLUMNS),
        )
        for row in content["volume"]["rows"]
    ]


def _satisfaction(content: Mapping[str, Any]) -> list[tuple[Cell, ...]]:
    index = content["satisfaction"]
    if not index:
        return []
    values = zip(words()["elements"], index["nrr"], index["weighted"], strict=True)
    return [(name, float(nrr), float(weighted)) for name, nrr, weighted in values]


def _task(item: Mapping[str, str]) -> tuple[Cell, ...]:
    state = words()["states"][item["state"]]
    return (item["task"], item["owner"], day_text(item["due"]), state)
