"""The context card: why the person is here, what the assistant made of it and said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dialogue import KnowledgeEntry
from storage import StoredEvent

_MOST_GUESSES = 3


@dataclass(frozen=True)
class Guess:
    """A possible meaning; ``title`` is the knowledge entry's question, empty for an act."""

    label: str
    title: str
    percent: int


@dataclass(frozen=True)
class ContextCard:
    """What an officer should know before the first word.

    ``question`` is in the resident's own words; ``slots`` are the values that the assistant
    collected, empty ones left out; ``answers`` are the entries of the last answer given;
    ``missing`` are labels answered whose entry no longer exists. ``turn_id`` is the turn that the
    guesses are of, ``meant`` what an officer said it really meant.
    """

    question: str = ""
    guesses: tuple[Guess, ...] = ()
    slots: tuple[tuple[str, str], ...] = ()
    answers: tuple[KnowledgeEntry, ...] = ()
    missing: tuple[str, ...] = ()
    decision: str = ""
    turn_id: str = ""
    meant: str = ""

    @property
    def suggestion(self) -> str:
        """A draft from the knowledge base: the short text of the last answer's entries."""
        return "\n\n".join(entry.ringkas.strip() for entry in self.answers)


def context_card(
    events: Sequence[StoredEvent],
    knowledge: Mapping[str, KnowledgeEntry],
    *,
    opened_with: Mapping[str, Any],
) -> ContextCard:
    """Read the card off the conversation's latest events.

    ``opened_with`` is what the assistant put onto the case, for when its turn is too far back.
    """
    understood = _last_telling(events)
    decided = _last(events, "decided")
    answered = _last_answers(events)
    content = (decided.content if decided else None) or {}
    return ContextCard(
        question=str(
            content.get("question") or opened_with.get("question") or _words_of(events, understood)
        ),
        guesses=_guesses(understood, knowledge),
        slots=_slots({**_mapping(opened_with.get("slots")), **_mapping(content.get("slots"))}),
        answers=tuple(knowledge[label] for label in answered if _told(label, knowledge)),
        missing=tuple(label for label in answered if not _told(label, knowledge)),
        decision=str(decided.data.get("decision") or "") if decided else "",
        turn_id=(understood.turn_id or "") if understood else "",
        meant=_meant(events, understood),
    )


def _told(label: str, knowledge: Mapping[str, KnowledgeEntry]) -> bool:
    return label in knowledge and not knowledge[label].withdrawn


def _last(events: Sequence[StoredEvent], event_type: str) -> StoredEvent | None:
    return next((event for event in reversed(events) if event.type == event_type), None)


def _last_telling(events: Sequence[StoredEvent]) -> StoredEvent | None:
    """Prefer the last message about a topic: "Chat dengan CS" itself tells nothing."""
    for event in reversed(events):
        if event.type == "understood" and "/" in str(event.data.get("intent") or ""):
            return event
    return _last(events, "understood")


def _meant(events: Sequence[StoredEvent], understood: StoredEvent | None) -> str:
    turn = understood.turn_id if understood else None
    for event in reversed(events):
        if event.type == "intent_labelled" and event.data.get("turn_id") == turn:
            return str(event.data.get("label") or "")
    return ""


def _last_answers(events: Sequence[StoredEvent]) -> tuple[str, ...]:
    for event in reversed(events):
        if event.type == "decided" and event.data.get("answers"):
            return tuple(map(str, event.data["answers"]))
    return ()


def _words_of(events: Sequence[StoredEvent], understood: StoredEvent | None) -> str:
    if understood is None:
        return ""
    inbox_id = understood.data.get("inbox_id")
    for event in reversed(events):
        if event.type == "user" and event.data.get("inbox_id") == inbox_id:
            return str((event.content or {}).get("text") or "")
    return ""


def _guesses(
    understood: StoredEvent | None, knowledge: Mapping[str, KnowledgeEntry]
) -> tuple[Guess, ...]:
    ranking = understood.data.get("ranking") if understood else None
    pairs = [pair for pair in ranking or () if isinstance(pair, list | tuple) and len(pair) == 2]
    guesses = (
        Guess(
            label=str(label),
            title=knowledge[label].judul if label in knowledge else "",
            percent=round(100 * float(confidence)),
        )
        for label, confidence in pairs[:_MOST_GUESSES]
    )
    return tuple(guess for guess in guesses if guess.percent)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _slots(slots: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (str(name), str(value)) for name, value in sorted(slots.items()) if value not in (None, "")
    )
