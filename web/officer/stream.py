"""One stream of server-sent events per open console: it says what to read anew, never the words.

``papan``: the lists changed. ``percakapan``: the selected conversation has events up to ``last``.
Both come once at the beginning, so that a console that was away catches up. ``mengetik``: the
resident of the selected conversation is typing; it passes by itself.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from foundation.errors import StoreUnavailableError
from handoff import needs_sign, sign_of_life
from storage import Account, get_account, get_conversation
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


@dataclass(frozen=True)
class ConsoleStream:
    """What one console is told. It ends when the officer's account no longer may look."""

    services: Services
    feed: EventFeed
    officer: Account
    conversation_id: str | None
    pause: Callable[[float], None] = time.sleep

    def chunks(self) -> Iterator[str]:
        """Yield the stream's text until its lifetime is over."""
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
                silent = needs_sign(tx, self.officer.id)
            if silent:
                with self.services.store.write() as tx:
                    sign_of_life(tx, self.officer.id)
        except StoreUnavailableError:
            # The console comes back by itself; ending the stream is what tells it.
            logger.exception("a console's stream ends: the store does not answer")
            return None
        return _Seen(board=board, last=selected.last_seq if selected else 0)

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
        return text
