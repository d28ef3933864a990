"""Receiving messages, finding the due ones, putting each into exactly one turn."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from foundation.clock import StillClock
from foundation.errors import BadMessageError, EpochConflictError, NotFoundError
from storage import (
    Settle,
    Store,
    assign_turn,
    due_conversations,
    get_conversation,
    read_events,
    receive,
    record_failure,
    release_leases,
    take_lease,
    unprocessed,
)
from tests.builders import NINE_O_CLOCK, a_conversation, an_inbound

WHATSAPP = {"whatsapp": Settle(after_last=1.5, after_first=5.0)}


def test_a_message_is_an_inbox_row_and_an_event(store: Store) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        receipt = receive(tx, an_inbound(conversation, "m-1", "Halo"))
        [message] = unprocessed(tx, conversation.id)
        [event] = read_events(tx, conversation.id)
    assert (receipt.inbox_id, receipt.duplicate, receipt.seq) == (message.id, False, 1)
    assert (message.text, message.attempts, message.late, message.seq) == ("Halo", 0, False, 1)
    assert (event.type, event.actor) == ("user", "resident")
    assert event.data == {"inbox_id": message.id, "kind": "text"}
    assert event.content == {"text": "Halo", "payload": None, "media": None}


def test_media_and_payload_are_kept(store: Store) -> None:
    conversation = a_conversation(store)
    photo = {"id": "123", "mime_type": "image/jpeg"}
    with store.write() as tx:
        receive(tx, an_inbound(conversation, "m-1", "", kind="media", media=photo))
        receive(tx, an_inbound(conversation, "m-2", "Ya", kind="payload", payload="/setuju"))
        media, payload = unprocessed(tx, conversation.id)
    assert (media.kind, media.media, media.payload) == ("media", photo, None)
    assert (payload.kind, payload.media, payload.payload) == ("payload", None, "/setuju")


def test_a_second_copy_changes_nothing(store: Store, clock: StillClock) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        first = receive(tx, an_inbound(conversation, "m-1", "asli"))
        receive(tx, an_inbound(conversation, "m-2", "lain"))
    clock.advance(hours=1)
    with store.write() as tx:
        second = receive(tx, an_inbound(conversation, "m-1", "salinan", sent_at=clock()))
        known = get_conversation(tx, conversation.id)
        texts = [message.text for message in unprocessed(tx, conversation.id)]
    assert (second.inbox_id, second.duplicate, second.seq) == (first.inbox_id, True, first.seq)
    assert texts == ["asli", "lain"]
    assert known is not None
    assert (known.last_seq, known.last_resident_at) == (2, NINE_O_CLOCK)


def test_the_same_message_id_on_another_channel_is_another_message(store: Store) -> None:
    web, whatsapp = a_conversation(store), a_conversation(store, channel="whatsapp")
    with store.write() as tx:
        assert not receive(tx, an_inbound(web, "m-1")).duplicate
        assert not receive(tx, an_inbound(whatsapp, "m-1")).duplicate


@pytest.mark.parametrize("bad", ["", "x" * 513])
def test_an_id_that_cannot_be_indexed_is_refused(store: Store, bad: str) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        with pytest.raises(BadMessageError):
            receive(tx, an_inbound(conversation, bad))
        assert not receive(tx, an_inbound(conversation, "\U0001f600" * 512)).duplicate


def test_a_message_to_an_unknown_conversation_is_refused(store: Store) -> None:
    stray = replace(an_inbound(a_conversation(store)), conversation="tidak-ada")
    with store.write() as tx, pytest.raises(NotFoundError):
        receive(tx, stray)


def test_the_last_word_of_the_resident_never_moves_back_or_into_the_future(
    store: Store, clock: StillClock
) -> None:
    conversation = a_conversation(store)
    moments = []
    for number, minutes in enumerate((-10, -20, 30)):
        with store.write() as tx:
            sent_at = clock() + timedelta(minutes=minutes)
            receive(tx, an_inbound(conversation, str(number), sent_at=sent_at))
            known = get_conversation(tx, conversation.id)
            assert known is not None
            moments.append(known.last_resident_at)
    ten_ago = NINE_O_CLOCK - timedelta(minutes=10)
    assert moments == [ten_ago, ten_ago, NINE_O_CLOCK]


def test_messages_are_sorted_by_time_sent_then_by_arrival(store: Store) -> None:
    conversation = a_conversation(store)
    order = {"c": 2, "a": 0, "d": 2, "b": 1}
    with store.write() as tx:
        for name, second in order.items():
            sent_at = NINE_O_CLOCK + timedelta(seconds=second)
            receive(tx, an_inbound(conversation, name, name, sent_at=sent_at))
        assert [message.text for message in unprocessed(tx, conversation.id)] == list("abcd")


def test_a_message_sent_before_one_already_in_a_turn_is_late(store: Store) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        first = receive(tx, an_inbound(conversation, "m-1"))
        earlier = NINE_O_CLOCK - timedelta(seconds=1)
        receive(tx, an_inbound(conversation, "m-0", sent_at=earlier))
        assert [message.late for message in unprocessed(tx, conversation.id)] == [False, False]
        assign_turn(tx, [first.inbox_id], turn_id="t-1")
        receive(tx, an_inbound(conversation, "m-2"))
        assert [message.late for message in unprocessed(tx, conversation.id)] == [True, False]


def test_a_message_can_be_put_into_one_turn_only(store: Store) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        ids = [receive(tx, an_inbound(conversation, str(n))).inbox_id for n in range(3)]
        assign_turn(tx, ids[:1], turn_id="t-1")
    with pytest.raises(EpochConflictError), store.write() as tx:
        assign_turn(tx, ids, turn_id="t-2")
    with store.write() as tx:
        assert [message.id for message in unprocessed(tx, conversation.id)] == ids[1:]
        with pytest.raises(EpochConflictError):
            assign_turn(tx, [999], turn_id="t-3")


def test_failures_are_counted_and_put_the_next_try_off(store: Store, clock: StillClock) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        ids = [receive(tx, an_inbound(conversation, str(n))).inbox_id for n in range(2)]
        assert record_failure(tx, ids[:1], error="H020") == 1
        assert due_conversations(tx, settle={}, limit=9) == [conversation.id]
        assert record_failure(tx, ids, error="H020", retry_after=2.0) == 2
        assert [message.attempts for message in unprocessed(tx, conversation.id)] == [2, 1]
        assert due_conversations(tx, settle={}, limit=9) == []
    clock.advance(seconds=2)
    with store.write() as tx:
        assert due_conversations(tx, settle={}, limit=9) == [conversation.id]
        assign_turn(tx, ids, turn_id="t-1", failed=True)
        assert record_failure(tx, ids, error="H020") == 0


def test_due_conversations_are_those_that_waited_longest(store: Store, clock: StillClock) -> None:
    conversations = [a_conversation(store, name) for name in "xyz"]
    for number in (1, 2, 0):
        with store.write() as tx:
            receive(tx, an_inbound(conversations[number], str(number)))
        clock.advance(seconds=1)
    with store.read() as tx:
        due = due_conversations(tx, settle=WHATSAPP, limit=9)
        assert due == [conversations[number].id for number in (1, 2, 0)]
        assert due_conversations(tx, settle=WHATSAPP, limit=2) == due[:2]


def test_a_conversation_is_not_due_while_it_is_leased_or_has_no_message(
    store: Store, clock: StillClock
) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        assert due_conversations(tx, settle={}, limit=9) == []
        receipt = receive(tx, an_inbound(conversation))
        take_lease(tx, conversation.id, worker="a", seconds=30)
        assert due_conversations(tx, settle={}, limit=9) == []
        release_leases(tx, "a")
        assert due_conversations(tx, settle={}, limit=9) == [conversation.id]
        take_lease(tx, conversation.id, worker="a", seconds=30)
    clock.advance(seconds=31)
    with store.write() as tx:
        assert due_conversations(tx, settle={}, limit=9) == [conversation.id]
        assign_turn(tx, [receipt.inbox_id], turn_id="t-1")
        assert due_conversations(tx, settle={}, limit=9) == []


def test_a_channel_settles_after_its_last_message(store: Store, clock: StillClock) -> None:
    conversation = a_conversation(store, channel="whatsapp")
    with store.write() as tx:
        receive(tx, an_inbound(conversation, "m-1"))
    for wait, expected in ((1.4, []), (0.1, [conversation.id])):
        clock.advance(seconds=wait)
        with store.read() as tx:
            assert due_conversations(tx, settle=WHATSAPP, limit=9) == expected


def test_a_channel_that_never_pauses_is_due_after_its_first_message(
    store: Store, clock: StillClock
) -> None:
    conversation = a_conversation(store, channel="whatsapp")
    due_after = []
    for number in range(6):
        with store.write() as tx:
            receive(tx, an_inbound(conversation, str(number)))
        clock.advance(seconds=1)
        with store.read() as tx:
            due_after.append(bool(due_conversations(tx, settle=WHATSAPP, limit=9)))
    assert due_after == [False, False, False, False, True, True]
