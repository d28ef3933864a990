"""From the web chat to WhatsApp: linked by a code that dies on use, never merged."""

from __future__ import annotations

from typing import Any

import pytest

from connectors import Desk, load_tracker
from handoff import grant_access, grants_of, open_case, open_case_of
from storage import (
    append_event,
    create_account,
    get_conversation,
    open_conversation,
    save_continuation,
)
from tests.connectors.whatsapp.whatsapp_kit import LABEL, WhatsAppHouse

CODE = "LANJUT-7QXM9RAE"
PREPARED = f"Saya ingin melanjutkan percakapan dari situs HALO KOP-UKM. Kode: {CODE}"


def _web(house: WhatsAppHouse, *, slots: dict[str, Any] | None = None) -> str:
    """A talk on the web page about a topic, with a code that leads on."""
    with house.store.write() as tx:
        web = open_conversation(tx, channel="webchat", address="web-1", conversation_id="web-1")
        append_event(
            tx, web.id, type="user", actor="resident", data={}, content={"text": "rahasia web"}
        )
        append_event(
            tx,
            web.id,
            type="decided",
            actor="bot",
            data={"decision": "answer", "answers": [LABEL], "memory": {"label": LABEL}},
            content={"slots": slots or {}},
        )
        save_continuation(tx, code=CODE, conversation_id=web.id)
    return web.id


def _here(house: WhatsAppHouse) -> str:
    [name] = house.conversations()
    return name


@pytest.mark.parametrize(
    "text", [PREPARED, CODE.lower(), f"halo min {CODE} ya", f"({CODE.title()})"]
)
def test_the_code_links_wherever_it_stands(any_house: WhatsAppHouse, text: str) -> None:
    web = _web(any_house, slots={"kecamatan": "Ciawi", "nama": "Euis", "no_hp": "+62811"})
    any_house.say(text)
    here = _here(any_house)
    assert [event.data for event in any_house.events("linked", conversation=here)] == [
        {"from": web}
    ]
    assert [event.data for event in any_house.events("linked", conversation=web)] == [{"to": here}]
    with any_house.store.read() as tx:
        tracker = load_tracker(tx, here)
    assert tracker.memory.label == LABEL
    assert tracker.slots == {"kecamatan": "Ciawi"}


def test_nothing_that_was_said_comes_along(house: WhatsAppHouse) -> None:
    _web(house, slots={"nama": "Euis", "uraian": "keluhan rahasia"})
    house.say(PREPARED)
    house.work()
    seen = str(house.events(conversation=_here(house)))
    assert "rahasia" not in seen
    assert "Euis" not in seen


def test_whoever_comes_over_is_greeted_once(house: WhatsAppHouse) -> None:
    _web(house)
    house.say(PREPARED)
    house.work()
    [reply] = house.replies()
    assert "sudah tersambung" in reply
    [web_line] = house.events("system", conversation="web-1")
    assert web_line.content == {"text": "Percakapan ini dilanjutkan di WhatsApp."}


def test_a_question_beside_the_code_is_answered_too(house: WhatsAppHouse) -> None:
    _web(house)
    house.say(f"{PREPARED} berapa orang minimal bikin koperasi?")
    house.work()
    [reply] = house.replies()
    assert "sudah tersambung" in reply
    assert "9 orang" in reply


def test_a_code_works_once(house: WhatsAppHouse) -> None:
    _web(house)
    house.say(PREPARED)
    house.say(PREPARED, number="6281000000999", user="ID.PENCURI")
    house.work()
    assert len(house.events("linked")) == 2
    assert [reply for reply in house.replies() if "sudah dipakai" in reply]


def test_a_copy_of_the_message_uses_nothing_up(house: WhatsAppHouse) -> None:
    _web(house)
    house.say(PREPARED, id="wamid.sama")
    house.say(PREPARED, id="wamid.sama")
    house.work()
    assert len(house.replies()) == 1
    assert "sudah tersambung" in house.replies()[0]


def test_a_code_dies_after_a_day(house: WhatsAppHouse) -> None:
    _web(house)
    house.clock.advance(hours=24)
    house.say(PREPARED, at=int(house.clock().timestamp()))
    house.work()
    assert house.events("linked") == []
    assert "24 jam" in house.replies()[0]


def _case_on_the_web(house: WhatsAppHouse, web: str) -> int:
    with house.store.write() as tx:
        case = open_case(tx, web, reason="diminta", ticket="HK-WEB", card={}, actor="bot")
    return case.id


def test_an_open_case_moves_over(any_house: WhatsAppHouse) -> None:
    web = _web(any_house)
    case_id = _case_on_the_web(any_house, web)
    any_house.say(PREPARED)
    any_house.work()
    here = _here(any_house)
    with any_house.store.read() as tx:
        moved = open_case_of(tx, here)
        assert open_case_of(tx, web) is None
    assert moved is not None
    assert moved.id == case_id
    assert "HK-WEB" in any_house.replies()[0]


def test_the_officer_who_has_the_case_moves_along(house: WhatsAppHouse) -> None:
    web = _web(house)
    case_id = _case_on_the_web(house, web)
    with house.store.write() as tx:
        officer = create_account(tx, "ani", "kata-sandi-panjang", "petugas")
    desk = Desk(house.store, house.assets, officer, lambda: "HK-X")
    desk.claim(case_id)
    house.say(PREPARED)
    house.work()
    assert house.replies() == []
    desk.reply(case_id, "Kita lanjut di sini ya.")
    house.deliver()
    assert "Kita lanjut di sini ya." in house.meta.bodies[-1]
    with house.store.read() as tx:
        there, here = get_conversation(tx, web), get_conversation(tx, _here(house))
    assert there is not None
    assert here is not None
    assert (there.owner, here.owner) == (None, officer.id)


def test_a_resident_with_a_case_here_keeps_it(house: WhatsAppHouse) -> None:
    house.say("Chat dengan CS")
    house.work()
    web = _web(house)
    _case_on_the_web(house, web)
    house.say(PREPARED)
    house.work()
    with house.store.read() as tx:
        here, there = open_case_of(tx, _here(house)), open_case_of(tx, web)
    assert here is not None
    assert there is not None
    assert here.id != there.id


def test_a_confidential_talk_stays_so_on_whatsapp(any_house: WhatsAppHouse) -> None:
    web = _web(any_house)
    with any_house.store.write() as tx:
        boss = create_account(tx, "bos", "kata-sandi-panjang", "supervisor")
        guest = create_account(tx, "ani", "kata-sandi-panjang", "petugas")
        case = open_case(
            tx,
            web,
            reason="laporan",
            ticket="HK-RAHA-SIA2",
            card={},
            actor="bot",
            confidential=True,
        )
        grant_access(tx, web, guest.id, by=boss)
    any_house.say(PREPARED)
    here = _here(any_house)
    with any_house.store.read() as tx:
        moved = open_case_of(tx, here)
        assert moved is not None
        assert (moved.id, moved.confidential) == (case.id, True)
        assert all(
            one and one.confidential
            for one in (get_conversation(tx, web), get_conversation(tx, here))
        )
        assert [grant.account_id for grant in grants_of(tx, here)] == [guest.id]
