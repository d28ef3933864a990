"""Two at once: whoever is second waits, and exactly one wins. Threads, on both stores."""

from __future__ import annotations

import pytest

from foundation.errors import EpochConflictError, InvalidFormError
from storage import (
    Receipt,
    Store,
    append_event,
    assign_turn,
    begin_attempt,
    create_account,
    enqueue,
    lock_conversation,
    open_conversation,
    read_events,
    receive,
    set_owner,
    take_lease,
    unprocessed,
)
from tests.builders import a_conversation, an_inbound, at_once

CROWD = 6


def test_two_workers_with_the_same_messages_make_one_turn(store: Store) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        ids = [receive(tx, an_inbound(conversation, str(n))).inbox_id for n in range(3)]

    def work(worker: int) -> int:
        with store.write() as tx:
            append_event(tx, conversation.id, type="decided", actor="bot", data={"w": worker})
            assign_turn(tx, ids, turn_id=f"t-{worker}")
        return worker

    results = at_once(CROWD, work)
    winners = [result for result in results if isinstance(result, int)]
    assert len(winners) == 1
    assert sum(isinstance(result, EpochConflictError) for result in results) == CROWD - 1
    with store.read() as tx:
        assert unprocessed(tx, conversation.id) == []
        *said, decided = read_events(tx, conversation.id)
    assert [event.type for event in said] == ["user"] * 3
    assert (decided.seq, decided.data) == (4, {"w": winners[0]})


def test_copies_that_come_at_once_are_one_message(store: Store) -> None:
    conversation = a_conversation(store)

    def deliver(number: int) -> Receipt:
        with store.write() as tx:
            return receive(tx, an_inbound(conversation, "m-1", f"salinan {number}"))

    receipts = [receipt for receipt in at_once(CROWD, deliver) if isinstance(receipt, Receipt)]
    assert len(receipts) == CROWD
    assert [receipt.duplicate for receipt in receipts].count(False) == 1
    assert len({(receipt.inbox_id, receipt.seq) for receipt in receipts}) == 1
    with store.read() as tx:
        assert len(read_events(tx, conversation.id)) == 1


def test_writers_of_one_conversation_leave_no_gap(store: Store) -> None:
    conversation = a_conversation(store)

    def write(number: int) -> None:
        for index in range(10):
            with store.write() as tx:
                append_event(tx, conversation.id, type="system", actor="bot", data={"i": index})

    assert at_once(CROWD, write) == [None] * CROWD
    with store.read() as tx:
        events = read_events(tx, conversation.id)
    assert [event.seq for event in events] == list(range(1, 10 * CROWD + 1))


def test_an_address_that_writes_twice_at_once_gets_one_conversation(store: Store) -> None:
    def arrive(_number: int) -> str:
        with store.write() as tx:
            return open_conversation(tx, channel="whatsapp", address="0812").id

    ids = at_once(CROWD, arrive)
    assert len(set(ids)) == 1
    assert isinstance(ids[0], str)


def test_one_worker_gets_the_lease(store: Store) -> None:
    conversation = a_conversation(store)

    def reserve(worker: int) -> bool:
        with store.write() as tx:
            return take_lease(tx, conversation.id, worker=str(worker), seconds=30)

    assert sorted(map(bool, at_once(CROWD, reserve))) == [False] * (CROWD - 1) + [True]


def test_one_sender_gets_the_reply(store: Store) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        event = append_event(tx, conversation.id, type="bot", actor="bot", data={}, content={})
        row = enqueue(tx, conversation, event=event, state="pending", epoch=0, payload={})

    def claim(_number: int) -> bool:
        with store.write() as tx:
            return begin_attempt(tx, row.id) is not None

    assert sorted(map(bool, at_once(CROWD, claim))) == [False] * (CROWD - 1) + [True]


def test_a_name_taken_at_once_makes_one_account(store: Store) -> None:
    def add(_number: int) -> str:
        with store.write() as tx:
            return create_account(tx, "sari", "kata sandi panjang", "petugas").name

    results = at_once(3, add)
    assert results.count("sari") == 1
    assert sum(isinstance(result, InvalidFormError) for result in results) == 2


def test_the_lock_shows_the_owner_that_the_last_holder_left(store: Store) -> None:
    conversation = a_conversation(store)

    def change(number: int) -> tuple[int, int]:
        with store.write() as tx:
            before = lock_conversation(tx, conversation.id)
            after = set_owner(tx, conversation.id, None)
        return before.epoch, after.epoch

    steps = sorted(step for step in at_once(CROWD, change) if isinstance(step, tuple))
    assert steps == [(number, number + 1) for number in range(CROWD)]


def test_a_turn_is_refused_when_the_officer_was_quicker(store: Store) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        receipt = receive(tx, an_inbound(conversation))

    def bot(_number: int) -> str:
        with store.write() as tx:
            if lock_conversation(tx, conversation.id).epoch != conversation.epoch:
                raise EpochConflictError
            assign_turn(tx, [receipt.inbox_id], turn_id="t-1")
        return "bot"

    with store.write() as tx:
        set_owner(tx, conversation.id, None)
    with pytest.raises(EpochConflictError):
        bot(0)
    with store.read() as tx:
        assert len(unprocessed(tx, conversation.id)) == 1
