"""Wake-ups come at once where they can, and never stop the work where they cannot."""

from __future__ import annotations

import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from foundation.clock import StillClock
from storage import Store, open_wakeups
from storage.local_signals import LocalSignals, signal_folder
from storage.wakeups import DataVersionWakeups, PollingWakeups, RedisWakeups
from tests.builders import a_conversation
from tests.redis_server import redis_of_its_own


class Ticker:
    """A sleep that moves its own monotonic time and calls back."""

    def __init__(self) -> None:
        self.time = 0.0
        self.pauses: list[float] = []
        self.on_pause: Callable[[], None] = lambda: None

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time += seconds
        self.on_pause()

    def monotonic(self) -> float:
        return self.time


@pytest.fixture
def ticker() -> Ticker:
    return Ticker()


def test_the_kind_follows_the_store(store: Store, ticker: Ticker, clock: StillClock) -> None:
    kinds = {"sqlite": DataVersionWakeups, "postgresql": PollingWakeups}
    chosen = open_wakeups(store, sleep=ticker.sleep)
    assert isinstance(chosen, kinds[store.dialect])
    chosen.close()
    with_redis = open_wakeups(store, "redis://127.0.0.1:1/0", sleep=ticker.sleep)
    assert isinstance(with_redis, RedisWakeups)
    with_redis.close()
    in_memory = open_wakeups(Store.open("sqlite://", clock=clock), sleep=ticker.sleep)
    assert isinstance(in_memory, PollingWakeups)


def test_sqlite_wakes_within_a_poll_after_any_commit(sqlite_store: Store, ticker: Ticker) -> None:
    wakeups = DataVersionWakeups(
        sqlite_store.path or "", sleep=ticker.sleep, monotonic=ticker.monotonic
    )
    ticker.on_pause = lambda: None if len(ticker.pauses) < 4 else _commit(sqlite_store)
    assert wakeups.wait(10.0)
    assert ticker.pauses == [0.05] * 4
    wakeups.close()


def _commit(store: Store) -> None:
    a_conversation(store, "baru")


def test_sqlite_does_not_forget_a_commit_made_between_two_waits(
    sqlite_store: Store, ticker: Ticker
) -> None:
    wakeups = DataVersionWakeups(
        sqlite_store.path or "", sleep=ticker.sleep, monotonic=ticker.monotonic
    )
    _commit(sqlite_store)
    wakeups.publish()
    assert wakeups.wait(10.0)
    assert ticker.pauses == []
    assert not wakeups.wait(0.12)
    assert ticker.pauses == pytest.approx([0.05, 0.05, 0.02])
    wakeups.close()


def test_without_a_signal_the_store_is_looked_into_every_second(ticker: Ticker) -> None:
    wakeups = PollingWakeups(sleep=ticker.sleep)
    wakeups.publish()
    assert wakeups.wait(30.0)
    assert wakeups.wait(0.2)
    assert ticker.pauses == [1.0, 0.2]
    wakeups.close()


def test_without_redis_listeners_poll_and_publishers_do_not_stall(
    ticker: Ticker, caplog: pytest.LogCaptureFixture
) -> None:
    tries: list[float] = []

    class Away(redis.Redis):
        def publish(self, channel: Any, message: Any, **more: Any) -> Any:
            tries.append(ticker.time)
            return super().publish(channel, message, **more)

    away = Away(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0))
    wakeups = RedisWakeups(away, sleep=ticker.sleep, monotonic=ticker.monotonic)
    for _ in range(3):
        wakeups.publish()
    assert wakeups.wait(30.0)
    assert ticker.pauses == [1.0]
    ticker.time = 5.0
    wakeups.publish()
    assert tries == [0.0, 5.0]
    assert "Redis" in caplog.text
    wakeups.close()


@pytest.fixture
def redis_socket(tmp_path: Path) -> Iterator[str]:
    """The URL of a Redis server of this test's own."""
    with redis_of_its_own(tmp_path) as url:
        yield url


