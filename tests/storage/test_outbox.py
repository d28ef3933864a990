"""Replies on their way: order, claims, and statuses that only move forward."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from foundation.clock import StillClock
from storage import (
    AttemptState,
    Conversation,
    OutboxRow,
    Store,
    advance_attempt,
    append_event,
    begin_attempt,
    due_outbox,
    enqueue,
    find_attempt,
    get_outbox_row,
    set_outbox_state,
    unsettled_outbox,
)
from tests.builders import NINE_O_CLOCK, a_conversation


@pytest.fixture
def whatsapp(store: Store) -> Conversation:
    return a_conversation(store, "ID.123", channel="whatsapp")


def _reply(store: Store, conversation: Conversation, text: str = "Baik") -> OutboxRow:
    with store.write() as tx:
        event = append_event(
            tx, conversation.id, type="bot", actor="bot", data={}, content={"text": text}
        )
        return enqueue(
            tx, conversation, event=event, state="pending", epoch=0, payload={"body": text}
        )


def test_a_reply_keeps_its_event_and_its_epoch(store: Store) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        event = append_event(
            tx, conversation.id, type="bot", actor="bot", data={}, turn_id="t-1", content={}
        )
        row = enqueue(tx, conversation, event=event, state="sent", epoch=3, payload={"a": [1]})
        assert get_outbox_row(tx, row.id) == row
        assert get_outbox_row(tx, row.id + 1) is None
        assert due_outbox(tx, channel="webchat", limit=9) == []
    assert (row.event_id, row.seq, row.turn_id, row.epoch) == (event.id, 1, "t-1", 3)
    assert (row.state, row.payload, row.attempts) == ("sent", {"a": [1]}, 0)


def test_replies_of_a_conversation_go_out_one_by_one(store: Store, whatsapp: Conversation) -> None:
    other = a_conversation(store, "ID.456", channel="whatsapp")
    first, second, third = (_reply(store, c) for c in (whatsapp, whatsapp, other))
    with store.write() as tx:
        assert due_outbox(tx, channel="whatsapp", limit=9) == [first, third]
        assert due_outbox(tx, channel="whatsapp", limit=1) == [first]
        assert due_outbox(tx, channel="webchat", limit=9) == []
        attempt = begin_attempt(tx, first.id)
        assert attempt is not None
        assert due_outbox(tx, channel="whatsapp", limit=9) == [third]
        advance_attempt(tx, attempt.id, state="accepted", wamid="wamid.1")
        assert due_outbox(tx, channel="whatsapp", limit=9) == [second, third]


def test_a_reply_that_waits_for_its_next_try_holds_the_later_ones(
    store: Store, whatsapp: Conversation, clock: StillClock
) -> None:
    first = _reply(store, whatsapp)
    _reply(store, whatsapp)
    with store.write() as tx:
        later = tx.now + timedelta(seconds=8)
        set_outbox_state(tx, first.id, state="pending", next_attempt_at=later, error_code="80007")
        assert due_outbox(tx, channel="whatsapp", limit=9) == []
    clock.advance(seconds=8)
    with store.read() as tx:
        assert [row.id for row in due_outbox(tx, channel="whatsapp", limit=9)] == [first.id]


def test_a_pending_reply_is_claimed_once(store: Store, whatsapp: Conversation) -> None:
    row = _reply(store, whatsapp)
    with store.write() as tx:
        attempt = begin_attempt(tx, row.id)
        assert attempt is not None
        assert begin_attempt(tx, row.id) is None
        claimed = get_outbox_row(tx, row.id)
    assert claimed is not None
    assert (claimed.state, claimed.attempts, attempt.number) == ("sending", 1, 1)


def test_a_state_changes_only_from_the_expected_ones(store: Store, whatsapp: Conversation) -> None:
    row = _reply(store, whatsapp)
    with store.write() as tx:
        assert set_outbox_state(tx, row.id, state="dropped", only_from=["sending"]) is None
        dropped = set_outbox_state(tx, row.id, state="dropped", only_from=["pending"])
        assert dropped is not None
        assert get_outbox_row(tx, row.id) == dropped
        assert set_outbox_state(tx, 999, state="dropped") is None
    assert dropped.state == "dropped"


@pytest.mark.parametrize(
    ("statuses", "final"),
    [
        (("accepted", "sent", "delivered", "read"), "read"),
        (("read", "delivered", "sent", "accepted"), "read"),
        (("accepted", "failed", "sent"), "failed"),
        (("failed", "delivered"), "delivered"),
        (("delivered", "failed"), "delivered"),
        (("unknown", "sent"), "sent"),
        (("sent", "unknown"), "sent"),
    ],
)
def test_statuses_only_move_forward(
    store: Store, whatsapp: Conversation, statuses: tuple[AttemptState, ...], final: str
) -> None:
    row = _reply(store, whatsapp)
    with store.write() as tx:
        attempt = begin_attempt(tx, row.id)
        assert attempt is not None
        for status in statuses:
            advance_attempt(tx, attempt.id, state=status)
        moved, known = find_attempt(tx, attempt_id=attempt.id), get_outbox_row(tx, row.id)
    assert moved is not None
    assert known is not None
    assert moved.state == known.state == final


def test_any_order_of_statuses_ends_in_the_same_state(store: Store, whatsapp: Conversation) -> None:
    statuses: tuple[AttemptState, ...] = ("accepted", "sent", "failed", "delivered")
    finals = set()
    for order in itertools.permutations(statuses):
        row = _reply(store, whatsapp)
        with store.write() as tx:
            attempt = begin_attempt(tx, row.id)
            assert attempt is not None
            for status in order:
                advance_attempt(tx, attempt.id, state=status)
            known = get_outbox_row(tx, row.id)
            assert known is not None
            finals.add(known.state)
    assert finals == {"delivered"}


def test_an_attempt_is_found_by_our_id_or_by_the_channels(
    store: Store, whatsapp: Conversation
) -> None:
    row = _reply(store, whatsapp)
    with store.write() as tx:
        attempt = begin_attempt(tx, row.id)
        assert attempt is not None
        accepted = advance_attempt(tx, attempt.id, state="accepted", wamid="wamid.1")
        assert accepted is not None
        assert find_attempt(tx, attempt_id=attempt.id) == accepted
        assert find_attempt(tx, wamid="wamid.1") == accepted
        assert find_attempt(tx, attempt_id="lain", wamid="wamid.1") == accepted
        assert find_attempt(tx, wamid="wamid.2") is None
        assert find_attempt(tx) is None
        assert advance_attempt(tx, "lain", state="read") is None
        known = get_outbox_row(tx, row.id)
    assert known is not None
    assert known.channel_message_id == "wamid.1"


def test_a_status_that_overtakes_the_answer_keeps_the_id_that_comes_later(
    store: Store, whatsapp: Conversation
) -> None:
    row = _reply(store, whatsapp)
    with store.write() as tx:
        attempt = begin_attempt(tx, row.id)
        assert attempt is not None
        advance_attempt(tx, attempt.id, state="delivered")
        late = advance_attempt(tx, attempt.id, state="accepted", wamid="wamid.1")
        known = get_outbox_row(tx, row.id)
    assert late is not None
    assert known is not None
    assert (late.state, late.wamid) == ("delivered", "wamid.1")
    assert (known.state, known.channel_message_id) == ("delivered", "wamid.1")


def test_a_reply_follows_its_last_attempt_only(store: Store, whatsapp: Conversation) -> None:
    row = _reply(store, whatsapp)
    with store.write() as tx:
        first = begin_attempt(tx, row.id)
        assert first is not None
        advance_attempt(tx, first.id, state="unknown")
        set_outbox_state(tx, row.id, state="pending", only_from=["unknown"])
        second = begin_attempt(tx, row.id)
        assert second is not None
        advance_attempt(tx, first.id, state="failed", error_code="131026")
        known = get_outbox_row(tx, row.id)
        assert known is not None
        assert (second.number, known.state, known.error_code) == (2, "sending", None)
        advance_attempt(tx, second.id, state="failed", error_code="131047")
        known = get_outbox_row(tx, row.id)
    assert known is not None
    assert (known.state, known.error_code) == ("failed", "131047")


def test_replies_of_unknown_status_are_found_after_a_while(
    store: Store, whatsapp: Conversation, clock: StillClock
) -> None:
    row = _reply(store, whatsapp)
    with store.write() as tx:
        set_outbox_state(tx, row.id, state="unknown")
        before = NINE_O_CLOCK - timedelta(seconds=1)
        assert unsettled_outbox(tx, channel="whatsapp", state="unknown", before=before) == []
        [found] = unsettled_outbox(tx, channel="whatsapp", state="unknown", before=NINE_O_CLOCK)
        assert unsettled_outbox(tx, channel="whatsapp", state="sending", before=NINE_O_CLOCK) == []
    assert found.id == row.id
