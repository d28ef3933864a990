"""Turns on WhatsApp: one message each, requests to type, late messages, officers, revocations."""

from __future__ import annotations

from typing import Any

import pytest

from connectors import Desk
from connectors.whatsapp.formatter import TEXT_LIMIT
from connectors.whatsapp.turns import as_one_message
from dialogue.types import Button, Reply
from storage import create_account, tables
from tests.connectors.whatsapp.whatsapp_kit import (
    T0,
    WhatsAppHouse,
    envelope,
    text_item,
)


def _item(type_: str, content: Any = None, **more: Any) -> dict[str, Any]:
    item = text_item("x", **more)
    del item["text"]
    return {**item, "type": type_, type_: content}


def _send(house: WhatsAppHouse, *items: dict[str, Any]) -> None:
    assert house.post(envelope(messages=items)).status_code == 200


def test_several_messages_make_one_turn_and_one_reply(any_house: WhatsAppHouse) -> None:
    any_house.say("min", "mau tanya", "berapa orang minimal?")
    assert any_house.work() == 1
    assert len(any_house.outbox()) == 1
    assert len({row["turn"] for row in any_house.inbox()}) == 1


def test_many_unreadable_items_get_one_request(house: WhatsAppHouse) -> None:
    _send(house, *(_item("sticker", {"id": str(n)}) for n in range(5)))
    house.work()
    for _ in range(3):
        house.clock.advance(seconds=15)
        _send(house, _item("audio", {"id": "1", "voice": True}))
        house.work()
    assert len(house.replies()) == 1
    assert {row["state"] for row in house.inbox()} == {"processed"}


def test_the_second_request_within_an_hour_offers_a_person(house: WhatsAppHouse) -> None:
    _send(house, _item("audio", {"id": "1"}))
    house.work()
    house.clock.advance(minutes=2)
    _send(house, _item("audio", {"id": "2"}))
    house.work()
    first, second = house.events("bot")
    assert "pesan suara" in first.content["text"]  # type: ignore[index]
    assert first.data["buttons"] == []
    assert [button["title"] for button in second.data["buttons"]] == ["Chat dengan CS"]
    pressed = {"type": "button_reply", "button_reply": {}}
    pressed["button_reply"] = {
        "id": second.data["buttons"][0]["payload"],
        "title": "Chat dengan CS",
    }
    _send(house, _item("interactive", pressed))
    house.work()
    assert [case.reason for case in house.cases()] == ["diminta"]


def test_after_an_hour_it_begins_anew(house: WhatsAppHouse) -> None:
    for _ in range(2):
        _send(house, _item("location", {"latitude": -6.4}))
        house.work()
        house.clock.advance(minutes=61)
    assert [event.data["buttons"] for event in house.events("bot")] == [[], []]


def test_a_photo_with_a_question_is_answered_with_a_note(house: WhatsAppHouse) -> None:
    _send(house, _item("image", {"id": "1", "caption": "berapa orang minimal?"}))
    house.work()
    [reply] = house.replies()
    assert "9 orang" in reply
    assert "lampirannya tidak dapat saya baca" in reply


def test_a_photo_followed_by_its_question_gets_the_answer_only(house: WhatsAppHouse) -> None:
    _send(house, _item("image", {"id": "1"}), text_item("berapa orang minimal?"))
    house.work()
    [reply] = house.replies()
    assert "9 orang" in reply
    assert "Silakan ketik" not in reply


def test_a_question_alone_has_no_note(house: WhatsAppHouse) -> None:
    house.say("berapa orang minimal?")
    house.work()
    assert "lampiran" not in house.replies()[0]


def test_a_message_that_could_not_be_fetched_is_asked_for_again(house: WhatsAppHouse) -> None:
    house.post_sample("unsupported_131060_unavailable.json")
    house.work()
    assert "kirim ulang" in house.replies()[0]


def test_a_message_older_than_a_day_goes_to_a_person(any_house: WhatsAppHouse) -> None:
    any_house.clock.set(any_house.at(24 * 3600))
    any_house.say("kapan pelatihannya?", at=T0)
    assert any_house.work() == 1
    assert any_house.replies() == []
    [case] = any_house.cases()
    assert case.reason == "pesan_terlambat"
    assert case.context["question"] == "kapan pelatihannya?"
    assert {row["state"] for row in any_house.inbox()} == {"processed"}


