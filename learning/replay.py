"""The messages of the last days, read again by a candidate: only what would change, to be judged.

Each message is read alone, as it was written; what a conversation adds (a topic before it, a
form) is the same for both bundles and is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from foundation.errors import InvalidFormError, NotFoundError
from foundation.masking import mask_identifiers
from learning.queues import IN_THE_OPEN
from nlu.types import Understanding, Understands
from storage import Transaction
from storage.bundle_tables import replay_change
from storage.learning_tables import learning_turn
from storage.tables import event_content

DAYS = timedelta(days=30)

MOST = 3000
"""Different messages that are read again, the newest first; the page says how many there were."""

JUDGEMENTS = ("better", "worse", "same")
Judgement = Literal["better", "worse", "same"]

_turn = learning_turn.c
_change = replay_change.c


@dataclass(frozen=True)
class PastMessage:
    """One message of the time, for all that have the same words; ``times`` counts them."""

    event_id: int
    text: str
    times: int


@dataclass(frozen=True)
class Change:
    """A message that the candidate takes otherwise. ``before`` and ``after``: ``taken_as``."""

    event_id: int
    times: int
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True)
class ShownChange:
    """A change as staff judge it. ``text`` is masked, and empty once its words were erased."""

    id: int
    text: str
    times: int
    before: dict[str, Any]
    after: dict[str, Any]
    judgement: str | None
    judged_by: str | None
    judged_at: datetime | None


def past_messages(tx: Transaction, *, most: int = MOST) -> tuple[list[PastMessage], int]:
    """Return the different messages of the last 30 days, newest first, and how many there were."""
    fresh = [_turn.at >= tx.now - DAYS, _turn.fingerprint != "", IN_THE_OPEN]
    newest = (
        sa.select(sa.func.max(_turn.event_id).label("event_id"), sa.func.count().label("times"))
        .where(*fresh)
        .group_by(_turn.fingerprint)
        .subquery()
    )
    total = tx.connection.execute(sa.select(sa.func.count()).select_from(newest)).scalar_one()
    rows = tx.connection.execute(
        sa.select(newest.c.event_id, newest.c.times, event_content.c.content)
        .join(learning_turn, _turn.event_id == newest.c.event_id)
        .join(event_content, event_content.c.event_id == _turn.said_id)
        .order_by(newest.c.event_id.desc())
        .limit(most)
    )
    messages = [
        PastMessage(row.event_id, str(row.content.get("text") or ""), row.times) for row in rows
    ]
    return messages, int(total)


def replayed(
    messages: Sequence[PastMessage],
    live: Understands,
    candidate: Understands,
    progress: Callable[[int], None] = lambda _done: None,
) -> list[Change]:
    """Return what the candidate takes otherwise: answers first, then the most frequent."""
    changes = []
    for number, message in enumerate(messages, start=1):
        before = taken_as(live.understand(message.text))
        after = taken_as(candidate.understand(message.text))
        if _seen(before) != _seen(after):
            changes.append(Change(message.event_id, message.times, before, after))
        progress(number)
    return sorted(changes, key=lambda one: (not _answered(one), -one.times, -one.event_id))


def taken_as(understood: Understanding) -> dict[str, Any]:
    """Return what staff see of an understanding."""
    return {
        "decision": understood.decision,
        "intent": understood.intent.name,
        "confidence": round(understood.intent.confidence, 4),
    }


def save_changes(tx: Transaction, gate_id: int, changes: Sequence[Change]) -> None:
    """Keep what a replay found."""
    rows = [
        {
            "gate_id": gate_id,
            "event_id": one.event_id,
            "times": one.times,
            "before": one.before,
            "after": one.after,
        }
        for one in changes
    ]
    if rows:
        tx.connection.execute(sa.insert(replay_change), rows)


def shown_changes(
    tx: Transaction, gate_id: int, *, after: int = 0, limit: int = 50
) -> list[ShownChange]:
    """Return changes of a replay beyond the number ``after``, in the order they were found."""
    rows = tx.connection.execute(
        sa.select(replay_change, event_content.c.content)
        .outerjoin(learning_turn, _turn.event_id == _change.event_id)
        .outerjoin(event_content, sa.and_(event_content.c.event_id == _turn.said_id, IN_THE_OPEN))
        .where(_change.gate_id == gate_id, _change.id > after)
        .order_by(_change.id)
        .limit(limit)
    )
    return [
        ShownChange(
            id=row.id,
            text=mask_identifiers(str((row.content or {}).get("text") or "")),
            times=row.times,
            before=dict(row.before),
            after=dict(row.after),
            judgement=row.judgement,
            judged_by=row.judged_by,
            judged_at=row.judged_at,
        )
        for row in rows
    ]


def count_judgements(tx: Transaction, gate_id: int) -> dict[str, int]:
    """Return how many changes there are: in all, by judgement, and not judged yet (``open``)."""
    rows = tx.connection.execute(
        sa.select(_change.judgement, sa.func.count())
        .where(_change.gate_id == gate_id)
        .group_by(_change.judgement)
    )
    counted = {str(name or "open"): int(count) for name, count in rows}
    found = {name: counted.get(name, 0) for name in ("open", *JUDGEMENTS)}
    return {"all": sum(found.values()), **found}


def judge_change(tx: Transaction, change_id: int, judgement: str, *, author: str) -> int:
    """Say whether a change is for the better; return the gate that it belongs to.

    Raises ``InvalidFormError`` for an unknown judgement, ``NotFoundError`` for no such change.
    """
    if judgement not in JUDGEMENTS:
        raise InvalidFormError(
            f"judgement {judgement!r}", reader_text="Pilih lebih baik, lebih buruk, atau sama saja."
        )
    row = tx.connection.execute(
        sa.update(replay_change)
        .where(_change.id == change_id)
        .values(judgement=judgement, judged_by=author, judged_at=tx.now)
        .returning(_change.gate_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"no change {change_id}")
    return int(row.gate_id)


def _answered(change: Change) -> bool:
    return "answer" in (change.before["decision"], change.after["decision"])


def _seen(taken: dict[str, Any]) -> tuple[str, str]:
    """Return what the resident notices: below the floor the guess does not matter."""
    decision = taken["decision"]
    return decision, "" if decision == "handoff" else taken["intent"]
