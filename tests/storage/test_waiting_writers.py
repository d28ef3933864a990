"""Writers who wait for SQLite's one write lock leave the connections to the readers."""

import threading
import time
from pathlib import Path

from foundation.clock import StillClock
from storage import Store, append_event, read_events
from tests.builders import a_conversation

WRITERS = 20
"""More than there are connections."""


def test_nobody_waits_for_an_own_writer_with_a_connection_in_hand(
    tmp_path: Path, clock: StillClock
) -> None:
    waiting_inside: list[str] = []

    def sleep(seconds: float) -> None:
        waiting_inside.append(threading.current_thread().name)
        time.sleep(seconds)

    store = Store.open(f"sqlite:///{tmp_path / 'halo.sqlite3'}", clock=clock, sleep=sleep)
    store.migrate()
    conversation = a_conversation(store)
    begun = threading.Barrier(WRITERS + 1, timeout=30)

    def write() -> None:
        begun.wait()
        with store.write() as tx:
            append_event(tx, conversation.id, type="system", actor="bot", data={})

    threads = [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    with store.write() as holder:
        begun.wait()
        # So many that the writers have long come to where they wait.
        for _ in range(200):
            with store.read() as tx:
                assert read_events(tx, conversation.id) == []
        append_event(holder, conversation.id, type="system", actor="bot", data={})
    for thread in threads:
        thread.join()
    assert waiting_inside == []
    with store.read() as tx:
        found = [event.seq for event in read_events(tx, conversation.id)]
    assert found == list(range(1, WRITERS + 2))
    store.close()
