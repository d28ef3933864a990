"""What the log says of one understood message, as a row of the inbox. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from foundation.masking import mask_identifiers
from storage import StoredEvent

FROM_WORDS = ("nlu", "context")
"""How a message was read when its words decided, not a button or a word pattern."""

FORM_VALUE = "isian"
"""The intent of what was written into a form; there is nothing to learn from it."""

_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class ControlSample:
    """A share (0..1) of all turns, drawn by ``seed`` so that nobody chooses and all repeat it."""

    share: float = 0.05
    seed: str = "kontrol"

    def __contains__(self, event_id: object) -> bool:
        return drawn(self.seed, event_id) < self.share


def drawn(seed: str, event_id: object) -> float:
    """Return the number in 0..1 that falls to an event; the same on every machine.

    >>> 0 <= drawn("kontrol", 7) < 1
    True
    """
    digest = hashlib.sha256(f"{seed}:{event_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def row_of(
    event: StoredEvent,
    *,
    channel: str,
    said: tuple[int, str] | None,
    control: ControlSample,
) -> dict[str, Any]:
    """Return the row of an event ``understood``. ``said`` is the id and text of the message."""
    data = event.data
    ranking = [[str(name), float(value)] for name, value in data.get("ranking") or ()]
    from_words = data.get("how") in FROM_WORDS and data.get("resolved") != FORM_VALUE
    return {
        "event_id": event.id,
        "said_id": said[0] if said else None,
        "conversation_id": event.conversation,
        "turn_id": event.turn_id or "",
        "at": event.at,
        "channel": channel,
        "bundle": str(data.get("bundle") or ""),
        "intent": str(data.get("intent") or ""),
        "confidence": float(data.get("confidence") or 0.0),
        "ranking": ranking,
        "nlu_decision": str(data.get("decision") or ""),
        "resolved": str(data.get("resolved") or ""),
        "how": str(data.get("how") or ""),
        "decision": "",
        "handed_over": False,
        "thumb": "",
        "real_intent": "",
        "control": from_words and event.id in control,
        "fingerprint": fingerprint(said[1]) if said and from_words else "",
        "disagrees": False,
        "group_id": None,
        "group_size": 1,
        "place": None,
    }


def fingerprint(text: str) -> str:
    """Return what two messages of the same words have in common; "" for a wordless one.

    Identifiers are masked first: no number can be found out from it.

    >>> fingerprint("Cara bikin NIB?") == fingerprint("cara  bikin nib")
    True
    """
    words = _NO_WORD.sub(" ", mask_identifiers(text).casefold()).strip()
    return hashlib.sha256(words.encode()).hexdigest()[:16] if words else ""


def uncertainty(ranking: Sequence[Sequence[Any]]) -> float:
    """Return 1 minus the margin between the first two labels (0 sure … 1 undecided).

    >>> uncertainty([["a", 0.6], ["b", 0.4]])
    0.8
    """
    values = sorted((float(value) for _, value in ranking), reverse=True)
    if not values:
        return 1.0
    second = values[1] if len(values) > 1 else 0.0
    return round(1.0 - (values[0] - second), 6)


@dataclass(frozen=True)
class Turn:
    """A turn that staff look at. ``text`` is masked unless it was asked for otherwise."""

    event_id: int
    text: str
    at: datetime
    channel: str
    bundle: str
    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    decision: str
    handed_over: bool
    thumb: str
    real_intent: str
    control: bool
    disagrees: bool
    group_id: int | None
    group_size: int
    conversation: str

    @property
    def masked(self) -> str:
        """The text without identifiers."""
        return mask_identifiers(self.text)

    @classmethod
    def of(cls, row: Mapping[str, Any], content: Mapping[str, Any]) -> Turn:
        """Return the turn of a row and the content of what was said."""
        return cls(
            event_id=row["event_id"],
            text=str(content.get("text") or ""),
            at=row["at"],
            channel=row["channel"],
            bundle=row["bundle"],
            intent=row["resolved"] or row["intent"],
            confidence=row["confidence"],
            ranking=tuple((str(name), float(value)) for name, value in row["ranking"]),
            decision=row["decision"],
            handed_over=row["handed_over"],
            thumb=row["thumb"],
            real_intent=row["real_intent"],
            control=row["control"],
            disagrees=row["disagrees"],
            group_id=row["group_id"],
            group_size=row["group_size"],
            conversation=row["conversation_id"],
        )
