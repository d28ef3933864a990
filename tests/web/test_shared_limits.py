"""Limits and counts that several web processes keep together."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from foundation.clock import StillClock
from foundation.counting import FOLDER_VARIABLE, count_together
from foundation.errors import TooManyRequestsError
from foundation.settings import PROJECT_ROOT
from tests.redis_server import redis_of_its_own
from web.ratelimit import Limit, RateLimiter
from web.shared_buckets import RedisBuckets

LIMIT = Limit(burst=5, per_second=0.5)


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    with redis_of_its_own(tmp_path) as url:
        yield url


def limiter(clock: StillClock, url: str) -> RateLimiter:
    client = redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0))
    return RateLimiter(clock, RedisBuckets(client))


def test_two_processes_share_one_limit(clock: StillClock, redis_url: str) -> None:
    one, other = limiter(clock, redis_url), limiter(clock, redis_url)
    for turn in range(5):
        (one, other)[turn % 2].spend("tes", "alamat", LIMIT)
    for either in (one, other):
        with pytest.raises(TooManyRequestsError) as refused:
            either.spend("tes", "alamat", LIMIT)
        assert refused.value.retry_after == 2
    one.spend("tes", "alamat lain", LIMIT)
    clock.advance(seconds=2)
    other.spend("tes", "alamat", LIMIT)
    with pytest.raises(TooManyRequestsError):
        one.spend("tes", "alamat", LIMIT)
    clock.advance(seconds=3600)
    for _ in range(5):
        one.spend("tes", "alamat", LIMIT)
    with pytest.raises(TooManyRequestsError):
        other.spend("tes", "alamat", LIMIT)


def test_redis_learns_no_address_and_forgets_full_buckets(
    clock: StillClock, redis_url: str
) -> None:
    limiter(clock, redis_url).spend("tes", "203.0.113.7", LIMIT)
    with redis.Redis.from_url(redis_url) as client:
        [place] = client.keys("*")
        assert place.startswith(b"halo:limit:tes:")
        assert b"203.0.113.7" not in place
        assert 0 < client.ttl(place) <= 11


def test_without_redis_each_process_keeps_its_own(
    clock: StillClock, caplog: pytest.LogCaptureFixture
) -> None:
    tries: list[float] = []
    now = 0.0

    class Away(redis.Redis):
        def execute_command(self, *args: object, **options: object) -> object:
            tries.append(now)
            raise redis.ConnectionError("away")

    buckets = RedisBuckets(Away(), monotonic=lambda: now)
    here = RateLimiter(clock, buckets)
    for _ in range(5):
        here.spend("tes", "alamat", LIMIT)
    with pytest.raises(TooManyRequestsError):
        here.spend("tes", "alamat", LIMIT)
    assert tries == [0.0]
    now = 5.0
    clock.advance(seconds=2)
    here.spend("tes", "alamat", LIMIT)
    assert tries == [0.0, 5.0]
    assert "Redis keeps no limits" in caplog.text


_PROCESS = """
import sys
from flask import Flask
from foundation.counting import exposition, forget_ended_processes
from web.ops.metrics import RequestMetrics

class Feed:
    pass

forget_ended_processes(lambda pid: False)
app, metrics, feed = Flask("web"), RequestMetrics(), Feed()
metrics.measure(app)
metrics.watch(feed)
app.add_url_rule("/halo", "halo", lambda: "halo")
for _ in range(int(sys.argv[1])):
    app.test_client().get("/halo")
    feed.on_waiters(1)
print(exposition([metrics.look(inbox_waiting=int(sys.argv[1]))]).decode())
"""


def test_a_process_tells_what_all_of_them_counted(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}
    count_together(environment, tmp_path / "metrics")
    assert environment[FOLDER_VARIABLE] == str(tmp_path / "metrics")

    def told(requests: int) -> str:
        return subprocess.run(
            [sys.executable, "-c", _PROCESS, str(requests)],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    counted = 'halo_http_requests_total{method="GET",route="/halo",status="200"}'
    assert f"{counted} 3.0" in told(3)
    second = told(2)
    assert f"{counted} 5.0" in second
    assert 'halo_http_request_seconds_count{route="/halo"} 5.0' in second
    # What the first held open ended with it; of what lies in the store the newest look holds.
    assert "halo_open_streams 2.0" in second
    assert "halo_inbox_waiting 2.0" in second
    # A service that starts begins with zero.
    count_together(environment, tmp_path / "metrics")
    assert f"{counted} 1.0" in told(1)
