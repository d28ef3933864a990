"""One stream of server-sent events per open console: it says what to read anew, never the words.

``papan``: the lists changed. ``percakapan``: the selected conversation has events up to ``last``.
Both come once at the beginning, so that a console that was away catches up. ``mengetik``: the
resident of the selected conversation is typing; it passes by itself. ``pembaca``: these colleagues
have the selected conversation open too. While the stream lasts, they see the same of its officer.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from foundation.errors import StoreUnavailableError
from handoff import (
    heartbeat_due,
    note_viewing,
    record_heartbeat,
    stop_viewing,
    viewer_heartbeat_due,
    viewers_of,
)
from storage import (
    Account,
    Conversation,
    get_account,
    get_conversation,
    note_typing,
)
from web.feed import EventFeed, Subscription
from web.officer.board import read_signature
from web.services import Services
from web.sse import HEARTBEAT, HEARTBEAT_SECONDS, LIFETIME_SECONDS, event_text

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 0.5
"""At most twice a second, however much is going on: people do not read faster."""


@dataclass(frozen=True)
class _Seen:
    board: tuple[object, ...]
    last: int
    viewers: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConsoleStream:
    """What one console is told. It ends when the officer's account no longer may look.

    ``in_front``: the officer has the window in front of them, as far as the browser knows.
    ``came_from`` is the conversation that this console showed before.
    """

    services: Services
    feed: EventFeed
    officer: Account
    conversation_id: str | None
    pause: Callable[[float], None] = time.sleep
    in_front: bool = True
    came_from: str | None = None

    def chunks(self) -> Iterator[str]:
        """Yield the stream's text until its lifetime is over, or until nobody listens."""
        # The connection of before is only found closed when something is written to it.
        self._leave(self.came_from)
        try:
            yield from self._told()
        except GeneratorExit:
            self._leave(self.conversation_id if self.in_front else None)
            raise

    def _told(self) -> Iterator[str]:
        clock = self.services.clock
        ends_at = clock() + timedelta(seconds=LIFETIME_SECONDS)
        seen: _Seen | None = None
        with self.feed.subscribe(None) as subscription:
            while clock() < ends_at:
                current = self._look()
                if current is None:
                    return
                changes = self._changes(seen, current)
                if self._typing(subscription):
                    changes += event_text({}, event="mengetik")
                seen = current
                if changes:
                    yield changes
                    self.pause(PAUSE_SECONDS)
                if not subscription.wait(HEARTBEAT_SECONDS):
                    yield HEARTBEAT

    def _look(self) -> _Seen | None:
        try:
            with self.services.store.read() as tx:
                if get_account(tx, self.officer.id) != self.officer:
                    return None
                board = read_signature(tx, self.officer)
                selected = (
                    get_conversation(tx, self.conversation_id) if self.conversation_id else None
                )
                viewers = viewers_of(tx, selected.id, without=self.officer.id) if selected else ()
                silent = heartbeat_due(tx, self.officer.id)
                unseen = (
                    self.in_front
                    and selected is not None
                    and viewer_heartbeat_due(tx, selected.id, self.officer.id)
                )
            if silent or unseen:
                self._give_signs(selected if unseen else None)
        except StoreUnavailableError:
            # The console comes back by itself; ending the stream is what tells it.
            logger.exception("a console's stream ends: the store does not answer")
            return None
        return _Seen(board, selected.last_seq if selected else 0, viewers)

    def _give_signs(self, selected: Conversation | None) -> None:
        with self.services.store.write(durable=False) as tx:
            record_heartbeat(tx, self.officer.id)
            news = selected is not None and note_viewing(tx, selected.id, self.officer.id)
            if selected and news:
                note_typing(tx, selected.id, "reader")
        if news:
            self.services.wakeups.publish()

    def _leave(self, conversation_id: str | None) -> None:
        if not conversation_id:
            return
        try:
            with self.services.store.write(durable=False) as tx:
                if stop_viewing(tx, conversation_id, self.officer.id):
                    note_typing(tx, conversation_id, "reader")
            self.services.wakeups.publish()
        except StoreUnavailableError:
            # The sign passes by itself.
            logger.warning("a reader's leaving is not noted: the store does not answer")

    def _typing(self, subscription: Subscription) -> bool:
        return any(
            sign.conversation == self.conversation_id and sign.typist == "resident"
            for sign in subscription.take_typing()
        )

    def _changes(self, seen: _Seen | None, current: _Seen) -> str:
        text = ""
        if seen is None or seen.board != current.board:
            text += event_text({}, event="papan")
        if self.conversation_id and (seen is None or seen.last != current.last):
            text += event_text({"last": current.last}, event="percakapan")
        if self.conversation_id and (seen is None or seen.viewers != current.viewers):
            text += event_text({"nama": current.viewers}, event="pembaca")
        return text
