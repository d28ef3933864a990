"""The readable names of the kinds of danger (``dangers.json``): for alerts, console, report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path


@cache
def danger_names() -> Mapping[str, str]:
    """Return the names by kind."""
    path = Path(__file__).with_name("dangers.json")
    names: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return names


def danger_name(kind: str) -> str:
    """Return the name of a kind of danger; one that has none here is named by itself.

    >>> danger_name("kdrt"), danger_name("hal_lain")
    ('Kekerasan dalam rumah tangga', 'Hal lain')
    """
    return danger_names().get(kind) or kind.replace("_", " ").capitalize()
