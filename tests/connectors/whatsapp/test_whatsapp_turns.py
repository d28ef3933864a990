"""Turns on WhatsApp: one message each, requests to type, late messages, officers, revocations."""

from __future__ import annotations

from typing import Any

import pytest

from connectors import Desk
from connectors.whatsapp.outbound.formatter import TEXT_LIMIT
from connectors.whatsapp.turns import as_one_message
from dialogue.types import Button, Reply
from storage import create_account, tables
from tests.connectors.whatsapp.whatsapp_kit import (
    T0,
    WhatsAppFixture,
    envelope,
    text_item,
)


def _item(type_: str, content: Any = None, **more: Any) -> dict[str, Any]:
    item = text_item("x", **more)
    del item["text"]
    return {**item, "type": type_, type_: content}


def _send(fixture: WhatsAppFixture, *items: dict[str, Any]) -> None:
    assert fixture.post(envelope(messages=items)).status_code == 200


def test_several_messages_make_one_turn_and_one_reply(any_fixture: WhatsAppFixture) -> None:
    any_fixture.say("min", "mau tanya", "berapa orang minimal?")
    assert any_fixture.work() == 1
    assert len(any_fixture.outbox()) == 1
    assert len({row["turn"] for row in any_fixture.inbox()}) == 1


def test_many_unreadable_items_get_one_request(fixture: WhatsAppFixture) -> None:
    _send(fixture, *(_item("sticker", {"id": str(n)}) for n in range(5)))
    fixture.work()
    for _ in range(3):
        fixture.clock.advance(seconds=15)
        _send(fixture, _item("audio", {"id": "1", "voice": True}))
        fixture.work()
    assert len(fixture.replies()) == 1
    assert {row["state"] for row in fixture.inbox()} == {"processed"}


def test_the_second_request_within_an_hour_offers_a_person(fixture: WhatsAppFixture) -> None:
    _send(fixture, _item("audio", {"id": "1"}))
    fixture.work()
    fixture.clock.advance(minutes=2)
    _send(fixture, _item("audio", {"id": "2"}))
    fixture.work()
    first, second = fixture.events("bot")
    assert "pesan suara" in first.content["text"]  # type: ignore[index]
    assert first.data["buttons"] == []
    assert [button["title"] for button in second.data["buttons"]] == ["Chat dengan CS"]
    pressed = {"type": "button_reply", "button_reply": {}}
    pressed["button_reply"] = {
        "id": second.data["buttons"][0]["payload"],
        "title": "Chat dengan CS",
    }
    _send(fixture, _item("interactive", pressed))
    fixture.work()
    assert [case.reason for case in fixture.cases()] == ["diminta"]


def test_after_an_hour_it_begins_anew(fixture: WhatsAppFixture) -> None:
    for _ in range(2):
        _send(fixture, _item("location", {"latitude": -6.4}))
        fixture.work()
        fixture.clock.advance(minutes=61)
    assert [event.data["buttons"] for event in fixture.events("bot")] == [[], []]


def test_a_photo_with_a_question_is_answered_with_a_note(fixture: WhatsAppFixture) -> None:
    _send(fixture, _item("image", {"id": "1", "caption": "berapa orang minimal?"}))
    fixture.work()
    [reply] = fixture.replies()
    assert "9 orang" in reply
    assert "lampirannya tidak dapat saya baca" in reply


def test_a_photo_followed_by_its_question_gets_the_answer_only(fixture: WhatsAppFixture) -> None:
    _send(fixture, _item("image", {"id": "1"}), text_item("berapa orang minimal?"))
    fixture.work()
    [reply] = fixture.replies()
    assert "9 orang" in reply
    assert "Silakan ketik" not in reply


def test_a_question_alone_has_no_note(fixture: WhatsAppFixture) -> None:
    fixture.say("berapa orang minimal?")
    fixture.work()
    assert "lampiran" not in fixture.replies()[0]


def test_a_message_that_could_not_be_fetched_is_asked_for_again(fixture: WhatsAppFixture) -> None:
    fixture.post_sample("unsupported_131060_unavailable.json")
    fixture.work()
    assert "kirim ulang" in fixture.replies()[0]


def test_a_message_older_than_a_day_goes_to_a_person(any_fixture: WhatsAppFixture) -> None:
    any_fixture.clock.set(any_fixture.at(24 * 3600))
    any_fixture.say("kapan pelatihannya?", at=T0)
    assert any_fixture.work() == 1
    assert any_fixture.replies() == []
    [case] = any_fixture.cases()
    assert case.reason == "pesan_terlambat"
    assert case.context["question"] == "kapan pelatihannya?"
    assert {row["state"] for row in any_fixture.inbox()} == {"processed"}


def test_an_old_message_beside_a_fresh_one_does_not_keep_it_from_its_answer(
    fixture: WhatsAppFixture,
) -> None:
    fixture.clock.set(fixture.at(25 * 3600))
    fixture.say("pertanyaan lama", at=T0)
    fixture.say("berapa orang minimal?", at=T0 + 25 * 3600 - 5)
    fixture.work()
    assert ["9 orang" in reply for reply in fixture.replies()] == [True]
    assert [case.reason for case in fixture.cases()] == ["pesan_terlambat"]


def test_the_bot_is_silent_while_an_officer_has_the_talk(fixture: WhatsAppFixture) -> None:
    with fixture.store.write() as tx:
        officer = create_account(tx, "ani", "kata-sandi-panjang", "petugas")
    fixture.say("Chat dengan CS")
    fixture.work()
    desk = Desk(fixture.store, fixture.assets, officer, lambda: "HK-X")
    desk.claim(fixture.cases()[0].id)
    before = len(fixture.outbox())
    fixture.say("halo bu")
    _send(fixture, _item("image", {"id": "1"}), _item("audio", {"id": "2"}))
    fixture.clock.advance(seconds=1)
    fixture.work()
    assert len(fixture.outbox()) == before
    assert {row["state"] for row in fixture.inbox()} == {"processed"}


