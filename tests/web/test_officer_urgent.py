"""Urgent cases in the browser's eyes: a banner on every officer's page, acknowledging, drills."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from foundation.clock import StillClock
from handoff import Case, danger_names, open_case
from storage import Store, latest_audit_entries
from tests.web.staff import a_case, a_chat, a_turn, an_account, signed_in, staff_app

OFFICERS_PAGES = ("/petugas", "/laporan", "/laporan/pemantauan")
SUPERVISORS_PAGES = ("/petugas/pengawas", "/petugas/balasan", "/petugas/kalender")


@pytest.fixture
def app(sqlite_store: Store, clock: StillClock) -> Flask:
    an_account(sqlite_store, "siti", display_name="Siti Rahma")
    an_account(sqlite_store, "budi", display_name="Budi Santoso")
    an_account(sqlite_store, "bos", "supervisor", "Ibu Kepala")
    an_account(sqlite_store, "rina", "staf_data")
    an_account(sqlite_store, "audi", "auditor")
    return staff_app(sqlite_store, clock)


@pytest.fixture
def urgent(app: Flask, sqlite_store: Store, clock: StillClock) -> Case:
    ordinary = a_chat(sqlite_store, "biasa")
    a_case(sqlite_store, ordinary)
    clock.advance(minutes=10)
    chat = a_chat(sqlite_store, "bahaya")
    a_turn(sqlite_store, chat, "dia mengancam saya dengan golok")
    with sqlite_store.write() as tx:
        return open_case(
            tx,
            chat.id,
            reason="bahaya",
            ticket="HK-BAHA-YA22",
            card={},
            actor="bot",
            urgent=True,
            danger="kekerasan",
        )


@pytest.mark.parametrize("path", [*OFFICERS_PAGES, *SUPERVISORS_PAGES])
def test_the_banner_is_on_every_page_with_sign_word_and_button(
    app: Flask, urgent: Case, path: str
) -> None:
    page = signed_in(app, "bos" if path in SUPERVISORS_PAGES else "siti").get(path).text
    [row] = re.findall(r'role="alert" data-alarm="\d+">.*?</div>\s*</div>', page, re.DOTALL)
    assert "<svg" in row
    assert "DARURAT</strong> Kekerasan atau ancaman" in row
    assert urgent.ticket in row
    assert "pukul 09.10 WIB" in row
    assert "Saya menangani" in row
    assert "golok" not in row


@pytest.mark.parametrize("name", ["rina", "audi"])
def test_those_who_answer_nobody_are_not_alarmed(app: Flask, urgent: Case, name: str) -> None:
    page = signed_in(app, name).get("/laporan").text
    assert urgent.ticket not in page
    assert "alarm.js" not in page


def test_the_first_who_says_so_has_acknowledged_it_for_all(
    app: Flask, urgent: Case, clock: StillClock, sqlite_store: Store
) -> None:
    siti, budi = signed_in(app, "siti"), signed_in(app, "budi")
    clock.advance(minutes=2)
    done = siti.post(f"/petugas/kasus/{urgent.id}/tangani", part=False)
    assert done.status_code == 303
    assert done.location.startswith(f"/petugas/percakapan/{urgent.conversation}")
    clock.advance(minutes=1)
    assert budi.post(f"/petugas/kasus/{urgent.id}/tangani").status_code == 204
    for staff in (siti, budi, signed_in(app, "bos")):
        banner = staff.get("/petugas/darurat", part=True).text
        assert "Ditangani Siti Rahma sejak 24 November 2026 pukul 09.12 WIB" in banner
        assert 'role="alert"' not in banner
        page = staff.get(f"/petugas/percakapan/{urgent.conversation}").text
        assert "Siti Rahma menangani kasus darurat" in page
    with sqlite_store.read() as tx:
        entries = [
            entry for entry in latest_audit_entries(tx) if entry.action == "urgency_acknowledged"
        ]
    assert [entry.data["ticket"] for entry in entries] == [urgent.ticket]


def test_an_urgent_case_looks_different_in_the_queue_and_is_first(app: Flask, urgent: Case) -> None:
    page = signed_in(app, "siti").get("/petugas/antrean", part=True).text
    rows = re.findall(r'class="(queue__item[^"]*)"', page)
    assert rows == ["queue__item queue__item--urgent", "queue__item"]


def test_closing_it_takes_the_banner_away(app: Flask, urgent: Case) -> None:
    siti = signed_in(app, "siti")
    siti.post(f"/petugas/kasus/{urgent.id}/ambil")
    siti.post(f"/petugas/kasus/{urgent.id}/selesai", hasil="diarahkan")
    assert urgent.ticket not in siti.get("/petugas/darurat", part=True).text


def test_a_supervisor_holds_a_drill_and_ends_it(app: Flask) -> None:
    bos, siti = signed_in(app, "bos"), signed_in(app, "siti")
    assert siti.post("/petugas/latihan").status_code == 403
    assert bos.post("/petugas/latihan", part=False).status_code == 303
    assert "LATIHAN DARURAT" in siti.get("/petugas/darurat", part=True).text
    [number] = re.findall(r'data-alarm="(\d+)"', siti.get("/petugas/darurat", part=True).text)
    assert siti.post(f"/petugas/kasus/{number}/tangani").status_code == 204
    page = bos.get("/petugas/pengawas").text
    assert "1 latihan sedang berjalan" in page
    assert bos.post("/petugas/latihan/selesai", part=False).status_code == 303
    assert "LATIHAN" not in siti.get("/petugas/darurat", part=True).text
    assert "mengakhiri latihan darurat" in bos.get("/petugas/pengawas").text


def test_every_kind_of_danger_has_a_name_of_its_own() -> None:
    names = danger_names()
    assert len(set(names.values())) == len(names)
    assert all(name[0].isupper() for name in names.values())
