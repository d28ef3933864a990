"""Presence, handing over, notes, labels, canned replies and real intents in the console."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from connectors import Alarm, Scheduler
from connectors.webchat import public_events
from foundation.clock import StillClock
from foundation.settings import AlertSettings
from handoff import (
    CaseState,
    Outcome,
    get_case,
    labels_of,
    officers_on_duty,
    open_case_of,
    resolve,
    save_canned,
)
from service_hours import Calendar
from storage import (
    Store,
    StoredEvent,
    latest_audit_entries,
    list_accounts,
    read_events,
    typing_beyond,
)
from tests.web.staff import (
    ASSETS,
    a_case,
    a_chat,
    a_turn,
    an_account,
    signed_in,
    staff_app,
)

LABEL = next(iter(ASSETS.knowledge))


@pytest.fixture
def app(sqlite_store: Store, clock: StillClock) -> Flask:
    an_account(sqlite_store, "siti", display_name="Siti Rahma")
    an_account(sqlite_store, "dedi", display_name="Dedi Kurniawan")
    an_account(sqlite_store, "bos", role="supervisor", display_name="Ibu Kepala")
    return staff_app(sqlite_store, clock)


def number_of(store: Store, name: str) -> str:
    with store.read() as tx:
        return str(next(one.id for one in list_accounts(tx) if one.name == name))


def events_of(store: Store, conversation_id: str, kind: str = "") -> list[StoredEvent]:
    with store.read() as tx:
        return [e for e in read_events(tx, conversation_id) if not kind or e.type == kind]


def look_after(store: Store) -> None:
    alarm = Alarm(AlertSettings(), console_url="")
    Scheduler(store, Calendar(), alarm, timedelta(minutes=15)).once()


def test_an_officer_says_to_be_ready_and_is_offered_the_longest_waiting(
    app: Flask, sqlite_store: Store, clock: StillClock
) -> None:
    first = a_case(sqlite_store, a_chat(sqlite_store, "w-1"))
    clock.advance(minutes=1)
    a_case(sqlite_store, a_chat(sqlite_store, "w-2"))
    siti = signed_in(app, "siti")
    answer = siti.post("/petugas/kehadiran", keadaan="siap", kapasitas="1")
    assert answer.status_code == 200
    assert re.search(r'value="siap" selected', answer.text)
    look_after(sqlite_store)
    page = siti.get("/petugas/antrean", part=True).text
    assert page.count("Giliran Anda") == 1
    assert f'data-offered="{first.ticket}"' in page
    other = signed_in(app, "dedi").get("/petugas/antrean", part=True).text
    assert "Giliran Anda" not in other


@pytest.mark.parametrize(
    "form", [{"keadaan": "tidur"}, {"keadaan": "siap", "kapasitas": "0"}, {"kapasitas": "4"}]
)
def test_presence_that_cannot_be_is_refused(app: Flask, form: dict[str, str]) -> None:
    assert signed_in(app, "siti").post("/petugas/kehadiran", **form).status_code == 422


def test_who_leaves_gives_the_cases_back(app: Flask, sqlite_store: Store) -> None:
    chat = a_chat(sqlite_store, "warga")
    case = a_case(sqlite_store, chat)
    siti = signed_in(app, "siti")
    siti.post(f"/petugas/kasus/{case.id}/ambil")
    siti.post("/petugas/kehadiran", keadaan="keluar")
    with sqlite_store.read() as tx:
        assert get_case(tx, case.id).state is CaseState.WAITING
    assert "kembali" in str(
        events_of(sqlite_store, chat.id, "system")[-1].content
    ) or "antrean" in (str(events_of(sqlite_store, chat.id, "system")[-1].content))


def test_a_case_is_given_to_a_colleague_and_the_resident_is_told(
    app: Flask, sqlite_store: Store
) -> None:
    chat = a_chat(sqlite_store, "warga")
    case = a_case(sqlite_store, chat)
    siti, dedi = signed_in(app, "siti"), signed_in(app, "dedi")
    siti.post(f"/petugas/kasus/{case.id}/ambil")
    receiver = number_of(sqlite_store, "dedi")
    assert siti.post(f"/petugas/kasus/{case.id}/teruskan", petugas=receiver).status_code == 204
    said = str(events_of(sqlite_store, chat.id, "system")[-1].content)
    assert "Siti Rahma" in said
    assert "Dedi Kurniawan" in said
    assert siti.post(f"/petugas/kasus/{case.id}/balas", text="x", kunci="1").status_code == 409
    assert dedi.post(f"/petugas/kasus/{case.id}/balas", text="x", kunci="2").status_code == 204
    assert (
        "meneruskan kasus kepada Dedi Kurniawan" in dedi.get(f"/petugas/percakapan/{chat.id}").text
    )
    assert dedi.post(f"/petugas/kasus/{case.id}/teruskan", petugas="").status_code == 422


def test_only_a_supervisor_takes_over_and_gives_what_is_not_theirs(
    app: Flask, sqlite_store: Store
) -> None:
    case = a_case(sqlite_store, a_chat(sqlite_store, "warga"))
    siti, dedi, boss = (signed_in(app, name) for name in ("siti", "dedi", "bos"))
    siti.post(f"/petugas/kasus/{case.id}/ambil")
    assert dedi.post(f"/petugas/kasus/{case.id}/ambil-alih").status_code == 403
    receiver = number_of(sqlite_store, "dedi")
    assert dedi.post(f"/petugas/kasus/{case.id}/teruskan", petugas=receiver).status_code == 409
    assert boss.post(f"/petugas/kasus/{case.id}/ambil-alih").status_code == 204
    assert boss.post(f"/petugas/kasus/{case.id}/teruskan", petugas=receiver).status_code == 204
    with sqlite_store.read() as tx:
        assert str(get_case(tx, case.id).officer_id) == receiver
        assert "case_reassigned" in [entry.action for entry in latest_audit_entries(tx)]


def test_an_internal_note_is_seen_by_officers_and_never_by_the_resident(
    app: Flask, sqlite_store: Store
) -> None:
    chat = a_chat(sqlite_store, "warga")
    case = a_case(sqlite_store, chat)
    answer = signed_in(app, "dedi").post(f"/petugas/kasus/{case.id}/catatan", text="RAHASIA dalam")
    assert answer.status_code == 204
    assert "RAHASIA dalam" in signed_in(app, "siti").get(f"/petugas/percakapan/{chat.id}").text
    with sqlite_store.read() as tx:
        shown = public_events(tx, read_events(tx, chat.id))
    assert [event["id"] for event in shown] == list(range(1, len(shown) + 1))
    assert "RAHASIA" not in str(shown)
    empty = signed_in(app, "dedi").post(f"/petugas/kasus/{case.id}/catatan", text=" ")
    assert empty.status_code == 400


def test_a_transfer_looks_like_a_claim_to_the_resident(app: Flask, sqlite_store: Store) -> None:
    chat = a_chat(sqlite_store, "warga")
    case = a_case(sqlite_store, chat)
    siti = signed_in(app, "siti")
    siti.post(f"/petugas/kasus/{case.id}/ambil")
    siti.post(f"/petugas/kasus/{case.id}/teruskan", petugas=number_of(sqlite_store, "dedi"))
    with sqlite_store.read() as tx:
        shown = public_events(tx, read_events(tx, chat.id))
    assert [one["state"] for one in shown if one["type"] == "case"] == [
        "opened",
        "claimed",
        "claimed",
    ]


def test_labels_stand_on_the_card_and_in_the_queue(app: Flask, sqlite_store: Store) -> None:
    chat = a_chat(sqlite_store, "warga")
    case = a_case(sqlite_store, chat)
    siti = signed_in(app, "siti")
    assert (
        siti.post(f"/petugas/kasus/{case.id}/label", label="Modal, <b>nib</b>").status_code == 204
    )
    with sqlite_store.read() as tx:
        assert labels_of(tx, [case.id])[case.id] == ("<b>nib</b>", "modal")
    for path in ("/petugas", f"/petugas/percakapan/{chat.id}"):
        page = siti.get(path).text
        assert "&lt;b&gt;nib&lt;/b&gt;" in page
        assert "<b>nib</b>" not in page
    assert siti.post(f"/petugas/kasus/{case.id}/label", label="x" * 31).status_code == 422


def test_the_real_intent_is_said_in_one_tap(app: Flask, sqlite_store: Store) -> None:
    chat = a_chat(sqlite_store, "warga")
    a_turn(
        sqlite_store,
        chat,
        "kumaha ieu",
        data={"intent": LABEL, "ranking": [[LABEL, 0.4], ["sapa", 0.3]]},
    )
    siti = signed_in(app, "siti")
    page = siti.get(f"/petugas/percakapan/{chat.id}").text
    [turn] = set(re.findall(r'name="giliran" value="([^"]+)"', page))
    assert f'name="maksud" value="{LABEL}"' in page
    path = f"/petugas/percakapan/{chat.id}/maksud"
    assert siti.post(path, giliran=turn, maksud=LABEL).status_code == 204
    [event] = events_of(sqlite_store, chat.id, "intent_labelled")
    assert event.data == {"turn_id": turn, "label": LABEL}
    assert event.content is None
    assert "Sudah ditandai" in siti.get(f"/petugas/percakapan/{chat.id}").text
    assert siti.post(path, giliran=turn, maksud="tidak/ada").status_code == 422


def test_a_draft_is_suggested_from_the_last_answer(app: Flask, sqlite_store: Store) -> None:
    chat = a_chat(sqlite_store, "warga")
    a_turn(sqlite_store, chat, "berapa", data={"answers": [LABEL]})
    page = signed_in(app, "siti").get(f"/petugas/percakapan/{chat.id}").text
    [draft] = re.findall(r'id="naskah">([^<]+)<', page)
    assert draft.split()[0] == ASSETS.knowledge[LABEL].ringkas.split()[0]


def test_canned_replies_are_found_filled_in_and_not_sent_with_an_open_blank(
    app: Flask, sqlite_store: Store
) -> None:
    chat = a_chat(sqlite_store, "warga")
    a_turn(sqlite_store, chat, "halo", slots={"nama": "Asep"})
    case = a_case(sqlite_store, chat)
    with sqlite_store.write() as tx:
        text = "Pak {nama}, saya {petugas}, tiket {tiket}, pukul {jam}."
        save_canned(tx, title="Salam", text=text, account_id=1)
        save_canned(tx, title="NIB", text="NIB gratis.", account_id=1)
    siti = signed_in(app, "siti")
    siti.post(f"/petugas/kasus/{case.id}/ambil")
    found = siti.get(f"/petugas/balasan/cari?q=salam&percakapan={chat.id}", part=True).text
    assert f"Pak Asep, saya Siti Rahma, tiket {case.ticket}, pukul 09.00." in found
    assert "NIB gratis" not in found
    assert "Tidak ada balasan" in siti.get("/petugas/balasan/cari?q=zzz", part=True).text
    path = f"/petugas/kasus/{case.id}/balas"
    refused = siti.post(path, text="Pak {nama}, ya.", kunci="1")
    assert refused.status_code == 422
    assert "{nama}" in refused.text
    assert siti.post(path, text="Pakai {kurung} boleh.", kunci="2").status_code == 204


def test_other_cases_of_the_person_and_the_one_taken_up_are_on_the_card(
    app: Flask, sqlite_store: Store
) -> None:
    chat = a_chat(sqlite_store, "warga")
    first = a_case(sqlite_store, chat)
    siti = signed_in(app, "siti")
    siti.post(f"/petugas/kasus/{first.id}/ambil")
    with sqlite_store.write() as tx:
        resolve(tx, first.id, outcome=Outcome.ANSWERED, actor="officer:1")
    a_case(sqlite_store, chat)
    page = siti.get(f"/petugas/percakapan/{chat.id}").text
    assert "Kasus lain orang ini" in page
    assert "Lanjutan dari" in page
    assert "Dibuka lagi oleh warga" in page
    assert first.ticket in page


def test_the_whatsapp_window_counts_down(
    app: Flask, sqlite_store: Store, clock: StillClock
) -> None:
    chat = a_chat(sqlite_store, "62811", channel="whatsapp")
    a_turn(sqlite_store, chat, "halo")
    a_case(sqlite_store, chat)
    clock.advance(hours=22, minutes=30)
    siti = signed_in(app, "siti")
    assert "Jendela WhatsApp 1 jam 30 menit lagi" in siti.get("/petugas").text
    clock.advance(hours=2)
    siti = signed_in(app, "siti")
    assert "Jendela WhatsApp tertutup" in siti.get(f"/petugas/percakapan/{chat.id}").text


def test_an_open_console_is_a_sign_of_life_and_signing_out_ends_it(
    app: Flask, sqlite_store: Store, clock: StillClock
) -> None:
    siti = signed_in(app, "siti")
    siti.post("/petugas/kehadiran", keadaan="siap")
    with sqlite_store.read() as tx:
        assert [one.ready(tx.now) for one in officers_on_duty(tx)] == [True]
    siti.post("/keluar", part=False)
    with sqlite_store.read() as tx:
        assert [one.there(tx.now) for one in officers_on_duty(tx)] == [False]


def test_the_desk_is_for_officers(app: Flask, sqlite_store: Store) -> None:
    an_account(sqlite_store, "audi", role="auditor")
    case = a_case(sqlite_store, a_chat(sqlite_store, "warga"))
    auditor = signed_in(app, "audi")
    for path in ("/petugas/kehadiran", f"/petugas/kasus/{case.id}/catatan"):
        assert auditor.post(path, keadaan="siap", text="x").status_code == 403
    with sqlite_store.read() as tx:
        assert open_case_of(tx, case.conversation) is not None


def test_only_the_cases_officer_is_seen_typing(app: Flask, sqlite_store: Store) -> None:
    chat = a_chat(sqlite_store, "warga")
    case = a_case(sqlite_store, chat)
    siti, dedi = signed_in(app, "siti"), signed_in(app, "dedi")
    path = f"/petugas/kasus/{case.id}/mengetik"

    def signs() -> list[tuple[str, str]]:
        with sqlite_store.read() as tx:
            found = typing_beyond(tx, 0, limit=10)
        return [(sign.conversation, sign.typist) for sign in found]

    assert siti.post(path).status_code == 204
    assert signs() == [], "the case is nobody's"
    siti.post(f"/petugas/kasus/{case.id}/ambil")
    before = len(events_of(sqlite_store, chat.id))
    assert dedi.post(path).status_code == 204
    assert signs() == [], "the case is another's"
    assert siti.post(path).status_code == 204
    assert signs() == [(chat.id, "officer")]
    assert len(events_of(sqlite_store, chat.id)) == before
    assert siti.post("/petugas/kasus/999/mengetik").status_code == 404
