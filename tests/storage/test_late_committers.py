"""PostgreSQL gives ids in one order and shows rows in another; the cursor must not skip any."""

from __future__ import annotations

import threading

import sqlalchemy as sa

from storage import (
    Cursor,
    Store,
    StoredEvent,
    append_event,
    events_beyond,
    restart_log_order,
    tables,
)
from tests.builders import a_conversation, at_once
from tests.patience import eventually


def _beyond(store: Store, cursor: Cursor, *, limit: int = 100) -> tuple[list[StoredEvent], Cursor]:
    with store.read() as tx:
        return events_beyond(tx, cursor, limit=limit)


def _next(
    store: Store, cursor: Cursor, *, count: int, limit: int = 100
) -> tuple[list[StoredEvent], Cursor]:
    """Read until ``count`` more events were given; others may be writing in the same cluster."""
    events: list[StoredEvent] = []
    place = [cursor]

    def all_came() -> bool:
        page, place[0] = _beyond(store, place[0], limit=limit)
        events.extend(page)
        return len(events) >= count

    eventually(all_came)
    cursor = place[0]
    assert len(events) == count
    return events, cursor


def test_an_event_that_commits_late_is_not_skipped(postgresql_store: Store) -> None:
    store = postgresql_store
    slow, quick = a_conversation(store, "lambat"), a_conversation(store, "cepat")
    with store.write() as first:
        late = append_event(first, slow.id, type="system", actor="bot", data={})
        with store.write() as second:
            early = append_event(second, quick.id, type="system", actor="bot", data={})
        # The later id is committed and visible, the earlier one is not yet: neither is given.
        assert late.id < early.id
        given, cursor = _beyond(store, Cursor())
        assert given == []
    given, cursor = _next(store, cursor, count=2)
    assert [event.id for event in given] == [late.id, early.id]
    assert _beyond(store, cursor) == ([], cursor)


def test_a_transaction_that_takes_its_number_first_but_its_event_id_last(
    postgresql_store: Store,
) -> None:
    store = postgresql_store
    old, new = a_conversation(store, "lama"), a_conversation(store, "baru")
    with store.write() as first:
        first.connection.execute(sa.select(sa.func.pg_current_xact_id()))
        with store.write() as second:
            small = append_event(second, new.id, type="system", actor="bot", data={})
        assert _beyond(store, Cursor())[0] == []
        large = append_event(first, old.id, type="system", actor="bot", data={})
    assert small.id < large.id
    given, _ = _next(store, Cursor(), count=2, limit=1)
    assert [event.id for event in given] == [large.id, small.id]


def test_a_reader_among_writers_sees_every_event_once(store: Store) -> None:
    writers, each = 4, 25
    conversations = [a_conversation(store, str(number)) for number in range(writers)]
    done = threading.Event()
    seen: list[int] = []

    def write(number: int) -> None:
        for _ in range(each):
            with store.write() as tx:
                append_event(tx, conversations[number].id, type="system", actor="bot", data={})

    def read() -> None:
        cursor = Cursor()
        while True:
            finished = done.is_set()
            page, cursor = _beyond(store, cursor, limit=7)
            seen.extend(event.id for event in page)
            if finished:
                break
        rest, _ = _next(store, cursor, count=writers * each - len(seen), limit=7)
        seen.extend(event.id for event in rest)

    reader = threading.Thread(target=read)
    reader.start()
    assert at_once(writers, write) == [None] * writers
    done.set()
    reader.join(timeout=120)
    assert len(seen) == len(set(seen)) == writers * each


def test_rows_copied_from_another_cluster_are_readable_after_a_restart(store: Store) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        for _ in range(3):
            append_event(tx, conversation.id, type="system", actor="bot", data={})
        # As in a cluster that had counted further than this one ever will in this test.
        tx.connection.execute(sa.update(tables.event).values(xid=2**40))
        ids = list(tx.connection.execute(sa.select(tables.event.c.id).order_by(tables.event.c.id)))
        for name, read in (("nothing", 0), ("one", ids[0].id), ("all", ids[2].id)):
            tx.connection.execute(
                sa.insert(tables.projection).values(name=name, xid=2**40, id=read)
            )
        restart_log_order(tx)
        rows = tx.connection.execute(sa.select(tables.projection)).all()
        places = {row.name: Cursor(xid=row.xid, id=row.id) for row in rows}
    page, cursor = _beyond(store, Cursor())
    assert [event.seq for event in page] == [1, 2, 3]
    unread = {name: _beyond(store, place)[0] for name, place in places.items()}
    assert {name: [event.seq for event in events] for name, events in unread.items()} == {
        "nothing": [1, 2, 3],
        "one": [2, 3],
        "all": [],
    }
    with store.write() as tx:
        append_event(tx, conversation.id, type="system", actor="bot", data={})
    assert [event.seq for event in _next(store, cursor, count=1)[0]] == [4]
    assert [event.seq for event in _next(store, places["all"], count=1)[0]] == [4]