def test_an_old_message_beside_a_fresh_one_does_not_keep_it_from_its_answer(
    house: WhatsAppHouse,
) -> None:
    house.clock.set(house.at(25 * 3600))
    house.say("pertanyaan lama", at=T0)
    house.say("berapa orang minimal?", at=T0 + 25 * 3600 - 5)
    house.work()
    assert ["9 orang" in reply for reply in house.replies()] == [True]
    assert [case.reason for case in house.cases()] == ["pesan_terlambat"]


def test_the_bot_is_silent_while_an_officer_has_the_talk(house: WhatsAppHouse) -> None:
    with house.store.write() as tx:
        officer = create_account(tx, "ani", "kata-sandi-panjang", "petugas")
    house.say("Chat dengan CS")
    house.work()
    desk = Desk(house.store, house.assets, officer, lambda: "HK-X")
    desk.claim(house.cases()[0].id)
    before = len(house.outbox())
    house.say("halo bu")
    _send(house, _item("image", {"id": "1"}), _item("audio", {"id": "2"}))
    house.clock.advance(seconds=1)
    house.work()
    assert len(house.outbox()) == before
    assert {row["state"] for row in house.inbox()} == {"processed"}


def test_a_pressed_button_of_ours_is_routed_by_its_id(house: WhatsAppHouse) -> None:
    content = {
        "type": "list_reply",
        "list_reply": {"id": "/minta_cs", "title": "Judul apa pun", "description": "x"},
    }
    _send(house, _item("interactive", content))
    house.work()
    assert [case.reason for case in house.cases()] == ["diminta"]


def test_a_number_typed_back_picks_the_choice(house: WhatsAppHouse) -> None:
    house.say("berapa orang minimal?")
    house.work()
    buttons = house.events("bot")[0].data["buttons"]
    at = [button["title"] for button in buttons].index("Chat dengan CS")
    house.say(str(at + 1))
    house.work()
    assert [case.reason for case in house.cases()] == ["diminta"]


def test_a_first_opening_is_greeted(house: WhatsAppHouse) -> None:
    house.post_sample("request_welcome.json")
    house.work()
    [event] = house.events("bot")
    assert event.data["buttons"]


def test_a_late_arrival_joins_the_next_turn(house: WhatsAppHouse) -> None:
    house.say("kedua", at=T0 + 20)
    house.work()
    house.say("pertama, terlambat", at=T0 + 10)
    house.work()
    first, second = house.inbox()
    assert first["turn"] != second["turn"]
    assert len(house.replies()) == 2


def _revoke(about: str, **more: Any) -> dict[str, Any]:
    return _item("revoke", {"original_message_id": about}, **more)


def test_a_message_that_was_taken_back_is_masked(any_house: WhatsAppHouse) -> None:
    secret = text_item("rahasia dapur saya", id="wamid.rahasia")
    _send(any_house, secret)
    any_house.work()
    _send(any_house, _revoke("wamid.rahasia"))
    _no_secret(any_house)
    assert len(any_house.inbox()) == 2


def _no_secret(house: WhatsAppHouse) -> None:
    with house.store.read() as tx:
        inbox = tx.connection.execute(tables.inbox.select()).all()
    assert "rahasia dapur" not in str(inbox)
    assert "rahasia dapur" not in str(house.events("user"))


def test_a_message_taken_back_before_its_turn_is_not_answered(house: WhatsAppHouse) -> None:
    _send(house, text_item("rahasia dapur saya", id="wamid.rahasia"), _revoke("wamid.rahasia"))
    assert house.work() == 0
    _no_secret(house)


def test_a_revocation_may_come_before_its_message(any_house: WhatsAppHouse) -> None:
    _send(any_house, _revoke("wamid.rahasia"))
    _send(any_house, text_item("rahasia dapur saya", id="wamid.rahasia"))
    assert any_house.work() == 0
    _no_secret(any_house)


def test_nobody_takes_back_what_another_wrote(house: WhatsAppHouse) -> None:
    _send(house, text_item("milik saya", id="wamid.saya"))
    _send(house, _revoke("wamid.saya", number="6281000000999", user="ID.LAIN"))
    assert "milik saya" in str(house.events("user"))


def test_an_edit_shows_the_new_wording_and_is_not_answered(house: WhatsAppHouse) -> None:
    house.post_sample("edit_text.json")
    assert house.work() == 0
    [event] = house.events("noted")
    assert event.content is not None
    assert event.content["text"] == "maksud saya izin PIRT, bukan BPOM"


def test_replies_of_a_turn_become_one(house: WhatsAppHouse) -> None:
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


def test_without_a_link_nothing_is_lost_in_parts(house: WhatsAppHouse) -> None:
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
