"""A conversation's events as a stream: the backlog first, then whatever comes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from connectors.webchat import public_events
from foundation.errors import StoreUnavailableError
from storage import Store, read_events
from web.feed import EventFeed
from web.sse import HEARTBEAT, HEARTBEAT_SECONDS, LIFETIME_SECONDS, event_text

logger = logging.getLogger(__name__)

_PAGE = 200

_SILENT_LOOKS = 4
"""The feed tells when to look. Unasked, a stream looks only at every so many heartbeats: with
thousands of silent streams, their looks would be most of what the process does."""


@dataclass(frozen=True)
class ConversationStream:
    """Streams one conversation. Durations are in seconds."""

    store: Store
    feed: EventFeed
    heartbeat: float = HEARTBEAT_SECONDS
    lifetime: float = LIFETIME_SECONDS
    monotonic: Callable[[], float] = time.monotonic

    def chunks(self, conversation_id: str, *, after: int) -> Iterator[str]:
        """Yield the events behind ``seq`` ``after``, without gap or double.

        Ends after ``lifetime``, or when the store cannot be read: the client comes back with the
        last id that it has.
        """
        end = self.monotonic() + self.lifetime
        # Subscribed before the first look into the store, so nothing falls in between.
        with self.feed.subscribe(conversation_id) as subscription:
            yield HEARTBEAT
            silent = 0
            try:
                while self.monotonic() < end:
                    look = silent % _SILENT_LOOKS == 0
                    signs = {sign.typist for sign in subscription.take_typing()}
                    events = self._behind(conversation_id, after) if look else []
                    for event in events:
                        after = event["id"]
                        yield event_text(event, event_id=after)
                    if "officer" in signs and not events:
                        # Without an id: it passes, and nobody comes back for it.
                        yield event_text({"from": "officer"}, event="typing")
                    if len(events) == _PAGE:
                        continue
                    if subscription.wait(self.heartbeat):
                        silent = 0
                    else:
                        silent += 1
                        yield HEARTBEAT
            except StoreUnavailableError as error:
                logger.warning("a stream ends early: %s", error)

    def _behind(self, conversation_id: str, after: int) -> list[dict[str, Any]]:
        with self.store.read() as tx:
            return public_events(tx, read_events(tx, conversation_id, after=after, limit=_PAGE))
