"""Brings webhook bodies to the receiver: at least once, in any order, again until it says 200."""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

import requests

from connectors.whatsapp_emulator.config import Behaviour, EmulatorConfig
from connectors.whatsapp_emulator.envelopes import Notice, compose, sign

Post = Callable[[bytes, Mapping[str, str]], int]
"""Posts a body with headers and returns the HTTP status; 0 means that nobody answered."""

GIVES_UP_AFTER = timedelta(days=7)
_LONGEST_PAUSE = timedelta(hours=1)
_POST_SECONDS = 10.0


def http_post(url: str, session: requests.Session) -> Post:
    """Return a :data:`Post` to ``url``. Redirects are not followed, as Meta does not."""

    def post(body: bytes, headers: Mapping[str, str]) -> int:
        try:
            answer = session.post(
                url,
                data=body,
                headers=dict(headers),
                timeout=_POST_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException:
            return 0
        return answer.status_code

    return post


@dataclass(frozen=True)
class PendingWebhook:
    """One body on its way. Every attempt carries the same bytes."""

    body: bytes
    headers: Mapping[str, str]
    message_ids: tuple[str, ...]
    """Of the residents' messages in it."""
    events: int
    first_at: datetime
    attempts: int = 0


@dataclass(frozen=True)
class Delivery:
    """One attempt, for the log."""

    at: datetime
    status: int
    attempt: int
    size: int
    events: int


@dataclass
class WebhookSender:
    """Notices and pending webhooks. Not locked: the emulator calls it under its own lock."""

    config: EmulatorConfig
    rng: Random
    log: deque[Delivery] = field(default_factory=lambda: deque(maxlen=2000))
    lost: int = 0
    """Bodies given up after seven days."""
    _waiting: deque[Notice] = field(default_factory=deque)
    _pending: list[tuple[datetime, int, PendingWebhook]] = field(default_factory=list)
    _serial: itertools.count[int] = field(default_factory=itertools.count)

    def enqueue(self, notice: Notice) -> None:
        """Take over an event."""
        self._waiting.append(notice)

    def enqueue_raw(self, body: bytes, now: datetime) -> None:
        """Take over a finished body, whatever it holds; it is signed as it is."""
        self._push(self._sealed(body, (), 1, now), now)

    def pending(self) -> int:
        """Return how many events and bodies have not been delivered."""
        return len(self._waiting) + len(self._pending)

    def next_due(self, behaviour: Behaviour, now: datetime) -> datetime | None:
        """Return when the next body may go, or ``None``."""
        if behaviour.hold:
            return None
        if self._waiting:
            return now
        return self._pending[0][0] if self._pending else None

    def take_due(self, behaviour: Behaviour, now: datetime) -> PendingWebhook | None:
        """Take the next body that is due off the queue; it must be given to :meth:`settle`."""
        if behaviour.hold:
            return None
        self._pack(behaviour, now)
        if self._pending and self._pending[0][0] <= now:
            return heapq.heappop(self._pending)[2]
        return None

    def settle(self, webhook: PendingWebhook, status: int, now: datetime) -> bool:
        """Note the answer to ``webhook``; anything but 200 is posted again. True when done."""
        attempts = webhook.attempts + 1
        self.log.append(Delivery(now, status, attempts, len(webhook.body), webhook.events))
        if status == 200:
            return True
        if now - webhook.first_at >= GIVES_UP_AFTER:
            self.lost += 1
            return False
        # At once, then less and less often (SPEC section 3): 0, 1, 2, 4 … 3600 s.
        seconds = 0 if attempts == 1 else 2 ** min(attempts - 2, 12)
        pause = min(timedelta(seconds=seconds), _LONGEST_PAUSE)
        self._push(replace(webhook, attempts=attempts), now + pause)
        return False

    def _pack(self, behaviour: Behaviour, now: datetime) -> None:
        size = max(1, min(behaviour.batch, 1000))
        while self._waiting:
            notices = [self._waiting.popleft() for _ in range(min(size, len(self._waiting)))]
            ids = tuple(n.message_id for n in notices if n.list_name == "messages")
            webhook = self._sealed(compose(self.config, notices), ids, len(notices), now)
            self._push(webhook, now + self._delay(behaviour.shuffle))
            if self.rng.random() < behaviour.duplicates:
                self._push(webhook, now + self._delay(max(behaviour.shuffle, 1.0)))

    def _sealed(
        self, body: bytes, message_ids: tuple[str, ...], events: int, now: datetime
    ) -> PendingWebhook:
        headers = {
            "Content-Type": "application/json",
            "X-Hub-Signature-256": sign(self.config.app_secret, body),
        }
        return PendingWebhook(body, headers, message_ids, events, now)

    def _push(self, webhook: PendingWebhook, ready_at: datetime) -> None:
        heapq.heappush(self._pending, (ready_at, next(self._serial), webhook))

    def _delay(self, most: float) -> timedelta:
        return timedelta(seconds=self.rng.uniform(0, most))
