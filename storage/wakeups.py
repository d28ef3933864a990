"""Wake-ups: "look into the store now". They only shorten a poll; losing one delays, never loses."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from storage.engines import Sleep
from storage.local_signals import LocalSignals, signal_folder
from storage.store import Store

_LOG = logging.getLogger(__name__)

POLL_SECONDS: Final = 1.0
"""Without a signal the store is looked into this often."""

Monotonic = Callable[[], float]
"""Seconds on a clock that never goes back."""

_DATA_VERSION_SECONDS: Final = 0.05
_SILENCE_SECONDS: Final = 5.0
_CHANNEL: Final = "halo:wakeups"


class Wakeups(Protocol):
    """One listener's ear; it is not shared between threads or greenlets."""

    def publish(self) -> None:
        """Say that something was committed. Never raises for a lost connection."""
        ...

    def wait(self, timeout: float) -> bool:
        """Return True as soon as the store should be looked into, False after ``timeout`` seconds.

        What was published since the last call counts.
        """
        ...

    def close(self) -> None:
        """Give up the connections."""
        ...


def open_wakeups(store: Store, redis_url: str = "", *, sleep: Sleep = time.sleep) -> Wakeups:
    """Return the fastest wake-ups that this store has.

    Redis when there is a URL; else local sockets and SQLite's own change counter; else a plain
    poll every second.
    """
    if redis_url:
        client = redis.Redis.from_url(
            redis_url, socket_connect_timeout=1.0, socket_timeout=2.0, retry=Retry(NoBackoff(), 1)
        )
        return RedisWakeups(client, sleep=sleep)
    if store.path is not None:
        signals = LocalSignals(signal_folder(store.path))
        return DataVersionWakeups(store.path, sleep=sleep, signals=signals)
    return PollingWakeups(sleep=sleep)


class PollingWakeups:
    """Knows nothing, so it says "look" every second."""

    def __init__(self, *, sleep: Sleep) -> None:
        self._sleep = sleep

    def publish(self) -> None:
        """Do nothing: nobody listens."""

    def wait(self, timeout: float) -> bool:
        """Pause for at most a second; True, since something may have happened."""
        self._sleep(max(0.0, min(timeout, POLL_SECONDS)))
        return True

    def close(self) -> None:
        """Do nothing: nothing is open."""


class DataVersionWakeups:
    """Hears the signals of other processes, and watches ``PRAGMA data_version`` between them.

    A signal comes at once. The counter moves when another connection commits: it costs no disk
    access, works across processes and wakes within 50 ms after a commit that nobody published, or
    whose signal was lost. Without ``signals`` the counter is all there is.
    """

    def __init__(
        self,
        path: str,
        *,
        sleep: Sleep,
        monotonic: Monotonic = time.monotonic,
        signals: LocalSignals | None = None,
    ) -> None:
        self._driver = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._sleep = sleep
        self._monotonic = monotonic
        self._signals = signals
        self._hears: bool | None = None
        self._seen = self._version()

    def publish(self) -> None:
        """Signal all listeners; without signals the commit itself is one."""
        if self._signals is not None:
            self._signals.send()

    def wait(self, timeout: float) -> bool:
        """Return at a signal, or when the counter, looked at every 50 ms, has moved."""
        if self._hears is None:
            # Not in the constructor: who only publishes needs no socket to listen on.
            self._hears = self._signals is not None and self._signals.open()
        deadline = self._monotonic() + timeout
        while True:
            version = self._version()
            if version != self._seen:
                self._seen = version
                return True
            left = deadline - self._monotonic()
            if left <= 0:
                return False
            if self._pause(min(left, _DATA_VERSION_SECONDS)):
                self._seen = self._version()
                return True

    def close(self) -> None:
        """Close the connection and the sockets of its own."""
        self._driver.close()
        if self._signals is not None:
            self._signals.close()

    def _pause(self, seconds: float) -> bool:
        """Wait; tell whether a signal ended it."""
        if self._hears and self._signals is not None:
            return self._signals.hear(seconds)
        self._sleep(seconds)
        return False

    def _version(self) -> int:
        return int(self._driver.execute("PRAGMA data_version").fetchone()[0])


class RedisWakeups:
    """Publishes and listens on one Redis channel; without Redis it polls every second."""

    def __init__(
        self, client: redis.Redis, *, sleep: Sleep, monotonic: Monotonic = time.monotonic
    ) -> None:
        self._client = client
        self._pubsub: Any = client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        self._sleep = sleep
        self._monotonic = monotonic
        self._silent_until = float("-inf")

    def publish(self) -> None:
        """Wake all listeners; while Redis is away only one call in five seconds tries it."""
        if self._monotonic() < self._silent_until:
            return
        try:
            self._client.publish(_CHANNEL, b"1")
        except redis.RedisError as error:
            self._silent_until = self._monotonic() + _SILENCE_SECONDS
            _LOG.warning("Redis does not take wake-ups, listeners poll: %s", error)

    def wait(self, timeout: float) -> bool:
        """Wait for a message; while Redis is away, pause for at most a second and return True."""
        try:
            return self._hear(timeout)
        except redis.RedisError as error:
            _LOG.warning("Redis gives no wake-ups, polling: %s", error)
            self._pubsub.reset()
            self._sleep(max(0.0, min(timeout, POLL_SECONDS)))
            return True

    def close(self) -> None:
        """Give up the connections."""
        self._pubsub.close()
        self._client.close()

    def _hear(self, timeout: float) -> bool:
        if not self._pubsub.subscribed:
            self._pubsub.subscribe(_CHANNEL)
            # What was published before is not delivered; so the first answer is "look".
            return True
        deadline = self._monotonic() + timeout
        left = timeout
        while True:
            if self._pubsub.get_message(timeout=max(0.0, left)) is not None:
                self._drain()
                return True
            left = deadline - self._monotonic()
            if left <= 0:
                return False

    def _drain(self) -> None:
        # A burst is one wake-up; the bound keeps a flood from holding the listener here.
        for _ in range(1000):
            if self._pubsub.get_message(timeout=0.0) is None:
                return
