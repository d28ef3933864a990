from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from foundation.clock import StillClock, parse_moment
from storage import Store, StoredEvent
from tests.web.staff import ASSETS, a_case, a_chat, a_turn, an_account, signed_in, staff_app
from web.officer.card import context_card

LABEL = "pendirian_koperasi/jumlah_pendiri"
OTHER = next(label for label in ASSETS.knowledge if label != LABEL)
NOW: datetime = parse_moment("2026-11-24T09:00")


def events(*parts: tuple[str, dict[str, Any], dict[str, Any] | None]) -> list[StoredEvent]:
    return [
        StoredEvent(number, "c", number, kind, "bot", NOW, "t", data, content)
        for number, (kind, data, content) in enumerate(parts, start=1)
    ]


def test_the_card_of_an_empty_conversation_is_empty() -> None:
    card = context_card([], ASSETS.knowledge, opened_with={})
    assert (card.question, card.guesses, card.slots, card.answers) == ("", (), (), ())


def test_guesses_are_of_the_last_question_not_of_the_wish_for_a_person() -> None:
    card = context_card(
        events(
            ("user", {"inbox_id": 7}, {"text": "berapa orang pendirinya"}),
            (
                "understood",
                {"inbox_id": 7, "intent": LABEL, "ranking": [[LABEL, 0.614], [OTHER, 0.2]]},
                None,
            ),
            ("decided", {"decision": "answer", "answers": [LABEL]}, {"slots": {}}),
            ("user", {"inbox_id": 8}, {"text": "mau orang aja"}),
            (
                "understood",
                {"inbox_id": 8, "intent": "minta_cs", "ranking": [["minta_cs", 1.0]]},
                None,
            ),
            ("decided", {"decision": "handoff", "answers": []}, {"slots": {}}),
        ),
        ASSETS.knowledge,
        opened_with={},
    )
    assert card.question == "berapa orang pendirinya"
    assert [(guess.label, guess.percent) for guess in card.guesses] == [(LABEL, 61), (OTHER, 20)]
    assert card.guesses[0].title == ASSETS.knowledge[LABEL].judul
    assert card.answers == (ASSETS.knowledge[LABEL],)


def test_a_withdrawn_answer_is_named() -> None:
    card = context_card(
        events(("decided", {"answers": ["dulu/ada"]}, {"slots": {}})), {}, opened_with={}
    )
    assert (card.answers, card.missing) == ((), ("dulu/ada",))


def test_empty_slots_are_left_out() -> None:
    card = context_card(
        events(("decided", {}, {"slots": {"nama": "Euis", "no_hp": "", "uraian": None}})),
        {},
        opened_with={},
    )
    assert card.slots == (("nama", "Euis"),)


def test_what_the_case_was_opened_with_stands_in_for_a_turn_too_far_back() -> None:
    card = context_card([], {}, opened_with={"question": "Izin apa?", "slots": {"nama": "Euis"}})
    assert (card.question, card.slots) == ("Izin apa?", (("nama", "Euis"),))


@pytest.mark.parametrize("ranking", [None, [], ["rusak"], [["a", 0.1, 2]]])
def test_a_strange_ranking_is_no_guess(ranking: Any) -> None:
    card = context_card(
        events(("understood", {"intent": "a", "ranking": ranking}, None)), {}, opened_with={}
    )
    assert card.guesses == ()


def test_the_card_shows_source_reason_and_slots(sqlite_store: Store, clock: StillClock) -> None:
    an_account(sqlite_store, "siti")
    chat = a_chat(sqlite_store, "warga", "whatsapp")
    a_turn(
        sqlite_store,
        chat,
        "berapa orang?",
        data={"intent": LABEL, "ranking": [[LABEL, 0.9]], "answers": [LABEL]},
        slots={"no_hp": "+6281234567890"},
    )
    a_case(sqlite_store, chat, "keluhan")
    app: Flask = staff_app(sqlite_store, clock)
    page = signed_in(app, "siti").get(f"/petugas/percakapan/{chat.id}").text
    card = page.split("<aside")[1]
    entry = ASSETS.knowledge[LABEL]
    for words in (entry.judul, entry.sumber[0], "Pengaduan", "+6281234567890", "WhatsApp", "90%"):
        assert words in card


def test_what_a_resident_pasted_is_covered_until_asked_for(
    sqlite_store: Store, clock: StillClock
) -> None:
    an_account(sqlite_store, "siti")
    chat = a_chat(sqlite_store, "warga")
    said = "nik saya 3201990000000001, hp 081234567890"
    a_turn(sqlite_store, chat, said, data={"intent": LABEL, "ranking": []}, slots={"uraian": said})
    a_case(sqlite_store, chat, "keluhan")
    page = signed_in(staff_app(sqlite_store, clock), "siti").get(f"/petugas/percakapan/{chat.id}")
    uncovered = page.text.count("3201990000000001")
    assert page.text.count("nik saya [nomor identitas], hp 081234567890") >= 2
    assert uncovered == page.text.count("Tampilkan data yang ditutup") == 1
