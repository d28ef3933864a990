"""Writers of one process take turns; nobody comes again before those who wait."""

from __future__ import annotations

import threading

from storage.turnstile import Turnstile
from tests.builders import at_once
from tests.patience import eventually


def test_who_waits_is_before_who_comes_again() -> None:
    gate = Turnstile()
    assert gate.enter(0)
    order: list[int] = []

    def wait(number: int) -> None:
        assert gate.enter(60)
        order.append(number)
        gate.leave()

    threads = [threading.Thread(target=wait, args=(number,)) for number in range(3)]
    for before, thread in enumerate(threads):
        thread.start()
        eventually(lambda count=before + 1: gate.waiting == count)
    gate.leave()
    assert gate.enter(60)
    assert order == [0, 1, 2]
    gate.leave()
    for thread in threads:
        thread.join()


def test_who_gave_up_is_not_waited_for() -> None:
    gate = Turnstile()
    assert gate.enter(0)
    assert not gate.enter(0)
    assert gate.waiting == 0
    gate.leave()
    assert gate.enter(0)


def test_never_two_at_a_time() -> None:
    gate = Turnstile()
    inside: list[int] = []
    seen: list[int] = []

    def pass_through(number: int) -> None:
        for _ in range(200):
            assert gate.enter(60)
            inside.append(number)
            seen.append(len(inside))
            inside.remove(number)
            gate.leave()

    assert at_once(6, pass_through) == [None] * 6
    assert set(seen) == {1}
    assert len(seen) == 1200
