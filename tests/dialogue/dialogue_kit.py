"""A conversation without model and store: a stub says what each text means."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import nlu
from dialogue import Assets, Assistant, CaseView, Conversation, Turn
from foundation.clock import parse_moment
from nlu.types import DangerEstimate, DangerKind, DangerLevel, Intent, Understanding
from service_hours import Calendar

TRAINING_DATA = Path(__file__).parents[2] / "training_data"
CALENDAR = Calendar.load(TRAINING_DATA / "kalender.yml")
OPEN_HOURS = "2026-11-24T10:00"
AFTER_HOURS = "2026-11-24T20:00"
Meaning = str | tuple[str, str] | Sequence[str]


@dataclass
class StubNlu:
    """Knows the meanings it was given; anything else is not understood.

    A meaning is a label (certain), a pair (label, decision), or a list of texts: the segments.
    """

    meanings: Mapping[str, Meaning] = field(default_factory=dict)
    likely: tuple[str, ...] = ()
    version: str = "stub"
    dangers: Mapping[str, tuple[DangerLevel, str]] = field(default_factory=dict)
    """What the detector makes of a text: level and kind; of any other, nothing."""
    asked: list[str] = field(default_factory=list)

    def understand(self, text: str) -> Understanding:
        """Return what the stub was told."""
        self.asked.append(text)
        meaning = self.meanings.get(text.strip().casefold())
        if isinstance(meaning, list):
            parts = tuple(self.understand(part) for part in meaning)
            return replace(parts[0], text=text, segments=parts)
        label, decision = meaning if isinstance(meaning, tuple) else (meaning, "answer")
        if label is None:
            return self._understanding(text, self.likely or ("di_luar_topik",), 0.2, "handoff")
        others = tuple(name for name in self.likely if name != label)
        sure = 0.95 if decision == "answer" else 0.4
        return self._understanding(text, (label, *others), sure, decision)

    def sense_danger(self, text: str) -> DangerEstimate:
        """Return what the stub was told of danger."""
        level, kind = self.dangers.get(text.strip().casefold(), ("safe", ""))
        chance = {"safe": 0.0, "unsure": 0.4, "danger": 0.9}[level]
        return DangerEstimate(level, chance, (DangerKind(kind, 1.0),) if kind else ())

    def _understanding(
        self, text: str, labels: tuple[str, ...], confidence: float, decision: Any
    ) -> Understanding:
        ranking = tuple(
            Intent(name, confidence / place) for place, name in enumerate(labels, start=1)
        )
        return Understanding(
            text=text,
            intent=ranking[0],
            ranking=ranking,
            entities=tuple(nlu.extract_entities(text, today=date(2026, 11, 24))),
            decision=decision,
            model_version=self.version,
        )


class Talk:
    """One conversation; each call says something and returns the turn."""

    def __init__(
        self,
        assets: Assets,
        meanings: Mapping[str, Meaning] | None = None,
        *,
        at: str = OPEN_HOURS,
        likely: tuple[str, ...] = (),
        model: bool = True,
        phone_known: bool = False,
        dangers: Mapping[str, tuple[DangerLevel, str]] | None = None,
    ) -> None:
        self.stub = StubNlu(meanings or {}, likely, dangers=dangers or {})
        numbers = itertools.count(1)
        self.conversation = Conversation(
            Assistant(assets, self.stub if model else None),
            CALENDAR,
            parse_moment(at),
            tickets=lambda: f"HK-TEST-{next(numbers):04}",
            phone_known=phone_known,
        )

    def __call__(self, text: str) -> Turn:
        """Say ``text``."""
        return self.conversation.say({"text": text})

    def press(self, payload: str) -> Turn:
        """Press a button."""
        return self.conversation.say({"payload": payload})

    def each(self, *texts: str) -> Turn:
        """Say several messages; return the last turn."""
        return [self(text) for text in texts][-1]

    @property
    def case(self) -> CaseView | None:
        """The conversation's case."""
        return self.conversation.case

    @case.setter
    def case(self, case: CaseView | None) -> None:
        self.conversation.case = case


def words_of(turn: Turn) -> str:
    """Return all that a turn says."""
    return "\n".join(reply.text for reply in turn.replies)


def titles_of(turn: Turn) -> list[str]:
    """Return the titles of all buttons of a turn."""
    return [button.title for reply in turn.replies for button in reply.buttons]
