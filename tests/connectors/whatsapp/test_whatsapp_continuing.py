"""From the web chat to WhatsApp: linked by a code that dies on use, never merged."""

from __future__ import annotations

from typing import Any

import pytest

from connectors import Desk, load_tracker
from handoff import open_case, open_case_of
from storage import (
    append_event,
    create_account,
    get_conversation,
    open_conversation,
    save_continuation,
)
from tests.connectors.whatsapp.whatsapp_kit import LABEL, WhatsAppFixture

CODE = "LANJUT-7QXM9RAE"
PREPARED = f"Saya ingin melanjutkan percakapan dari situs HALO KOP-UKM. Kode: {CODE}"


def _web(fixture: WhatsAppFixture, *, slots: dict[str, Any] | None = None) -> str:
    """A talk on the web page about a topic, with a code that leads on."""
    with fixture.store.write() as tx:
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


def _here(fixture: WhatsAppFixture) -> str:
    [name] = fixture.conversations()
    return name


@pytest.mark.parametrize(
    "text", [PREPARED, CODE.lower(), f"halo min {CODE} ya", f"({CODE.title()})"]
)
def test_the_code_links_wherever_it_stands(any_fixture: WhatsAppFixture, text: str) -> None:
    web = _web(any_fixture, slots={"kecamatan": "Ciawi", "nama": "Euis", "no_hp": "+62811"})
    any_fixture.say(text)
    here = _here(any_fixture)
    assert [event.data for event in any_fixture.events("linked", conversation=here)] == [
        {"from": web}
    ]
    assert [event.data for event in any_fixture.events("linked", conversation=web)] == [
        {"to": here}
    ]
    with any_fixture.store.read() as tx:
        tracker = load_tracker(tx, here)
    assert tracker.memory.label == LABEL
    assert tracker.slots == {"kecamatan": "Ciawi"}


def test_nothing_that_was_said_comes_along(fixture: WhatsAppFixture) -> None:
    _web(fixture, slots={"nama": "Euis", "uraian": "keluhan rahasia"})
    fixture.say(PREPARED)
    fixture.work()
    seen = str(fixture.events(conversation=_here(fixture)))
    assert "rahasia" not in seen
    assert "Euis" not in seen


def test_whoever_comes_over_is_greeted_once(fixture: WhatsAppFixture) -> None:
    _web(fixture)
    fixture.say(PREPARED)
    fixture.work()
    [reply] = fixture.replies()
    assert "sudah tersambung" in reply
    [web_line] = fixture.events("system", conversation="web-1")
    assert web_line.content == {"text": "Percakapan ini dilanjutkan di WhatsApp."}


def test_a_question_beside_the_code_is_answered_too(fixture: WhatsAppFixture) -> None:
    _web(fixture)
    fixture.say(f"{PREPARED} berapa orang minimal bikin koperasi?")
    fixture.work()
    [reply] = fixture.replies()
    assert "sudah tersambung" in reply
    assert "9 orang" in reply


def test_a_code_works_once(fixture: WhatsAppFixture) -> None:
    _web(fixture)
    fixture.say(PREPARED)
    fixture.say(PREPARED, number="6281000000999", user="ID.PENCURI")
    fixture.work()
    assert len(fixture.events("linked")) == 2
    assert [reply for reply in fixture.replies() if "sudah dipakai" in reply]


def test_a_copy_of_the_message_uses_nothing_up(fixture: WhatsAppFixture) -> None:
    _web(fixture)
    fixture.say(PREPARED, id="wamid.sama")
    fixture.say(PREPARED, id="wamid.sama")
    fixture.work()
    assert len(fixture.replies()) == 1
    assert "sudah tersambung" in fixture.replies()[0]


def test_a_code_dies_after_a_day(fixture: WhatsAppFixture) -> None:
    _web(fixture)
    fixture.clock.advance(hours=24)
    fixture.say(PREPARED, at=int(fixture.clock().timestamp()))
    fixture.work()
    assert fixture.events("linked") == []
    assert "24 jam" in fixture.replies()[0]


def _case_on_the_web(fixture: WhatsAppFixture, web: str) -> int:
    with fixture.store.write() as tx:
        case = open_case(tx, web, reason="diminta", ticket="HK-WEB", card={}, actor="bot")
    return case.id


def test_an_open_case_moves_over(any_fixture: WhatsAppFixture) -> None:
    web = _web(any_fixture)
    case_id = _case_on_the_web(any_fixture, web)
    any_fixture.say(PREPARED)
    any_fixture.work()
    here = _here(any_fixture)
    with any_fixture.store.read() as tx:
        moved = open_case_of(tx, here)
        assert open_case_of(tx, web) is None
    assert moved is not None
    assert moved.id == case_id
    assert "HK-WEB" in any_fixture.replies()[0]


def test_the_officer_who_has_the_case_moves_along(fixture: WhatsAppFixture) -> None:
    web = _web(fixture)
    case_id = _case_on_the_web(fixture, web)
    with fixture.store.write() as tx:
        officer = create_account(tx, "ani", "kata-sandi-panjang", "petugas")
    desk = Desk(fixture.store, fixture.assets, officer, lambda: "HK-X")
    desk.claim(case_id)
    fixture.say(PREPARED)
    fixture.work()
    assert fixture.replies() == []
    desk.reply(case_id, "Kita lanjut di sini ya.")
    fixture.deliver()
    assert "Kita lanjut di sini ya." in fixture.meta.bodies[-1]
    with fixture.store.read() as tx:
        there, here = get_conversation(tx, web), get_conversation(tx, _here(fixture))
    assert there is not None
    assert here is not None
    assert (there.owner, here.owner) == (None, officer.id)


def test_a_resident_with_a_case_here_keeps_it(fixture: WhatsAppFixture) -> None:
    fixture.say("Chat dengan CS")
    fixture.work()
    web = _web(fixture)
    _case_on_the_web(fixture, web)
    fixture.say(PREPARED)
    fixture.work()
    with fixture.store.read() as tx:
        here, there = open_case_of(tx, _here(fixture)), open_case_of(tx, web)
    assert here is not None
    assert there is not None
    assert here.id != there.id
