"""Erasing leaves the skeleton and nothing that a person said or that says who it was."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from foundation.errors import NotFoundError
from storage import (
    Conversation,
    Store,
    append_event,
    begin_attempt,
    due_conversations,
    due_outbox,
    enqueue,
    erase_content,
    forget_resident,
    get_conversation,
    load_snapshot,
    read_events,
    receive,
    save_snapshot,
    tables,
    whatsapp_tables,
)
from tests.builders import a_conversation, an_inbound

SECRET = "Bu Siti 3201012345678901"
PHONE = "62812345678"


def _talk(store: Store, address: str) -> Conversation:
    conversation = a_conversation(store, address, channel="whatsapp")
    said = {"text": SECRET}
    with store.write() as tx:
        message_id = f"wamid.{address}"
        receive(tx, an_inbound(conversation, message_id, SECRET, payload=SECRET, media=said))
        for _ in range(2):
            event = append_event(
                tx, conversation.id, type="bot", actor="bot", data={"answers": []}, content=said
            )
            row = enqueue(
                tx, conversation, event=event, state="pending", epoch=0, payload={"body": SECRET}
            )
        begin_attempt(tx, row.id)
        save_snapshot(tx, conversation.id, 2, {"slots": {"nama": SECRET}})
        tx.connection.execute(
            sa.insert(tables.case_).values(
                ticket=f"T-{address}",
                conversation_id=conversation.id,
                state="waiting",
                reason="asked",
                context={"slots": SECRET},
                note=SECRET,
                opened_at=tx.now,
            )
        )
        tx.connection.execute(
            sa.insert(whatsapp_tables.media).values(
                media_id=f"media.{address}",
                conversation_id=conversation.id,
                mime_type="text/plain",
                filename=f"{SECRET}.txt",
                sha256="-",
                content=SECRET.encode(),
                at=tx.now,
            )
        )
        tx.connection.execute(
            sa.insert(whatsapp_tables.alias).values(
                alias=f"alias.{address}", conversation_id=conversation.id, at=tx.now
            )
        )
        tx.connection.execute(
            sa.insert(whatsapp_tables.contact).values(
                conversation_id=conversation.id,
                name="Siti Resmi",
                username="siti.resmi",
                wa_id=address,
            )
        )
    return conversation


def _everything(store: Store, conversation_id: str) -> str:
    """All rows of all tables that belong to the conversation, as one text."""
    found = []
    with store.read() as tx:
        for table in tables.metadata.sorted_tables:
            for row in tx.connection.execute(sa.select(table)):
                found.append(json.dumps(dict(row._mapping), default=str, ensure_ascii=False))
    assert any(conversation_id in line for line in found)
    return "\n".join(found)


def test_nothing_that_was_said_is_left(store: Store) -> None:
    conversation = _talk(store, PHONE)
    assert SECRET in _everything(store, conversation.id)
    with store.write() as tx:
        assert erase_content(tx, conversation.id) == 3
    assert SECRET not in _everything(store, conversation.id)
    with store.write() as tx:
        assert erase_content(tx, conversation.id) == 0


def test_the_skeleton_stays(store: Store) -> None:
    conversation = _talk(store, PHONE)
    with store.write() as tx:
        before = read_events(tx, conversation.id)
        erase_content(tx, conversation.id)
        after = read_events(tx, conversation.id)
        known = get_conversation(tx, conversation.id)
        assert load_snapshot(tx, conversation.id) is None
    assert [(e.seq, e.type, e.data) for e in after] == [(e.seq, e.type, e.data) for e in before]
    assert {event.content for event in after} == {None}
    assert known is not None
    assert (known.address, known.last_seq) == (PHONE, 3)


def test_nothing_waiting_is_worked_on_or_sent_after_it(store: Store) -> None:
    conversation = _talk(store, PHONE)
    with store.write() as tx:
        assert due_conversations(tx, settle={}, limit=9) == [conversation.id]
        erase_content(tx, conversation.id)
        assert due_conversations(tx, settle={}, limit=9) == []
        assert due_outbox(tx, channel="whatsapp", limit=9) == []
        known = get_conversation(tx, conversation.id)
    assert known is not None
    assert known.epoch == conversation.epoch + 1


def test_other_conversations_are_untouched(store: Store) -> None:
    erased, kept = _talk(store, PHONE), _talk(store, "62899999999")
    with store.write() as tx:
        before = read_events(tx, kept.id)
        forget_resident(tx, erased.id)
        assert read_events(tx, kept.id) == before
        assert load_snapshot(tx, kept.id) is not None
        assert due_conversations(tx, settle={}, limit=9) == [kept.id]
        [note] = tx.connection.execute(
            sa.select(tables.case_.c.note).where(tables.case_.c.conversation_id == kept.id)
        ).scalars()
    assert note == SECRET


def test_forgetting_a_resident_leaves_no_address_and_no_channel_id(store: Store) -> None:
    conversation = _talk(store, PHONE)
    with store.write() as tx:
        assert forget_resident(tx, conversation.id) == 3
    left = _everything(store, conversation.id)
    assert SECRET not in left
    for mark in (f"wamid.{PHONE}", f"alias.{PHONE}", f'"address": "{PHONE}"', "Siti Resmi"):
        assert mark not in left, mark
    assert a_conversation(store, PHONE, channel="whatsapp").id != conversation.id


def test_erasing_an_unknown_conversation_is_refused(store: Store) -> None:
    with store.write() as tx, pytest.raises(NotFoundError):
        erase_content(tx, "tidak-ada")
