"""Things that come at the wrong time: late, taken back after an edit, mixed in one body."""

from __future__ import annotations

from typing import Any

from connectors.gateway import UNDERSTOOD_CHARACTERS
from connectors.trackers import load_tracker
from connectors.whatsapp import sentence_for
from storage import tables
from tests.connectors.whatsapp.whatsapp_kit import (
    T0,
    WhatsAppFixture,
    envelope,
    failed_item,
    status_item,
    text_item,
)

SECRET = "resep kerupuk rahasia nenek, berapa orang minimal?"


def _item(type_: str, content: Any, **more: Any) -> dict[str, Any]:
    item = text_item("", **more)
    del item["text"]
    return {**item, "type": type_, type_: content}


def _edit(about: str, wording: str) -> dict[str, Any]:
    message = {"type": "text", "text": {"body": wording}}
    return _item("edit", {"original_message_id": about, "message": message})


def test_a_late_message_beside_an_open_case_joins_it(any_fixture: WhatsAppFixture) -> None:
    any_fixture.say("Chat dengan CS")
    any_fixture.work()
    any_fixture.clock.advance(hours=30)
    any_fixture.say("ini baru sampai", at=T0 + 3600)
    assert any_fixture.work() == 1
    assert {row["state"] for row in any_fixture.inbox()} == {"processed"}
    assert [case.reason for case in any_fixture.cases()] == ["diminta"]


def test_what_was_edited_and_then_taken_back_is_nowhere(any_fixture: WhatsAppFixture) -> None:
    any_fixture.say(SECRET, id="wamid.a")
    any_fixture.work()
    any_fixture.say("Chat dengan CS")
    any_fixture.work()
    any_fixture.post(envelope(messages=[_edit("wamid.a", "wording rahasia nenek")]))
    with any_fixture.store.read() as tx:
        assert "rahasia" in load_tracker(tx, any_fixture.conversations()[0]).question
    any_fixture.post(envelope(messages=[_item("revoke", {"original_message_id": "wamid.a"})]))
    with any_fixture.store.read() as tx:
        kept = [
            tx.connection.execute(table.select()).all()
            for table in (tables.inbox, tables.event_content, tables.case_, tables.snapshot)
        ]
        assert load_tracker(tx, any_fixture.conversations()[0]).question == ""
    assert "rahasia" not in str(kept)
    assert len(any_fixture.inbox()) == 4


def test_the_transcript_tells_edit_reaction_and_revocation_apart(fixture: WhatsAppFixture) -> None:
    fixture.say(SECRET, id="wamid.a")
    reaction = {"message_id": "wamid.a", "emoji": "\N{THUMBS UP SIGN}"}
    for item in (
        _item("reaction", reaction),
        _edit("wamid.a", "wording rahasia nenek"),
        _item("revoke", {"original_message_id": "wamid.a"}),
    ):
        fixture.post(envelope(messages=[item]))
    assert [sentence_for(event) for event in fixture.events("noted")] == [
        "Warga menanggapi pesan dengan \N{THUMBS UP SIGN}",
        "Warga mengubah, lalu menghapus pesannya.",
        "Warga menghapus pesannya.",
    ]


def test_a_message_far_over_the_limit_is_kept_whole_and_answered_from_its_beginning(
    any_fixture: WhatsAppFixture,
) -> None:
    text = "berapa orang minimal? " * 50_000
    any_fixture.say(text)
    assert any_fixture.work() == 1
    [event] = any_fixture.events("user")
    assert (event.content or {})["text"] == text.strip()
    assert any_fixture.heard == [text.strip()[:UNDERSTOOD_CHARACTERS]]
    assert len(any_fixture.replies()) == 1


def test_another_question_stays_on_the_card(fixture: WhatsAppFixture) -> None:
    fixture.say("salah kirim", id="wamid.a")
    fixture.work()
    fixture.say("berapa orang minimal?")
    fixture.work()
    fixture.post(envelope(messages=[_item("revoke", {"original_message_id": "wamid.a"})]))
    with fixture.store.read() as tx:
        assert load_tracker(tx, fixture.conversations()[0]).question == "berapa orang minimal?"


def test_several_entries_with_messages_statuses_and_errors_are_all_handled(
    any_fixture: WhatsAppFixture,
) -> None:
    for name in ("1", "2"):
        any_fixture.say("berapa orang minimal?", number=f"628100000010{name}", user=f"ID.{name}")
    any_fixture.work()
    any_fixture.deliver()
    people = [
        envelope(messages=[text_item("lagi", number="6281000000103", user="ID.3"), None]),
        envelope(statuses=[status_item("wamid.keluar.1", "read"), {"id": 1}]),
        envelope(messages=[text_item("dua", number="6281000000104", user="ID.4")]),
        envelope(statuses=[failed_item("wamid.keluar.2", 131026)]),
        envelope(messages=[text_item("asing", number="6281000000105")], phone_number_id="1"),
    ]
    changes = [body["entry"][0]["changes"][0] for body in people]
    changes[0]["value"]["errors"] = [{"code": 131000, "title": "contoh"}, "rusak"]
    echoes = {"field": "smb_message_echoes", "value": changes[2]["value"]}
    entries = [
        {"id": "1", "changes": [changes[0], echoes, changes[1]]},
        "rusak",
        {"id": "2", "changes": [{"field": "messages"}, changes[2], changes[4]]},
        {"id": "3", "changes": [changes[3]]},
        {"id": "4", "changes": []},
    ]
    body = {"object": "whatsapp_business_account", "entry": entries}
    for _ in range(2):
        assert any_fixture.post(body).status_code == 200
    assert len(any_fixture.inbox()) == 4
    assert any_fixture.work() == 2
    states = [row["state"] for row in any_fixture.outbox()]
    assert states == ["read", "failed", "pending", "pending"]
    assert [case.reason for case in any_fixture.cases()] == ["gagal_kirim"]
