"""The channel's own sentences, from ``texts.json``."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any


def say(name: str, **values: str) -> str:
    """Return the sentence ``name`` (``group.name`` for a nested one) filled in.

    Raises ``KeyError`` for an unknown one.
    """
    found: Any = _texts()
    for part in name.split("."):
        found = found[part]
    return str(found).format(**values) if values else str(found)


def say_first(*names: str, **values: str) -> str:
    """Return the first of the sentences that exists. Raises ``KeyError`` when there is none."""
    for name in names[:-1]:
        if _exists(name):
            return say(name, **values)
    return say(names[-1], **values)


def _exists(name: str) -> bool:
    found: Any = _texts()
    for part in name.split("."):
        if not isinstance(found, dict) or part not in found:
            return False
        found = found[part]
    return isinstance(found, str)


@cache
def _texts() -> dict[str, Any]:
    path = Path(__file__).with_name("texts.json")
    texts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return texts
