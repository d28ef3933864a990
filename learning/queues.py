"""The queues of the inbox: which turns wait for eyes, the most informative group first.

A turn stays in its queues until somebody judged it. Groups come in the order that the periodic
look gave them (``place``), so that a page reads an index and computes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from foundation.errors import NotFoundError
from learning.turns import Turn
from storage import Transaction
from storage.learning_tables import learning_judgement, learning_turn
from storage.tables import conversation, event_content

_turn = learning_turn.c

CONDITIONS: Final[Mapping[str, sa.ColumnElement[bool]]] = {
    "ragu": sa.and_(_turn.nlu_decision != "answer", _turn.fingerprint != ""),
    "ditanya_balik": sa.and_(_turn.decision == "clarify", _turn.fingerprint != ""),
    "ke_petugas": sa.and_(
        sa.or_(_turn.handed_over, _turn.decision == "handoff"), _turn.fingerprint != ""
    ),
    "tidak_membantu": _turn.thumb == "down",
    "maksud_petugas": _turn.real_intent != "",
    "beda_kanal": _turn.disagrees,
    "kontrol": _turn.control,
}
"""Name of a queue (also in addresses) → which turns belong to it."""

QUEUES: Final = tuple(CONDITIONS)

IN_ANY_QUEUE: Final = sa.or_(*CONDITIONS.values())

IN_THE_OPEN: Final = ~sa.exists().where(
    conversation.c.id == _turn.conversation_id, conversation.c.confidential
)
"""False for the turns of confidential conversations, which nobody learns from."""

HAS_WORDS: Final = sa.and_(
    sa.exists().where(event_content.c.event_id == _turn.said_id), IN_THE_OPEN
)
"""False once the words were erased, or where they are confidential."""


def judged(*rounds: int) -> sa.Exists:
    """Return whether a judgement of one of the rounds (of any, if none is given) is in force."""
    found = sa.exists().where(
        learning_judgement.c.event_id == _turn.event_id, learning_judgement.c.undone_at.is_(None)
    )
    return found.where(learning_judgement.c.round.in_(rounds)) if rounds else found


@dataclass(frozen=True)
class Group:
    """Turns that are nearly the same, shown by their first one. ``size`` counts the open ones."""

    place: int
    turn: Turn
    size: int


def queue_counts(tx: Transaction) -> dict[str, int]:
    """Return how many groups wait in each queue, and in all together (``semua``)."""
    columns = [
        sa.func.count(sa.distinct(sa.case((condition, _turn.place)))).label(name)
        for name, condition in CONDITIONS.items()
    ]
    query = sa.select(*columns, sa.func.count(sa.distinct(_turn.place)).label("semua"))
    row = tx.connection.execute(query.where(*_open())).one()
    return dict(row._mapping)


def read_groups(
    tx: Transaction, queue: str = "semua", *, after: int = -1, limit: int = 50
) -> list[Group]:
    """Return the open groups of a queue beyond the place ``after``, the most telling first.

    Raises ``NotFoundError`` for an unknown queue.
    """
    query = (
        sa.select(
            _turn.place,
            sa.func.min(_turn.event_id).label("first"),
            sa.func.count().label("size"),
        )
        .where(*_open(), _turn.place > after, *_of_queue(queue))
        .group_by(_turn.place)
        .order_by(_turn.place)
        .limit(limit)
    )
    rows = tx.connection.execute(query).all()
    turns = {turn.event_id: turn for turn in read_turns(tx, [row.first for row in rows])}
    return [Group(row.place, turns[row.first], row.size) for row in rows if row.first in turns]


def members_of(tx: Transaction, event_id: int, *, limit: int = 200) -> list[Turn]:
    """Return the open turns that are nearly the same as this one, itself first.

    Raises ``NotFoundError`` when the turn is not in the inbox or its words were erased.
    """
    first = read_turn(tx, event_id)
    if first.group_id is None:
        return [first]
    query = (
        sa.select(_turn.event_id)
        .where(_turn.group_id == first.group_id, _turn.event_id != event_id)
        .where(*_open())
        .order_by(_turn.event_id)
        .limit(limit - 1)
    )
    return [first, *read_turns(tx, list(tx.connection.execute(query).scalars()))]


def read_turn(tx: Transaction, event_id: int) -> Turn:
    """Return one turn. Raises ``NotFoundError`` when it is unknown or its words were erased."""
    found = read_turns(tx, [event_id])
    if not found:
        raise NotFoundError(f"turn {event_id} is not in the inbox")
    return found[0]


def read_turns(tx: Transaction, event_ids: Sequence[int]) -> list[Turn]:
    """Return the turns that have words which may be read, in the order of their events."""
    if not event_ids:
        return []
    query = (
        sa.select(learning_turn, event_content.c.content)
        .join(event_content, event_content.c.event_id == _turn.said_id)
        .where(_turn.event_id.in_(event_ids), IN_THE_OPEN)
        .order_by(_turn.event_id)
    )
    return [Turn.of(dict(row._mapping), row.content) for row in tx.connection.execute(query)]


def _of_queue(queue: str) -> list[sa.ColumnElement[bool]]:
    if queue == "semua":
        return []
    if queue not in CONDITIONS:
        raise NotFoundError(f"no queue {queue!r}")
    return [CONDITIONS[queue]]


def _open() -> list[Any]:
    return [_turn.place.is_not(None), HAS_WORDS, ~judged()]
