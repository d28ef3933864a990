"""What the assistant remembers of one conversation, rebuilt from its events alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

SPEECH = frozenset({"user", "bot", "officer", "system"})
"""Types of events that change no tracker: what was said is understood and decided elsewhere."""

_CLOSED_BY_OFFICER = ("resolved", "returned")
"""Ends of a case that a person decided on: a case that merely expires ends no care."""
_MOST_CHOICES = 12
_MOST_RANKED = 5


@dataclass(frozen=True)
class Loop:
    """An active form. ``asks`` is the awaited slot; ``bad`` counts unusable values for it.

    Phases: ``ask`` (a slot is awaited), ``verify`` (is the repaired value right?), ``confirm``
    (is everything right?), ``offer`` (would a person help?).
    """

    name: str
    asks: str | None = None
    phase: str = "ask"
    bad: int = 0

    @classmethod
    def from_state(cls, state: Any) -> Loop | None:
        """Return the loop of :meth:`Tracker.to_state`, ``None`` for anything else."""
        if not isinstance(state, Mapping) or not isinstance(state.get("name"), str):
            return None
        return cls(
            name=state["name"],
            asks=_text_or_none(state.get("asks")),
            phase=_text_or_none(state.get("phase")) or "ask",
            bad=_count(state.get("bad")),
        )


CARE_PHASES = ("asked", "care", "ending", "over")


@dataclass(frozen=True)
class Care:
    """The care for a resident in danger of the kind ``kind``, since the turn ``since``.

    Phases: ``asked`` (are you in danger?), ``care``, ``ending`` (is all well now?), ``over``.
    ``asked_on`` is the WIB day (ISO) of the last question: it is asked once a day.
    """

    kind: str
    phase: str = "care"
    since: int = 0
    asked_on: str = ""

    @property
    def active(self) -> bool:
        """Whether everything is answered in care."""
        return self.phase in ("care", "ending")

    @classmethod
    def from_state(cls, state: Any) -> Care | None:
        """Return the care of :meth:`Memory.to_state`, ``None`` for anything else."""
        if not isinstance(state, Mapping) or not isinstance(state.get("kind"), str):
            return None
        if state.get("phase") not in CARE_PHASES:
            return None
        return cls(
            kind=state["kind"],
            phase=state["phase"],
            since=_count(state.get("since")),
            asked_on=_text_or_none(state.get("asked_on")) or "",
        )


@dataclass(frozen=True)
class Memory:
    """What a follow-up refers to. All of it are names from the data files, nothing personal.

    ``label`` is the last knowledge label answered and ``aspect`` what was asked of it (cost,
    duration …); ``subject`` is what the talk is about, answered or not; ``offer`` is what "ya"
    accepts; ``choices`` are the (title, payload) pairs last offered; ``abuse`` counts insults;
    ``care`` is the care for a resident in danger.
    """

    label: str | None = None
    aspect: str | None = None
    offer: str | None = None
    choices: tuple[tuple[str, str], ...] = ()
    abuse: int = 0
    subject: str | None = None
    care: Care | None = None
    check: str | None = None
    """The guided check whose verdict was the last thing said."""

    @classmethod
    def from_state(cls, state: Any) -> Memory:
        """Return the memory of :meth:`Tracker.to_state`; strange parts are left out."""
        if not isinstance(state, Mapping):
            return cls()
        choices = state.get("choices")
        return cls(
            label=_text_or_none(state.get("label")),
            aspect=_text_or_none(state.get("aspect")),
            offer=_text_or_none(state.get("offer")),
            choices=tuple(
                (str(pair[0]), str(pair[1]))
                for pair in (choices if isinstance(choices, list | tuple) else ())
                if isinstance(pair, list | tuple) and len(pair) == 2
            )[:_MOST_CHOICES],
            abuse=_count(state.get("abuse")),
            subject=_text_or_none(state.get("subject")),
            care=Care.from_state(state.get("care")),
            check=_text_or_none(state.get("check")),
        )

    def to_state(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {**asdict(self), "choices": [list(pair) for pair in self.choices]}


@dataclass(frozen=True)
class Tracker:
    """The state of a conversation. Applying the same events always gives the same tracker."""

    turns: int = 0
    slots: Mapping[str, Any] = field(default_factory=dict)
    loop: Loop | None = None
    memory: Memory = field(default_factory=Memory)
    misses: int = 0
    answered: Mapping[str, int] = field(default_factory=dict)
    """How often each knowledge label was answered."""
    ranking: tuple[str, ...] = ()
    """The labels that the last message was most likely to mean, best first."""
    question: str = ""
    """The resident's last question in their own words (content: erasable)."""
    candidate: str = ""
    """A repaired value that awaits the resident's yes (content: erasable)."""
    case_state: str | None = None
    ticket: str | None = None

    @classmethod
    def empty(cls) -> Tracker:
        """Return the tracker of a conversation in which nothing was said."""
        return cls()

    def apply(
        self,
        event_type: str,
        data: Mapping[str, Any],
        content: Mapping[str, Any] | None,
        at: datetime,
    ) -> Tracker:
        """Return the tracker after one more event. Unknown events change nothing.

        ``at`` is part of every event; no state depends on it yet.
        """
        if event_type == "understood":
            return replace(self, ranking=_ranking(data.get("ranking")))
        if event_type == "decided":
            return self._after_decision(data, content or {})
        if event_type.startswith("case_"):
            return self._after_case_event(event_type.removeprefix("case_"), data)
        return self

    def _after_decision(self, data: Mapping[str, Any], content: Mapping[str, Any]) -> Tracker:
        answered = dict(self.answered)
        for label in data.get("answers") or ():
            answered[str(label)] = answered.get(str(label), 0) + 1
        slots = content.get("slots")
        return replace(
            self,
            turns=self.turns + 1,
            slots=dict(slots) if isinstance(slots, Mapping) else {},
            loop=Loop.from_state(data.get("loop")),
            memory=Memory.from_state(data.get("memory")),
            misses=_count(data.get("misses")),
            answered=answered,
            question=_text_or_none(content.get("question")) or "",
            candidate=_text_or_none(content.get("candidate")) or "",
        )

    def _after_case_event(self, change: str, data: Mapping[str, Any]) -> Tracker:
        if change == "moved":
            return self._after_move(data)
        states = {"opened": "waiting", "released": "waiting"}
        states |= dict.fromkeys(("claimed", "transferred", "taken_over"), "claimed")
        memory = self.memory
        if change in _CLOSED_BY_OFFICER and memory.care is not None:
            memory = replace(memory, care=replace(memory.care, phase="over"))
        return replace(
            self,
            memory=memory,
            case_state=states.get(change, change),
            ticket=_text_or_none(data.get("ticket")) or self.ticket,
        )

    def _after_move(self, data: Mapping[str, Any]) -> Tracker:
        """Follow a case that goes on in another conversation, or came from one (``here``)."""
        if not data.get("here"):
            return replace(self, case_state=None, ticket=None)
        state = _text_or_none(data.get("state")) or "waiting"
        return replace(self, case_state=state, ticket=_text_or_none(data.get("ticket")))

    def to_state(self) -> dict[str, Any]:
        """Return it as JSON values (a snapshot)."""
        return {
            "turns": self.turns,
            "slots": dict(self.slots),
            "loop": asdict(self.loop) if self.loop else None,
            "memory": self.memory.to_state(),
            "misses": self.misses,
            "answered": dict(self.answered),
            "ranking": list(self.ranking),
            "question": self.question,
            "candidate": self.candidate,
            "case_state": self.case_state,
            "ticket": self.ticket,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Tracker:
        """Return the tracker of a snapshot, also one of an older version with fewer keys."""
        return cls(
            turns=_count(state.get("turns")),
            slots=dict(state.get("slots") or {}),
            loop=Loop.from_state(state.get("loop")),
            memory=Memory.from_state(state.get("memory")),
            misses=_count(state.get("misses")),
            answered=dict(state.get("answered") or {}),
            ranking=tuple(map(str, state.get("ranking") or ())),
            question=_text_or_none(state.get("question")) or "",
            candidate=_text_or_none(state.get("candidate")) or "",
            case_state=_text_or_none(state.get("case_state")),
            ticket=_text_or_none(state.get("ticket")),
        )


def _ranking(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        return ()
    pairs = [pair for pair in value if isinstance(pair, list | tuple) and pair]
    return tuple(str(pair[0]) for pair in pairs[:_MOST_RANKED])


def _text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