def test_a_pressed_button_of_ours_is_routed_by_its_id(fixture: WhatsAppFixture) -> None:
    content = {
        "type": "list_reply",
        "list_reply": {"id": "/minta_cs", "title": "Judul apa pun", "description": "x"},
    }
    _send(fixture, _item("interactive", content))
    fixture.work()
    assert [case.reason for case in fixture.cases()] == ["diminta"]


def test_a_number_typed_back_picks_the_choice(fixture: WhatsAppFixture) -> None:
    fixture.say("berapa orang minimal?")
    fixture.work()
    buttons = fixture.events("bot")[0].data["buttons"]
    at = [button["title"] for button in buttons].index("Chat dengan CS")
    fixture.say(str(at + 1))
    fixture.work()
    assert [case.reason for case in fixture.cases()] == ["diminta"]


def test_a_first_opening_is_greeted(fixture: WhatsAppFixture) -> None:
    fixture.post_sample("request_welcome.json")
    fixture.work()
    [event] = fixture.events("bot")
    assert event.data["buttons"]


def test_a_late_arrival_joins_the_next_turn(fixture: WhatsAppFixture) -> None:
    fixture.say("kedua", at=T0 + 20)
    fixture.work()
    fixture.say("pertama, terlambat", at=T0 + 10)
    fixture.work()
    first, second = fixture.inbox()
    assert first["turn"] != second["turn"]
    assert len(fixture.replies()) == 2


def _revoke(about: str, **more: Any) -> dict[str, Any]:
    return _item("revoke", {"original_message_id": about}, **more)


def test_a_message_that_was_taken_back_is_masked(any_fixture: WhatsAppFixture) -> None:
    secret = text_item("rahasia dapur saya", id="wamid.rahasia")
    _send(any_fixture, secret)
    any_fixture.work()
    _send(any_fixture, _revoke("wamid.rahasia"))
    _no_secret(any_fixture)
    assert len(any_fixture.inbox()) == 2


def _no_secret(fixture: WhatsAppFixture) -> None:
    with fixture.store.read() as tx:
        inbox = tx.connection.execute(tables.inbox.select()).all()
    assert "rahasia dapur" not in str(inbox)
    assert "rahasia dapur" not in str(fixture.events("user"))


def test_a_message_taken_back_before_its_turn_is_not_answered(fixture: WhatsAppFixture) -> None:
    _send(fixture, text_item("rahasia dapur saya", id="wamid.rahasia"), _revoke("wamid.rahasia"))
    assert fixture.work() == 0
    _no_secret(fixture)


def test_a_revocation_may_come_before_its_message(any_fixture: WhatsAppFixture) -> None:
    _send(any_fixture, _revoke("wamid.rahasia"))
    _send(any_fixture, text_item("rahasia dapur saya", id="wamid.rahasia"))
    assert any_fixture.work() == 0
    _no_secret(any_fixture)


def test_nobody_takes_back_what_another_wrote(fixture: WhatsAppFixture) -> None:
    _send(fixture, text_item("milik saya", id="wamid.saya"))
    _send(fixture, _revoke("wamid.saya", number="6281000000999", user="ID.LAIN"))
    assert "milik saya" in str(fixture.events("user"))


def test_an_edit_shows_the_new_wording_and_is_not_answered(fixture: WhatsAppFixture) -> None:
    fixture.post_sample("edit_text.json")
    assert fixture.work() == 0
    [event] = fixture.events("noted")
    assert event.content is not None
    assert event.content["text"] == "maksud saya izin PIRT, bukan BPOM"


def test_replies_of_a_turn_become_one(fixture: WhatsAppFixture) -> None:
    cs = Button("Chat dengan CS", "/minta_cs")
    replies = [
        Reply("Pertama.", (Button("Biaya", "/a"), cs), "x/satu"),
        Reply("Kedua.", (cs,), "x/dua"),
    ]
    [whole] = as_one_message(replies, public_url="")
    assert whole.text == "Pertama.\n\nKedua."
    assert [button.title for button in whole.buttons] == ["Biaya", "Chat dengan CS"]
    assert whole.response == "x/satu,x/dua"
    assert as_one_message([], public_url="") == ()
    assert as_one_message([Reply("  ")], public_url="") == ()


def test_without_a_link_nothing_is_lost_in_parts(fixture: WhatsAppFixture) -> None:
    sentences = [f"Kalimat nomor {number} tentang koperasi." for number in range(400)]
    long = Reply(" ".join(sentences), (Button("Chat dengan CS", "/minta_cs"),), "utter_x")
    parts = as_one_message([long], public_url="https://halo.contoh.go.id")
    assert len(parts) > 2
    assert all(len(part.text) <= TEXT_LIMIT for part in parts)
    assert [len(part.buttons) for part in parts] == [0] * (len(parts) - 1) + [1]
    assert " ".join(part.text for part in parts) == long.text


@pytest.mark.parametrize("public_url", ["https://halo.contoh.go.id", ""])
def test_a_long_answer_is_linked_where_it_can_be_read(public_url: str) -> None:
    long = Reply("Kalimat. " * 600, (), "izin_usaha/nib")
    parts = as_one_message([long], public_url=public_url)
    assert (len(parts) == 1) == bool(public_url)
