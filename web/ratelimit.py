"""Rate limits: token buckets, in Redis for all web processes when there is one, else in memory.

Generous on purpose: a whole village may share one address. They stop a broken client or a flood,
not a person. Without Redis each web process allows the full rate.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

from foundation.addresses import is_loopback
from foundation.clock import Clock
from foundation.errors import TooManyRequestsError

_MOST_KEYS = 50_000


@dataclass(frozen=True)
class Limit:
    """At most ``burst`` at once and ``per_second`` in the long run."""

    burst: float
    per_second: float


LOCAL_FACTOR = 50.0
"""Requests from this machine are those of a proxy or a load test: many people at one address."""


class Buckets(Protocol):
    """Where the buckets are kept."""

    def take(self, name: str, key: str, limit: Limit, now: float) -> float:
        """Take one token; return how much of one is missing, 0 when it was there."""


class MemoryBuckets:
    """Buckets of one process. Thread-safe; forgets those that were used longest ago."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many buckets are remembered."""
        return len(self._buckets)

    def take(self, name: str, key: str, limit: Limit, now: float) -> float:
        """Take one token; return how much of one is missing, 0 when it was there."""
        with self._lock:
            tokens, then = self._buckets.pop((name, key), (limit.burst, now))
            tokens = min(limit.burst, tokens + max(0.0, now - then) * limit.per_second)
            enough = tokens >= 1.0
            self._buckets[name, key] = (tokens - 1.0 if enough else tokens, now)
            if len(self._buckets) > _MOST_KEYS:
                self._buckets.popitem(last=False)
        return 0.0 if enough else 1.0 - tokens


class RateLimiter:
    """Buckets by name and key, and what happens when one is empty."""

    def __init__(self, clock: Clock, buckets: Buckets | None = None) -> None:
        self._clock = clock
        self._buckets = MemoryBuckets() if buckets is None else buckets

    def spend(self, name: str, key: str, limit: Limit) -> None:
        """Take one token from the bucket (name, key).

        Raises ``TooManyRequestsError`` with ``retry_after`` in whole seconds when it is empty.
        """
        missing = self._buckets.take(name, key, limit, self._clock().timestamp())
        if missing:
            wait = math.ceil(missing / limit.per_second)
            raise TooManyRequestsError(f"limit {name}", retry_after=max(1, wait))

    def spend_for_address(self, name: str, address: str, limit: Limit) -> None:
        """Take one token from the bucket of a network address."""
        if is_loopback(address):
            limit = Limit(limit.burst * LOCAL_FACTOR, limit.per_second * LOCAL_FACTOR)
        self.spend(name, address, limit)
