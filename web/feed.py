"""One reader of the event log per web process, which wakes whoever waits for a conversation.

Two thousand open streams cost one query per poll, not two thousand: the feed follows the log of
all conversations and only says *where* something happened. What happened each waiter reads from
the store itself, behind the last event it has seen, so nothing is lost and nothing comes twice.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from foundation.errors import StoreUnavailableError
from storage import (
    Cursor,
    Store,
    Transaction,
    TypingSign,
    Wakeups,
    events_beyond,
    last_typing,
    tables,
    typing_beyond,
)

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
"""Without a wake-up the log is looked into this often."""

_SLICES = 10
_BATCH = 500
_SIGNS = 100
_HIGHEST_ID = (1 << 63) - 1


class Subscription:
    """One waiter's flag. It is raised from the feed and lowered by :meth:`wait`."""

    def __init__(self) -> None:
        self._flag = threading.Event()
        self._typing: deque[TypingSign] = deque(maxlen=_SIGNS)

    def wait(self, timeout: float) -> bool:
        """Return True as soon as something happened since the last call, else False.

        ``timeout`` is in seconds. Read the store after this returned, never before.
        """
        happened = self._flag.wait(timeout)
        self._flag.clear()
        return happened

    def take_typing(self) -> list[TypingSign]:
        """Return the signs of typing that came since the last call, the oldest first."""
        return [self._typing.popleft() for _ in range(len(self._typing))]

    def notify(self, sign: TypingSign | None = None) -> None:
        """Wake the waiter, perhaps with a sign of typing: it is nowhere else to be read."""
        if sign is not None:
            self._typing.append(sign)
        self._flag.set()


class EventFeed:
    """Follows the log from the first subscription on.

    The reader is a thread; under gevent's patches that is a greenlet. ``wakeups`` belongs to the
    feed alone from then on (``publish`` excepted).
    """

    def __init__(self, store: Store, wakeups: Wakeups) -> None:
        self._store = store
        self._wakeups = wakeups
        self._lock = threading.Lock()
        self._of_conversation: defaultdict[str, set[Subscription]] = defaultdict(set)
        self._of_all: set[Subscription] = set()
        self._stopping = threading.Event()
        self._reader: threading.Thread | None = None
        self.on_waiters: Callable[[int], None] = lambda change: None
        """Told +1 or -1 whenever a waiter comes or goes."""

    @contextmanager
    def subscribe(self, conversation_id: str | None) -> Iterator[Subscription]:
        """Give a subscription to one conversation, or to all of them (``None``)."""
        subscription = Subscription()
        with self._lock:
            self._start_reader()
            self._waiters(conversation_id).add(subscription)
        self.on_waiters(1)
        try:
            yield subscription
        finally:
            self.on_waiters(-1)
            with self._lock:
                self._waiters(conversation_id).discard(subscription)
                if conversation_id is not None and not self._of_conversation[conversation_id]:
                    del self._of_conversation[conversation_id]

    def subscribers(self, conversation_id: str | None = None) -> int:
        """Count the waiters of one conversation, or all waiters."""
        with self._lock:
            if conversation_id is not None:
                return len(self._of_conversation.get(conversation_id, ()))
            return len(self._of_all) + sum(map(len, self._of_conversation.values()))

    def stop(self) -> None:
        """End the reader and wait for it; subscriptions hear nothing any more."""
        self._stopping.set()
        if self._reader is not None:
            self._reader.join()

    def _waiters(self, conversation_id: str | None) -> set[Subscription]:
        return self._of_all if conversation_id is None else self._of_conversation[conversation_id]

    def _start_reader(self) -> None:
        # Not in the constructor: a thread does not survive the fork of a web process.
        if self._reader is None:
            self._reader = threading.Thread(target=self._follow, name="halo-feed", daemon=True)
            self._reader.start()

    def _follow(self) -> None:
        place: _Place | None = None
        while not self._stopping.is_set():
            try:
                place = self._catch_up(place or self._begin())
            except StoreUnavailableError:
                logger.exception("the event feed cannot read the store; trying again")
            self._pause()

    def _pause(self) -> None:
        # In slices, so that stopping is quick, and a store without signals is read that often.
        for _ in range(_SLICES):
            if self._wakeups.wait(POLL_SECONDS / _SLICES) or self._stopping.is_set():
                return

    def _begin(self) -> _Place:
        with self._store.read() as tx:
            place = end_of_log(tx)
        # Whoever subscribed before this moment may have missed something.
        with self._lock:
            everywhere = list(self._of_conversation)
        self._wake(everywhere)
        return place

    def _catch_up(self, place: _Place) -> _Place:
        while True:
            with self._store.read() as tx:
                touched, signs, place, more = _look(tx, place)
            if touched:
                self._wake(touched)
            for sign in signs:
                self._tell(sign)
            if not more:
                return place

    def _wake(self, conversation_ids: Iterable[str]) -> None:
        with self._lock:
            woken = list(self._of_all)
            for conversation_id in conversation_ids:
                woken += self._of_conversation.get(conversation_id, ())
        for subscription in woken:
            subscription.notify()

    def _tell(self, sign: TypingSign) -> None:
        with self._lock:
            told = [*self._of_all, *self._of_conversation.get(sign.conversation, ())]
        for subscription in told:
            subscription.notify(sign)


@dataclass(frozen=True)
class _Place:
    """How far the feed has come: in the settled log, in what can be seen of the rest, in typing."""

    cursor: Cursor
    seen: int
    typing: int


def end_of_log(tx: Transaction) -> _Place:
    """Return the place behind everything that there is now."""
    last = tx.connection.execute(sa.select(sa.func.max(tables.event.c.id))).scalar_one() or 0
    typing = last_typing(tx)
    if tx.dialect != "postgresql":
        return _Place(Cursor(id=last), last, typing)
    oldest_running = tx.connection.execute(
        sa.text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    ).scalar_one()
    return _Place(Cursor(xid=int(oldest_running) - 1, id=_HIGHEST_ID), last, typing)


def _look(tx: Transaction, place: _Place) -> tuple[set[str], list[TypingSign], _Place, bool]:
    """Return where something happened behind ``place``, who typed, the new place, and "more".

    On PostgreSQL the settled log waits for the longest transaction of the whole cluster, so what
    is visible beyond it is announced at once by id; the settled log then only adds the late
    committers that this missed.
    """
    settled, cursor = events_beyond(tx, place.cursor, limit=_BATCH)
    event = tables.event
    newer = tx.connection.execute(
        sa.select(event.c.id, event.c.conversation_id)
        .where(event.c.id > place.seen)
        .order_by(event.c.id)
        .limit(_BATCH)
    ).all()
    touched = {one.conversation for one in settled} | {row.conversation_id for row in newer}
    seen = newer[-1].id if newer else place.seen
    signs = typing_beyond(tx, place.typing, limit=_BATCH)
    typing = signs[-1].id if signs else place.typing
    more = max(len(settled), len(newer), len(signs)) == _BATCH
    return touched, signs, _Place(cursor, seen, typing), more
