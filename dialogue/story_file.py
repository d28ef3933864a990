"""Reads ``conversations/*.yml``: stories in Rasa's words, with what each turn must give.

A story has a name (``story``), a moment (``at``, else a working day at 10.00) and ``steps``. A
``user`` step (or ``payload``, or ``media``) may name the ``intent`` and ``expect`` more; steps
``action``, ``slot_was_set`` and ``active_loop`` after it check the same turn as in Rasa.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from foundation.clock import parse_moment
from foundation.errors import TrainingDataError
from foundation.yaml_lines import LineDict, line_of, read_yaml

_DEFAULT_MOMENT = "2026-11-24T10:00"
_SAID = ("user", "payload", "media")
_CHECKS = ("action", "slot_was_set", "active_loop")
EXPECTATIONS = (
    "intent",
    "answers",
    "asks",
    "clarify",
    "fallback",
    "case",
    "slots",
    "decision",
    "contains",
    "not_contains",
    "buttons",
    "actions",
    "loop",
)
_LISTS = ("answers", "contains", "not_contains", "buttons", "actions")


@dataclass(frozen=True)
class StoryTurn:
    """What is said (a turn of the ``--script`` contract) and what must come of it."""

    line: int
    said: Mapping[str, Any]
    at: datetime | None = None
    expect: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Story:
    """One conversation."""

    file: Path
    line: int
    name: str
    at: datetime
    turns: tuple[StoryTurn, ...]


def read_stories(path: Path) -> list[Story]:
    """Return the stories of one file, or of all ``*.yml`` in a folder.

    Raises :class:`TrainingDataError` as ``file:line: what is wrong``.
    """
    files = sorted(path.glob("*.yml")) if path.is_dir() else [path]
    return [story for file in files for story in _stories(file)]


def _stories(file: Path) -> Iterator[Story]:
    content = read_yaml(file)
    items = content.get("stories")
    if not isinstance(items, list):
        raise _error(file, content, "berkas perlu daftar `stories`")
    for item in items:
        if not isinstance(item, LineDict) or not item.get("story") or not item.get("steps"):
            raise _error(file, item, "cerita perlu `story` dan `steps`")
        yield Story(
            file=file,
            line=line_of(item),
            name=str(item["story"]),
            at=_moment(file, item, item.get("at", _DEFAULT_MOMENT)),
            turns=tuple(_turns(file, item["steps"])),
        )


def _turns(file: Path, steps: Any) -> Iterator[StoryTurn]:
    open_turn: StoryTurn | None = None
    for step in steps:
        if not isinstance(step, LineDict):
            raise _error(file, step, "langkah cerita harus berupa kunci dan nilai")
        if any(key in step for key in _SAID):
            if open_turn:
                yield open_turn
            open_turn = _said(file, step)
        elif open_turn is None or not any(key in step for key in _CHECKS):
            raise _error(file, step, f"langkah tidak dikenal: {', '.join(map(str, step))}")
        else:
            expect = _with_check(open_turn.expect, step)
            open_turn = StoryTurn(open_turn.line, open_turn.said, open_turn.at, expect)
    if open_turn:
        yield open_turn


def _said(file: Path, step: LineDict) -> StoryTurn:
    expect = dict(step.get("expect") or {})
    unknown = set(expect) - set(EXPECTATIONS)
    if unknown:
        raise _error(file, step, f"harapan tidak dikenal: {', '.join(sorted(unknown))}")
    if "intent" in step:
        expect["intent"] = step["intent"]
    for key in _LISTS:
        if key in expect and not isinstance(expect[key], list):
            expect[key] = [expect[key]]
    said: dict[str, Any] = {}
    if "user" in step:
        said["text"] = str(step["user"])
    elif "payload" in step:
        said["payload"] = str(step["payload"])
    else:
        said = {"media": str(step["media"]), "caption": str(step.get("caption") or "")}
    at = _moment(file, step, step["at"]) if "at" in step else None
    return StoryTurn(line_of(step), said, at, expect)


def _with_check(expect: Mapping[str, Any], step: LineDict) -> dict[str, Any]:
    checked = dict(expect)
    if "action" in step:
        checked["actions"] = [*checked.get("actions", ()), str(step["action"])]
    if "active_loop" in step:
        checked["loop"] = step["active_loop"]
    for entry in step.get("slot_was_set") or ():
        if isinstance(entry, dict):
            checked["slots"] = {**checked.get("slots", {}), **entry}
    return checked


def _moment(file: Path, where: Any, value: Any) -> datetime:
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    try:
        return parse_moment(text)
    except ValueError as error:
        raise _error(file, where, f"waktu {text!r} harus seperti 2026-11-24T10:00") from error


def _error(file: Path, where: Any, what: str) -> TrainingDataError:
    return TrainingDataError(f"{file}:{line_of(where)}: {what}")
