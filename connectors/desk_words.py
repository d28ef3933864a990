"""What the desk says by itself. The words stand in ``desk_words.json``."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from dialogue import Reply
from dialogue.types import Button

_LONGEST = 30
"""Words; a longer message is a question of its own."""

_LONGEST_NO = 8
"""Words; what is longer says more than "no longer needed"."""


@cache
def _table() -> dict[str, Any]:
    path = Path(__file__).with_name("desk_words.json")
    table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return table


def desk_reply(name: str, **values: Any) -> Reply:
    """Return the message with its blanks filled; ``name`` may go one level down (``a.b``)."""
    entry = _table()
    for part in name.split("."):
        entry = entry[part]
    buttons = tuple(Button(one["title"], one["payload"]) for one in entry.get("buttons", ()))
    return Reply(text=entry["text"].format(**values), buttons=buttons, response=f"desk_{name}")


def says_not_needed(text: str) -> bool:
    """Whether a resident who was asked says that an officer is no longer needed.

    >>> says_not_needed("udah gak perlu lagi pak"), says_not_needed("masih, belum selesai")
    (True, False)
    """
    line = " ".join(text.casefold().split())
    if "?" in line or len(line.split()) > _LONGEST_NO or re.search(r"\bmasih\b", line):
        return False
    return any(re.search(rf"\b{words}\b", line) for words in _table()["not_needed"])


def says_unsolved(text: str) -> bool:
    """Whether a resident says that their closed case is not solved.

    >>> says_unsolved("pak ini kok masalahnya belum selesai ya"), says_unsolved("jam buka?")
    (True, False)
    """
    line = " ".join(text.casefold().split())
    if len(line.split()) > _LONGEST:
        return False
    return any(re.search(rf"\b{words}\b", line) for words in _table()["unsolved"])
