"""The event log: gapless, ordered, readable by conversation and across conversations."""

from __future__ import annotations

import math

import pytest

from foundation.errors import NotFoundError
from storage import (
    Cursor,
    EventType,
    Store,
    append_event,
    events_beyond,
    get_conversation,
    load_snapshot,
    read_events,
    read_latest_events,
    save_snapshot,
)
from tests.builders import NINE_O_CLOCK, a_conversation


def test_events_come_back_as_they_were_written(store: Store) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        bare = append_event(tx, conversation.id, type=EventType.DECIDED, actor="bot", data={"a": 1})
        said = append_event(
            tx,
            conversation.id,
            type=EventType.BOT,
            actor="bot",
            data={"answers": ["nib/syarat"], "buttons": []},
            content={"text": "Baik, ini syaratnya – 😀"},
            turn_id="t-1",
        )
    with store.read() as tx:
        assert read_events(tx, conversation.id) == [bare, said]
        known = get_conversation(tx, conversation.id)
    assert (bare.seq, said.seq, said.at, said.type) == (1, 2, NINE_O_CLOCK, "bot")
    assert known is not None
    assert known.last_seq == 2


def test_reading_goes_on_after_a_seq_and_stops_at_the_limit(store: Store) -> None:
    conversation, other = a_conversation(store, "a"), a_conversation(store, "b")
    with store.write() as tx:
        for number in range(6):
            append_event(tx, conversation.id, type="system", actor="bot", data={"n": number})
            append_event(tx, other.id, type="system", actor="bot", data={"n": -1})
    with store.read() as tx:
        assert [e.seq for e in read_events(tx, conversation.id, after=2, limit=3)] == [3, 4, 5]
        assert [e.data["n"] for e in read_latest_events(tx, conversation.id, 2)] == [4, 5]
        assert read_events(tx, conversation.id, after=6) == []


def test_an_event_of_an_unknown_conversation_is_refused(store: Store) -> None:
    with store.write() as tx, pytest.raises(NotFoundError):
        append_event(tx, "tidak-ada", type="system", actor="bot", data={})


def test_a_rolled_back_event_leaves_no_gap(store: Store) -> None:
    conversation = a_conversation(store)

    def write_and_fail() -> None:
        with store.write() as tx:
            append_event(tx, conversation.id, type="system", actor="bot", data={"lost": True})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with store.write() as tx:
        kept = append_event(tx, conversation.id, type="system", actor="bot", data={"lost": False})
        assert read_events(tx, conversation.id) == [kept]
    assert kept.seq == 1


def test_texts_that_postgresql_cannot_hold_are_stored_on_both(store: Store) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        event = append_event(
            tx,
            conversation.id,
            type="user",
            actor="resident",
            data={"k\x00": ["\ud83d"]},
            content={"text": "nol\x00 pengganti\udfff asli 😀"},
        )
        assert read_events(tx, conversation.id) == [event]
    assert event.data == {"k\ufffd": ["\ufffd"]}
    assert event.content == {"text": "nol\ufffd pengganti\ufffd asli 😀"}


def test_a_number_that_json_does_not_know_is_refused_on_both(store: Store) -> None:
    conversation = a_conversation(store)
    with pytest.raises(Exception, match="JSON"), store.write() as tx:
        append_event(tx, conversation.id, type="system", actor="bot", data={"x": math.nan})


def test_the_cursor_walks_all_conversations_once(store: Store) -> None:
    conversations = [a_conversation(store, str(number)) for number in range(3)]
    written = []
    for number in range(10):
        with store.write() as tx:
            chosen = conversations[number % 3]
            written.append(
                append_event(tx, chosen.id, type="system", actor="bot", data={"n": number})
            )
    seen, cursor = [], Cursor()
    # On PostgreSQL an event may be held back while others write in the same cluster.
    for _ in range(5000):
        with store.read() as tx:
            page, cursor = events_beyond(tx, cursor, limit=4)
        seen += page
        if len(seen) >= len(written):
            break
    assert seen == written
    with store.read() as tx:
        assert events_beyond(tx, cursor, limit=4) == ([], cursor)


def test_a_snapshot_is_replaced_only_by_a_later_one(store: Store) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        assert load_snapshot(tx, conversation.id) is None
        save_snapshot(tx, conversation.id, 50, {"slots": {"usaha": "bakso"}})
        save_snapshot(tx, conversation.id, 40, {"slots": {}})
        assert load_snapshot(tx, conversation.id) == (50, {"slots": {"usaha": "bakso"}})
        save_snapshot(tx, conversation.id, 100, {"slots": {}})
        assert load_snapshot(tx, conversation.id) == (100, {"slots": {}})
