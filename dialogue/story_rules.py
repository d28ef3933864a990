"""What the stories of a Rasa project say as plainly as rules do.

An intent that is followed by the same actions in all stories acts as a rule. Where stories differ,
a policy would have to be learnt from them: that is named, and the intent is left to the rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dialogue.findings import Findings
from dialogue.rules import Rule
from foundation.yaml_lines import LineDict, line_of

_KEYS = {"story", "steps", "metadata"}
_STEP_KEYS = {"intent", "entities", "action", "user", "metadata"}


def read_story_rules(content: LineDict, path: Path, findings: Findings) -> tuple[Rule, ...]:
    """Return the rules in the stories of one file, naming what is not used."""
    stories = content.get("stories")
    followed: dict[str, list[tuple[tuple[str, ...], LineDict]]] = {}
    for story in stories if isinstance(stories, list) else ():
        if not isinstance(story, LineDict):
            continue
        _name_unsupported(story, _KEYS, path, findings)
        steps = [step for step in story.get("steps") or () if isinstance(step, LineDict)]
        for step in steps:
            _name_unsupported(step, _STEP_KEYS, path, findings)
        for step, actions in _turns(steps):
            followed.setdefault(str(step["intent"]), []).append((actions, step))
    return tuple(_rules(followed, path, findings))


def _turns(steps: list[LineDict]) -> Iterator[tuple[LineDict, tuple[str, ...]]]:
    """Yield each intent of a story with the actions that follow it."""
    asked: LineDict | None = None
    actions: list[str] = []
    for step in (*steps, LineDict()):
        if asked is not None and "action" not in step:
            yield asked, tuple(actions)
            asked, actions = None, []
        if "intent" in step:
            asked = step
        elif "action" in step and asked is not None:
            actions.append(str(step["action"]))


def _rules(
    followed: dict[str, list[tuple[tuple[str, ...], LineDict]]], path: Path, findings: Findings
) -> Iterator[Rule]:
    for intent, turns in followed.items():
        ways = {actions for actions, _ in turns if actions}
        if len(ways) == 1:
            line = line_of(turns[0][1], "intent")
            yield Rule(intent, ways.pop(), intents=(intent,), file=path, line=line)
        elif ways:
            text = (
                f"cerita berbeda-beda sesudah `{intent}`; pilihan dari riwayat percakapan tidak"
                " didukung dan diabaikan"
            )
            findings.warning(path, turns[0][1], text, key="intent")


def _name_unsupported(where: LineDict, known: set[str], path: Path, findings: Findings) -> None:
    for key in where:
        if key not in known:
            text = f"kunci `{key}` tidak didukung dan diabaikan"
            findings.warning(path, where, text, key=key)