def test_redis_wakes_every_listener_once_per_burst(redis_socket: str, store: Store) -> None:
    first, second = (open_wakeups(store, redis_socket) for _ in range(2))
    publisher = open_wakeups(store, redis_socket)
    # A listener that has just subscribed cannot know what it missed.
    assert first.wait(60.0)
    assert second.wait(60.0)
    # One transaction, so the five arrive together: published one by one, a listener that is quick
    # may rightly wake in the middle of them.
    client = redis.Redis.from_url(redis_socket)
    with client.pipeline(transaction=True) as burst:
        for _ in range(5):
            burst.publish("halo:wakeups", b"1")
        burst.execute()
    assert first.wait(60.0)
    assert second.wait(60.0)
    assert not first.wait(0.05)
    publisher.publish()
    assert first.wait(60.0)
    assert second.wait(60.0)
    client.close()
    for wakeups in (first, second, publisher):
        wakeups.close()


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose sockets' paths the kernel takes; pytest's own may be too long."""
    with tempfile.TemporaryDirectory(prefix="halo-") as name:
        yield Path(name)


def _listener(store: Store, folder: Path, ticker: Ticker) -> DataVersionWakeups:
    return DataVersionWakeups(store.path or "", sleep=ticker.sleep, signals=LocalSignals(folder))


def test_a_signal_wakes_every_listener_without_a_look_at_the_clock(
    sqlite_store: Store, short_folder: Path, ticker: Ticker
) -> None:
    first, second = (_listener(sqlite_store, short_folder, ticker) for _ in range(2))
    publisher = _listener(sqlite_store, short_folder, ticker)
    for listener in (first, second):
        assert not listener.wait(0.01)
    for _ in range(3):
        publisher.publish()
    # No commit moved the counter: only the signal can have woken them, a burst once.
    assert first.wait(60.0)
    assert second.wait(60.0)
    assert not first.wait(0.01)
    assert ticker.pauses == []
    assert stat.S_IMODE(short_folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in short_folder.iterdir()} == {0o600}
    for wakeups in (first, second, publisher):
        wakeups.close()
    assert list(short_folder.iterdir()) == []


def test_a_commit_whose_signal_is_lost_wakes_all_the_same(
    sqlite_store: Store, short_folder: Path, ticker: Ticker
) -> None:
    listener = _listener(sqlite_store, short_folder, ticker)
    assert not listener.wait(0.01)
    _commit(sqlite_store)
    assert listener.wait(60.0)
    listener.close()


def test_a_killed_listener_is_forgotten_and_a_full_one_holds_nobody_up(
    sqlite_store: Store, short_folder: Path, ticker: Ticker
) -> None:
    killed = LocalSignals(short_folder)
    assert killed.open()
    assert killed._ear is not None
    killed._ear.close()
    full = _listener(sqlite_store, short_folder, ticker)
    assert not full.wait(0.01)
    for _ in range(2000):
        full.publish()
    assert len(list(short_folder.iterdir())) == 1
    assert full.wait(60.0)
    full.close()


def test_a_folder_that_cannot_be_used_leaves_the_counter(
    sqlite_store: Store, short_folder: Path, ticker: Ticker, caplog: pytest.LogCaptureFixture
) -> None:
    taken = short_folder / "berkas"
    taken.write_text("a file where the folder should be")
    listener = DataVersionWakeups(
        sqlite_store.path or "",
        sleep=ticker.sleep,
        monotonic=ticker.monotonic,
        signals=LocalSignals(taken),
    )
    ticker.on_pause = lambda: None if len(ticker.pauses) < 2 else _commit(sqlite_store)
    listener.publish()
    assert listener.wait(10.0)
    assert ticker.pauses == [0.05] * 2
    assert "no wake-ups" in caplog.text
    listener.close()


def test_sockets_of_a_store_deep_in_the_tree_lie_in_the_temporary_folder() -> None:
    assert signal_folder("/srv/halo/data/halo.sqlite3") == Path("/srv/halo/data/run")
    deep = signal_folder(f"/srv/{'d' * 120}/halo.sqlite3")
    assert deep.parent == Path(tempfile.gettempdir())
