"""Runs stories against the assistant and says readably where they part."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialogue.assistant import Assistant
from dialogue.script import Conversation, turn_as_json
from dialogue.story_file import Story, StoryTurn, read_stories
from dialogue.types import Turn
from service_hours import Calendar

_SHOWN_LETTERS = 160


@dataclass(frozen=True)
class StoryFailure:
    """One expectation that a turn did not meet."""

    line: int
    said: str
    what: str
    expected: Any
    got: Any
    replies: tuple[str, ...]

    def __str__(self) -> str:
        shown = " / ".join(reply[:_SHOWN_LETTERS].replace("\n", " ") for reply in self.replies)
        return (
            f"baris {self.line}, pesan {self.said!r}\n"
            f"  {self.what}: diharapkan {self.expected!r}\n"
            f"  {' ' * len(self.what)}  ternyata   {self.got!r}\n"
            f"  balasan: {shown or '(tidak ada)'}"
        )


@dataclass(frozen=True)
class StoryResult:
    """How one story went; ``turns`` counts its turns."""

    file: Path
    line: int
    name: str
    turns: int
    failures: tuple[StoryFailure, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every turn gave what was expected."""
        return not self.failures

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: {self.name}"
        if self.passed:
            return f"{place}: lulus ({self.turns} giliran)"
        details = "\n".join(str(failure) for failure in self.failures)
        return f"{place}: GAGAL\n{textwrap.indent(details, '  ')}"


def run_stories(path: Path, assistant: Assistant, calendar: Calendar) -> list[StoryResult]:
    """Run the stories of a file or folder, each in a conversation of its own.

    Raises :class:`TrainingDataError` for a story file that cannot be read.
    """
    return [_run(story, assistant, calendar) for story in read_stories(path)]


def _run(story: Story, assistant: Assistant, calendar: Calendar) -> StoryResult:
    numbers = itertools.count(1)
    conversation = Conversation(
        assistant, calendar, story.at, tickets=lambda: f"HK-TEST-{next(numbers):04}"
    )
    failures: list[StoryFailure] = []
    for turn in story.turns:
        conversation.at = turn.at or conversation.at
        done = conversation.say(turn.said)
        got = turn_as_json(done, conversation.case)
        failures += _compare(turn, done, got)
    return StoryResult(story.file, story.line, story.name, len(story.turns), tuple(failures))


def _compare(turn: StoryTurn, done: Turn, got: Mapping[str, Any]) -> Iterator[StoryFailure]:
    replies = tuple(reply["text"] for reply in got["replies"])
    said = str(turn.said.get("text") or turn.said.get("payload") or turn.said.get("media"))
    for what, expected in turn.expect.items():
        actual = _actual(what, expected, done, got)
        if actual is not None:
            yield StoryFailure(turn.line, said, what, expected, actual[0], replies)


def _actual(what: str, expected: Any, done: Turn, got: Mapping[str, Any]) -> tuple[Any] | None:
    """Return what was got in a tuple of one, ``None`` when it is as expected."""
    decided = done.events[-1].data
    text = "\n".join(reply["text"] for reply in got["replies"])
    if what == "contains":
        missing = [part for part in expected if str(part).casefold() not in text.casefold()]
        return (f"tidak ada: {missing}",) if missing else None
    if what == "not_contains":
        present = [part for part in expected if str(part).casefold() in text.casefold()]
        return (f"ada: {present}",) if present else None
    if what == "buttons":
        titles = [button["title"] for reply in got["replies"] for button in reply["buttons"]]
        return None if set(expected) <= set(titles) else (titles,)
    if what == "actions":
        return None if set(expected) <= set(decided["actions"]) else (decided["actions"],)
    if what == "slots":
        slots = {name: got["slots"].get(name) for name in expected}
        return None if slots == dict(expected) else (slots,)
    if what == "loop":
        loop = (decided["loop"] or {}).get("name")
        return None if loop == expected else (loop,)
    actual = done.decision if what == "decision" else got[what]
    return None if actual == expected else (actual,)
