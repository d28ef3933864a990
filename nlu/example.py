"""One message with its label, as training and test files hold it."""

from __future__ import annotations

from dataclasses import dataclass

from nlu.types import Entity


@dataclass(frozen=True)
class Example:
    """One message and its label; ``entities`` index into ``text`` (annotations removed).

    ``file`` and ``line`` (from 1) say where it was read; a hand-made one has ``""`` and 0.
    """

    text: str
    intent: str
    entities: tuple[Entity, ...] = ()
    file: str = ""
    line: int = 0
