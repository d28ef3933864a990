"""What one message, or one question of it, was taken to mean in its conversation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from foundation.documents import read_json
from nlu.types import Decision, Entity, Intent, Understanding

How = Literal["nlu", "pattern", "payload", "choice", "context"]

_PAYLOAD = re.compile(r"^/([\w\-/]+)(?:\s*(\{.*\}))?$", re.DOTALL)


@dataclass(frozen=True)
class Reading:
    """An intent with how it was found.

    ``line`` is the prepared line of the patterns; ``values`` come from a payload; ``choices`` are
    the labels to offer when ``decision`` is ``clarify``; ``notes`` are further patterns found.
    """

    text: str
    line: str
    intent: str
    how: How
    understanding: Understanding
    decision: Decision = "answer"
    values: Mapping[str, Any] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    aspect: str | None = None
    notes: frozenset[str] = frozenset()
    ask_back: str | None = None
    """A response that asks which of ``choices`` is meant (a word with two meanings)."""

    @property
    def is_knowledge(self) -> bool:
        """Whether the intent is a full knowledge label."""
        return "/" in self.intent

    @property
    def is_sure(self) -> bool:
        """Whether the NLU itself would answer: acts are taken with less between two questions."""
        of_its_own = self.how == "nlu" and self.understanding.intent.name == self.intent
        return self.decision == "answer" and (
            not of_its_own or self.understanding.decision == "answer"
        )

    @property
    def entities(self) -> tuple[Entity, ...]:
        """The entities of the message."""
        return self.understanding.entities


def certain(text: str, intent: str, *, version: str) -> Understanding:
    """Return the Understanding of a message whose meaning is beyond doubt (button, rule)."""
    sure = Intent(intent, 1.0)
    return Understanding(
        text=text, intent=sure, ranking=(sure,), decision="answer", model_version=version
    )


def parse_payload(payload: str) -> tuple[str, dict[str, Any]] | None:
    """Read Rasa's ``/intent{"slot": "value"}``; ``None`` when it is not of that form."""
    match = _PAYLOAD.match(payload.strip())
    if not match:
        return None
    if not match[2]:
        return match[1], {}
    try:
        values = read_json(match[2])
    except ValueError:
        return None
    return (match[1], values) if isinstance(values, dict) else None
