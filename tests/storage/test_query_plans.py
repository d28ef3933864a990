"""No query on the message path reads a whole table, on either store."""

from __future__ import annotations

from typing import Any

import pytest

from storage import (
    Cursor,
    Settle,
    Store,
    Transaction,
    advance_attempt,
    append_event,
    assign_turn,
    begin_attempt,
    due_conversations,
    due_outbox,
    enqueue,
    erase_content,
    events_beyond,
    find_attempt,
    list_events,
    list_inbox,
    list_outbox,
    load_snapshot,
    lock_conversation,
    open_conversation,
    read_events,
    read_latest_events,
    receive,
    record_failure,
    release_leases,
    save_snapshot,
    set_outbox_state,
    set_owner,
    take_lease,
    unprocessed,
    unsettled_outbox,
)
from tests.builders import a_conversation, an_inbound
from tests.query_plans import plans_of, reads_of_whole_tables, statements_of

GROWING = [
    "conversation",
    "event",
    "event_content",
    "inbox",
    "outbox",
    "outbox_attempt",
    "snapshot",
    "lease",
    "case_",
]


def _use_everything(store: Store) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        open_conversation(tx, channel="webchat", address="lain")
        lock_conversation(tx, conversation.id)
        set_owner(tx, conversation.id, None)
        take_lease(tx, conversation.id, worker="w", seconds=1)
        release_leases(tx, "w", conversation_id=conversation.id)
        release_leases(tx, "w")
        ids = [receive(tx, an_inbound(conversation, name)).inbox_id for name in ("a", "a", "b")]
        unprocessed(tx, conversation.id)
        due_conversations(tx, settle={"whatsapp": Settle(1.5, 5)}, limit=10)
        record_failure(tx, ids, error="H000")
        assign_turn(tx, ids, turn_id="t-1")
        event = append_event(tx, conversation.id, type="bot", actor="bot", data={}, content={})
        row = enqueue(tx, conversation, event=event, state="pending", epoch=0, payload={})
        due_outbox(tx, channel="webchat", limit=10)
        attempt = begin_attempt(tx, row.id)
        assert attempt is not None
        advance_attempt(tx, attempt.id, state="accepted", wamid="w")
        find_attempt(tx, wamid="w")
        set_outbox_state(tx, row.id, state="unknown")
        unsettled_outbox(tx, channel="webchat", state="unknown", before=tx.now)
        save_snapshot(tx, conversation.id, 1, {})
    with store.read() as tx:
        _read_everything(tx, conversation.id)
    with store.write() as tx:
        erase_content(tx, conversation.id)


def _read_everything(tx: Transaction, conversation_id: str) -> None:
    read_events(tx, conversation_id, after=1, limit=10)
    read_latest_events(tx, conversation_id, 10)
    load_snapshot(tx, conversation_id)
    events_beyond(tx, Cursor(1, 1), limit=10)
    list_inbox(tx, limit=10, after=1)
    list_outbox(tx, limit=10, after=1)
    list_events(tx, limit=10, after=1)


@pytest.fixture
def statements(store: Store) -> dict[str, Any]:
    """Every statement that the package sends, with one set of parameters."""
    return statements_of(lambda: _use_everything(store))


def test_no_statement_reads_a_whole_growing_table(store: Store, statements: dict[str, Any]) -> None:
    plans = plans_of(store, statements)
    assert len(plans) > 30
    assert reads_of_whole_tables(store, plans, GROWING) == {}


def test_waiting_messages_are_found_through_their_partial_index(
    store: Store, statements: dict[str, Any]
) -> None:
    [due] = [s for s in statements if "GROUP BY inbox.conversation_id" in s]
    assert "ix_inbox_unprocessed" in plans_of(store, {due: statements[due]})[due]
