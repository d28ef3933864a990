"""What residents think of an answer or of the service: ``{kind, value, seq}``, checked and kept.

A rating is an event of skeleton data alone. A changed mind is a further event with the same
``kind`` and ``seq``; the last one counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from foundation.errors import BadMessageError
from storage import (
    EventType,
    StoredEvent,
    Transaction,
    append_event,
    lock_conversation,
    read_events,
)

FAREWELLS = frozenset({"utter_pamit", "utter_terima_kasih"})
"""Responses after which the resident is asked how it was."""

CASE_ENDS = frozenset({EventType.CASE_RESOLVED, EventType.CASE_RETURNED})
"""Ends of an officer's part, after which the resident is asked too."""

_ANSWER = "utter_jawaban"
_REACH = 200
_LATER = 1000


@dataclass(frozen=True)
class Rating:
    """``csat`` (1 to 5) rates the bot's or the officer's service, ``thumb`` one answer.

    ``seq`` is the event that is rated: a bot message, or the end of a case.
    """

    kind: Literal["csat", "thumb"]
    value: int | str
    seq: int


def parse_rating(body: Any) -> Rating:
    """Return the rating. Raises ``BadMessageError`` for anything else."""
    if isinstance(body, Mapping):
        kind, value, seq = body.get("kind"), body.get("value"), body.get("seq")
        if isinstance(seq, int) and not isinstance(seq, bool) and 0 < seq < 2**31:
            if kind == "csat" and type(value) is int and 1 <= value <= 5:
                return Rating("csat", value, seq)
            if kind == "thumb" and value in ("up", "down"):
                return Rating("thumb", str(value), seq)
    raise BadMessageError("not a rating", reader_text="Penilaian tidak dapat dibaca.")


def rate(tx: Transaction, conversation_id: str, rating: Rating) -> StoredEvent:
    """Append the rating, or return the event that already says the same.

    Raises ``BadMessageError`` when ``seq`` is nothing that can be rated so.
    """
    lock_conversation(tx, conversation_id)
    rated = _rated_event(tx, conversation_id, rating)
    before = _earlier(tx, conversation_id, rating)
    if before is not None and before.data.get("value") == rating.value:
        return before
    data: dict[str, Any] = {
        "kind": rating.kind,
        "value": rating.value,
        "seq": rating.seq,
        "answered": _answered(tx, conversation_id, rated, whole_talk=rating.kind == "csat"),
    }
    if before is not None:
        data["replaces"] = {"value": before.data.get("value"), "at": before.at.isoformat()}
    if rated.type in CASE_ENDS:
        data |= {"case_id": rated.data.get("case_id"), "answered": []}
    return append_event(
        tx, conversation_id, type=EventType.RATED, actor="resident", data=data, turn_id=None
    )


def is_answer(event: StoredEvent) -> bool:
    """Whether the event is a bot message that answers from the knowledge."""
    return event.type == "bot" and str(event.data.get("response") or "").startswith(_ANSWER)


def _rated_event(tx: Transaction, conversation_id: str, rating: Rating) -> StoredEvent:
    found = read_events(tx, conversation_id, after=rating.seq - 1, limit=1)
    if found and found[0].seq == rating.seq:
        event = found[0]
        if rating.kind == "thumb" and is_answer(event):
            return event
        if rating.kind == "csat" and (event.type == "bot" or event.type in CASE_ENDS):
            return event
    raise BadMessageError(
        f"event {rating.seq} cannot be rated", reader_text="Pesan ini tidak dapat dinilai."
    )


def _earlier(tx: Transaction, conversation_id: str, rating: Rating) -> StoredEvent | None:
    later = read_events(tx, conversation_id, after=rating.seq, limit=_LATER)
    same = [
        event
        for event in later
        if event.type == EventType.RATED
        and (event.data.get("kind"), event.data.get("seq")) == (rating.kind, rating.seq)
    ]
    return same[-1] if same else None


def _answered(
    tx: Transaction, conversation_id: str, rated: StoredEvent, *, whole_talk: bool
) -> list[str]:
    """Return the knowledge labels that the rating is about."""
    after = max(0, rated.seq - _REACH)
    events = read_events(tx, conversation_id, after=after, limit=_REACH)
    upto = [event for event in events if event.seq <= rated.seq]
    if whole_talk:
        return list(dict.fromkeys(label for event in upto for label in _labels(event)))
    turn = [event for event in events if event.turn_id and event.turn_id == rated.turn_id]
    labels = [label for event in turn for label in _labels(event)]
    return _own_label(labels, [event.seq for event in turn if is_answer(event)], rated.seq)


def _own_label(labels: list[str], answers: Sequence[int], seq: int) -> list[str]:
    # Two questions in one message are two answers, in the order of the decision.
    if len(labels) == len(answers) and seq in answers:
        return [labels[answers.index(seq)]]
    return labels


def _labels(event: StoredEvent) -> list[str]:
    answers = event.data.get("answers") if event.type == "decided" else None
    return [str(label) for label in answers] if isinstance(answers, list) else []
