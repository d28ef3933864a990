"""Token buckets in Redis, so that several web processes and hosts keep one limit together."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from typing import Any, Final, cast

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from web.ratelimit import Buckets, Limit, MemoryBuckets, RateLimiter
from web.services import Services

logger = logging.getLogger(__name__)

_ALONE_SECONDS: Final = 5.0
"""After Redis failed, each process keeps its own buckets for so long before it asks again."""

_TAKE: Final = """
local burst, rate, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local at = tonumber(kept[2]) or now
local tokens = math.min(burst, (tonumber(kept[1]) or burst) + math.max(0, now - at) * rate)
local missing = 0
if tokens >= 1 then tokens = tokens - 1 else missing = 1 - tokens end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.9f', tokens),
           'at', string.format('%.6f', math.max(now, at)))
redis.call('EXPIRE', KEYS[1], math.ceil(burst / rate) + 1)
return string.format('%.9f', missing)
"""
"""One step in Redis, so that no two processes take the same token. A full bucket is forgotten."""


class RedisBuckets:
    """Buckets in Redis; in this process's memory while Redis does not answer.

    A limit must never be what takes the service down.
    """

    def __init__(
        self, client: redis.Redis, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._take = client.register_script(_TAKE)
        self._own = MemoryBuckets()
        self._monotonic = monotonic
        self._alone_until = float("-inf")

    def take(self, name: str, key: str, limit: Limit, now: float) -> float:
        """Take one token; return how much of one is missing, 0 when it was there."""
        if self._monotonic() >= self._alone_until:
            try:
                arguments: list[str | float] = [limit.burst, limit.per_second, f"{now:.6f}"]
                return float(cast(Any, self._take(keys=[_place(name, key)], args=arguments)))
            except redis.RedisError as error:
                self._alone_until = self._monotonic() + _ALONE_SECONDS
                logger.warning("Redis keeps no limits, each process keeps its own: %s", error)
        return self._own.take(name, key, limit, now)


def limiter_of(services: Services) -> RateLimiter:
    """Return a limiter with the buckets that the settings ask for."""
    return RateLimiter(services.clock, _buckets(services.settings.redis_url))


def _buckets(redis_url: str) -> Buckets:
    if not redis_url:
        return MemoryBuckets()
    # A slow Redis must not hold up who is let through anyway.
    client = redis.Redis.from_url(
        redis_url, socket_connect_timeout=0.5, socket_timeout=0.5, retry=Retry(NoBackoff(), 1)
    )
    return RedisBuckets(client)


def _place(name: str, key: str) -> str:
    # Keys are addresses and conversations; Redis gets to know neither.
    return f"halo:limit:{name}:{hashlib.blake2b(key.encode(), digest_size=16).hexdigest()}"
