"""Writers of one process take turns; nobody comes again before those who wait."""

from __future__ import annotations

import threading

from storage.fair_lock import FairLock
from tests.builders import at_once
from tests.patience import eventually


def test_who_waits_is_before_who_comes_again() -> None:
    lock = FairLock()
    assert lock.acquire(0)
    order: list[int] = []

    def wait(number: int) -> None:
        assert lock.acquire(60)
        order.append(number)
        lock.release()

    threads = [threading.Thread(target=wait, args=(number,)) for number in range(3)]
    for before, thread in enumerate(threads):
        thread.start()
        eventually(lambda count=before + 1: lock.waiting == count)
    lock.release()
    assert lock.acquire(60)
    assert order == [0, 1, 2]
    lock.release()
    for thread in threads:
        thread.join()


def test_who_gave_up_is_not_waited_for() -> None:
    lock = FairLock()
    assert lock.acquire(0)
    assert not lock.acquire(0)
    assert lock.waiting == 0
    lock.release()
    assert lock.acquire(0)


def test_never_two_at_a_time() -> None:
    lock = FairLock()
    inside: list[int] = []
    seen: list[int] = []

    def pass_through(number: int) -> None:
        for _ in range(200):
            assert lock.acquire(60)
            inside.append(number)
            seen.append(len(inside))
            inside.remove(number)
            lock.release()

    assert at_once(6, pass_through) == [None] * 6
    assert set(seen) == {1}
    assert len(seen) == 1200
