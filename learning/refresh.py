"""The periodic look at all turns that wait for eyes: who disagrees, what is alike, what is first.

Run behind the log by a worker (it needs scikit-learn, which no web process loads) or by
``halo labels refresh``. Everything it finds is written into the inbox and can be found again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from foundation.errors import StoreUnavailableError
from learning.inbox import NAME, locked_cursor, take_in
from learning.queues import HAS_WORDS, IN_ANY_QUEUE, judged
from learning.selection import order_by_information
from learning.similarity import group_near_duplicates
from learning.turns import ControlSample, uncertainty
from storage import Store, Transaction
from storage.learning_tables import learning_turn
from storage.tables import event_content, projection

logger = logging.getLogger(__name__)

POOL = 3000
"""The newest turns that are ordered; older ones come up when these are judged."""

_SEEN_FOR = timedelta(days=60)
_COMPARED = 4096
"""Characters of a message."""

_MEANT = sa.case(
    (learning_turn.c.real_intent != "", learning_turn.c.real_intent),
    else_=learning_turn.c.resolved,
)
_KNOWN_WRONG = 1.0
"""Added to the uncertainty of a turn that somebody already said was wrong."""


@dataclass(frozen=True)
class InboxRefresher:
    """Keeps the inbox up to date in a thread of a worker; several workers do no harm."""

    store: Store
    control: ControlSample
    every: timedelta = timedelta(seconds=60)
    poll_seconds: float = 5.0

    def run(self, stop: threading.Event) -> None:
        """Look until ``stop`` is set. A store that is down is waited for, loudly."""
        while not stop.wait(self.poll_seconds):
            try:
                self.once()
            except StoreUnavailableError:
                logger.exception("the inbox of turns is not kept: the store does not answer")

    def once(self) -> bool:
        """Take in what is new, and order everything anew when it is due; tell whether it was."""
        take_in(self.store, self.control)
        if not claim(self.store, self.every):
            return False
        refresh(self.store)
        return True


def claim(store: Store, every: timedelta) -> bool:
    """Whether a look is due (news came since the last one); whoever is told so looks."""
    with store.read() as tx:
        if not _is_due(tx, every):
            return False
    with store.write() as tx:
        cursor = locked_cursor(tx)
        if not _is_due(tx, every):
            return False
        state = {"looked_at": tx.now.isoformat(), "looked_id": cursor.id, "looked_xid": cursor.xid}
        tx.connection.execute(
            sa.update(projection).where(projection.c.name == NAME).values(state=state)
        )
        return True


def refresh(store: Store, *, pool: int = POOL) -> int:
    """Find disagreements and groups, and order what waits; return how many turns wait."""
    with store.write() as tx:
        _mark_disagreements(tx)
    with store.read() as tx:
        waiting = _waiting(tx, pool)
    order = plan(waiting)
    with store.write() as tx:
        _write_order(tx, order)
    return len(order)


@dataclass(frozen=True)
class Waiting:
    """A turn that waits: what it says, and how much a label of it would tell."""

    event_id: int
    text: str
    uncertainty: float


@dataclass(frozen=True)
class Placed:
    """Where a turn comes, and with which others."""

    event_id: int
    group_id: int
    group_size: int
    place: int


def plan(
    waiting: Sequence[Waiting],
    order: Callable[..., list[int]] = order_by_information,
) -> list[Placed]:
    """Return groups and places. ``waiting`` in the order of events: the oldest leads a group."""
    leaders = group_near_duplicates([one.text for one in waiting])
    members: dict[int, list[int]] = {}
    for own, leader in enumerate(leaders):
        members.setdefault(leader, []).append(own)
    groups = list(members.values())
    uncertainties = [max(waiting[own].uncertainty for own in group) for group in groups]
    ranked = order([waiting[group[0]].text for group in groups], uncertainties)
    return [
        Placed(waiting[own].event_id, waiting[groups[which][0]].event_id, len(groups[which]), place)
        for place, which in enumerate(ranked)
        for own in groups[which]
    ]


def _is_due(tx: Transaction, every: timedelta) -> bool:
    row = tx.connection.execute(sa.select(projection).where(projection.c.name == NAME)).first()
    if row is None:
        return False
    state = row.state or {}
    if (row.xid, row.id) == (state.get("looked_xid"), state.get("looked_id")):
        return False
    looked_at = state.get("looked_at")
    return looked_at is None or tx.now - datetime.fromisoformat(looked_at) >= every


def _mark_disagreements(tx: Transaction) -> None:
    """Mark turns whose words were taken differently on different channels."""
    table, since = learning_turn.c, tx.now - _SEEN_FOR
    differing = (
        sa.select(table.fingerprint)
        .where(table.at >= since, table.fingerprint != "")
        .group_by(table.fingerprint)
        .having(sa.func.count(sa.distinct(table.channel)) > 1)
        .having(sa.func.count(sa.distinct(_MEANT)) > 1)
    )
    found = table.fingerprint.in_(differing)
    for value, condition in ((True, found), (False, ~found)):
        tx.connection.execute(
            sa.update(learning_turn)
            .where(table.at >= since, table.disagrees.is_(not value), condition)
            .values(disagrees=value)
        )


def _waiting(tx: Transaction, pool: int) -> list[Waiting]:
    table = learning_turn.c
    query = (
        sa.select(learning_turn, event_content.c.content)
        .join(event_content, event_content.c.event_id == table.said_id)
        .where(IN_ANY_QUEUE, ~judged(), table.at >= tx.now - _SEEN_FOR)
        .order_by(table.event_id.desc())
        .limit(pool)
    )
    rows = tx.connection.execute(query).all()[::-1]
    return [Waiting(row.event_id, _beginning(row.content), _uncertainty(row)) for row in rows]


def _beginning(content: Mapping[str, Any]) -> str:
    """Return as much of what was said as is compared: one endless message must not hold all up."""
    return str(content.get("text") or "")[:_COMPARED]


def _uncertainty(row: Any) -> float:
    wrong = row.thumb == "down" or row.real_intent or row.disagrees
    return uncertainty(row.ranking) + (_KNOWN_WRONG if wrong else 0.0)


def _write_order(tx: Transaction, order: Sequence[Placed]) -> None:
    table = learning_turn.c
    tx.connection.execute(
        sa.update(learning_turn).where(table.place.is_not(None)).values(place=None)
    )
    if not order:
        return
    tx.connection.execute(
        sa.update(learning_turn)
        .where(table.event_id == sa.bindparam("wanted"), HAS_WORDS)
        .values(
            group_id=sa.bindparam("in_group"),
            group_size=sa.bindparam("size"),
            place=sa.bindparam("at_place"),
        ),
        [
            {
                "wanted": one.event_id,
                "in_group": one.group_id,
                "size": one.group_size,
                "at_place": one.place,
            }
            for one in order
        ],
    )
