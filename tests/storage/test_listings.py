"""Rows for ``halo inbox|outbox|events --json``."""

from __future__ import annotations

import json

from storage import (
    Store,
    append_event,
    assign_turn,
    enqueue,
    list_events,
    list_inbox,
    list_outbox,
    receive,
)
from tests.builders import a_conversation, an_inbound


def test_inbox_rows_show_what_became_of_each_message(store: Store) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        ids = [receive(tx, an_inbound(conversation, f"m-{n}")).inbox_id for n in range(3)]
        assign_turn(tx, ids[:1], turn_id="t-1")
        assign_turn(tx, ids[1:2], turn_id="t-2", failed=True)
        rows = list_inbox(tx)
        assert list_inbox(tx, limit=1, after=ids[0]) == rows[1:2]
    assert [(row["state"], row["turn"]) for row in rows] == [
        ("processed", "t-1"),
        ("failed", "t-2"),
        ("waiting", None),
    ]
    assert {
        key: rows[0][key] for key in ("id", "channel", "channel_message_id", "conversation")
    } == {
        "id": ids[0],
        "channel": "webchat",
        "channel_message_id": "m-0",
        "conversation": conversation.id,
    }


def test_outbox_rows_name_their_turn_and_state(store: Store) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        event = append_event(
            tx, conversation.id, type="bot", actor="bot", data={}, turn_id="t-1", content={}
        )
        enqueue(tx, conversation, event=event, state="sent", epoch=0, payload={"text": "x"})
        [row] = list_outbox(tx)
    assert (row["state"], row["turn"], row["seq"]) == ("sent", "t-1", 1)
    assert (row["channel"], row["conversation"]) == ("webchat", conversation.id)
    assert "channel_message_id" in row


def test_event_rows_have_data_content_and_iso_time(store: Store) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        receive(tx, an_inbound(conversation, text="Halo"))
        append_event(tx, conversation.id, type="decided", actor="bot", data={"misses": 0})
        first, second = list_events(tx)
        assert list_events(tx, after=first["id"]) == [second]
    assert (first["type"], first["content"]["text"]) == ("user", "Halo")
    assert (second["data"], second["content"]) == ({"misses": 0}, None)
    assert first["at"] == "2026-11-24T02:00:00+00:00"


def test_every_row_is_plain_json(store: Store) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        receive(tx, an_inbound(conversation))
        event = append_event(tx, conversation.id, type="bot", actor="bot", data={}, content={})
        enqueue(tx, conversation, event=event, state="sent", epoch=0, payload={})
        rows = [*list_inbox(tx), *list_outbox(tx), *list_events(tx)]
    assert json.loads(json.dumps(rows)) == rows
