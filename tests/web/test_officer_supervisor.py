"""The supervisor's page: figures, reassigning, toggle, canned replies, the audit."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from foundation.clock import StillClock, parse_moment
from handoff import (
    Outcome,
    claim,
    expire,
    list_canned,
    read_service_toggle,
    release,
    resolve,
    return_to_bot,
    service_level,
)
from service_hours import Calendar
from storage import Store, latest_audit_entries, list_accounts
from tests.web.staff import (
    a_case,
    a_chat,
    a_turn,
    an_account,
    signed_in,
    staff_app,
    try_to_sign_in,
)


@pytest.fixture
def app(store: Store, clock: StillClock) -> Flask:
    an_account(store, "siti", display_name="Siti Rahma")
    an_account(store, "bos", role="supervisor", display_name="Ibu Kepala")
    return staff_app(store, clock)


def test_who_is_on_and_who_waits(app: Flask, store: Store, clock: StillClock) -> None:
    cases = [a_case(store, a_chat(store, f"w-{n}")) for n in range(2)]
    siti = signed_in(app, "siti")
    siti.post("/petugas/kehadiran", keadaan="siap")
    siti.post(f"/petugas/kasus/{cases[0].id}/ambil")
    clock.advance(minutes=20)
    page = signed_in(app, "bos").get("/petugas/pengawas").text
    assert "Siti Rahma" in page
    assert "1 dari 4" in page
    assert "lewat sasaran" in page
    assert cases[0].ticket in page
    assert cases[1].ticket in page
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", page)


def test_the_supervisors_pages_are_not_for_officers(app: Flask) -> None:
    siti = signed_in(app, "siti")
    for path in ("/petugas/pengawas", "/petugas/balasan"):
        assert siti.get(path).status_code == 403
    assert siti.post("/petugas/pengawas/layanan", layanan="mati", pengumuman="x").status_code == 403
    assert siti.post("/petugas/balasan/simpan", judul="x", isi="y").status_code == 403


def test_switching_off_is_told_on_the_site_and_written_down(app: Flask, store: Store) -> None:
    boss = signed_in(app, "bos")
    assert boss.post("/petugas/pengawas/layanan", layanan="mati", pengumuman="").status_code == 422
    answer = boss.post(
        "/petugas/pengawas/layanan", layanan="mati", pengumuman="Listrik <i>padam</i>."
    )
    assert answer.status_code == 303
    home = app.test_client().get("/").text
    assert "Listrik &lt;i&gt;padam&lt;/i&gt;." in home
    assert "Petugas sedang tidak bertugas" in home
    assert "Petugas buka sampai" not in home
    boss.post("/petugas/pengawas/layanan", layanan="hidup", pengumuman="")
    home = app.test_client().get("/").text
    assert "padam" not in home
    assert "Petugas buka sampai" in home
    with store.read() as tx:
        assert read_service_toggle(tx).off is False
        assert [entry.action for entry in latest_audit_entries(tx)] == ["service_switched"] * 2


def test_canned_replies_are_kept_by_the_supervisor(app: Flask, store: Store) -> None:
    boss = signed_in(app, "bos")
    boss.post("/petugas/balasan/simpan", judul="Salam", isi="Selamat pagi, {nama}.")
    with store.read() as tx:
        [kept] = list_canned(tx)
    boss.post("/petugas/balasan/simpan", id=str(kept.id), judul="Salam", isi="Selamat siang.")
    assert "Selamat siang." in boss.get("/petugas/balasan").text
    boss.post(f"/petugas/balasan/{kept.id}/arsipkan")
    with store.read() as tx:
        assert list_canned(tx) == []
    bad = boss.post("/petugas/balasan/simpan", judul="Lain", isi="{ktp}")
    assert bad.status_code == 422
    assert "{ktp}" in bad.text


def test_signing_in_is_written_down_without_names_or_passwords(app: Flask, store: Store) -> None:
    client = app.test_client()
    try_to_sign_in(client, "siti", "kata-sandi-yang-salah")
    try_to_sign_in(client, "kata-sandi-di-kolom-nama")
    try_to_sign_in(client, "siti")
    with store.read() as tx:
        entries = latest_audit_entries(tx)
        siti = next(one.id for one in list_accounts(tx) if one.name == "siti")
    assert [(entry.action, entry.account_id) for entry in entries] == [
        ("signed_in", siti),
        ("sign_in_failed", None),
        ("sign_in_failed", siti),
    ]
    assert "kata-sandi" not in str(entries)


def test_service_level_counts_officers_time_and_never_the_bots(
    store: Store, clock: StillClock
) -> None:
    officer = an_account(store, "siti").id
    actor = f"officer:{officer}"

    def opened_and_taken_after(minutes: int, address: str) -> int:
        case = a_case(store, a_chat(store, address))
        clock.advance(minutes=minutes)
        with store.write() as tx:
            claim(tx, case.id, officer_id=officer, actor=actor)
        return case.id

    start = parse_moment("2026-11-24T09:00")
    quick = opened_and_taken_after(5, "w-1")
    clock.advance(minutes=10)
    with store.write() as tx:
        resolve(tx, quick, outcome=Outcome.ANSWERED, actor=actor)
    slow = opened_and_taken_after(25, "w-2")
    with store.write() as tx:
        release(tx, slow, actor=actor)
    gone = a_case(store, a_chat(store, "w-3"))
    with store.write() as tx:
        expire(tx, gone.id, actor="timer")
    with store.read() as tx:
        found = service_level(tx, Calendar(), since=start, target_minutes=15)
    assert (found.opened, found.taken, found.in_time, found.late) == (3, 1, 1, 1)
    assert (found.never_taken, found.percent_in_time) == (1, 50)
    assert (found.median_wait, found.median_handling) == (5, 10)
    # The night is nobody's waiting.
    clock.set(parse_moment("2026-11-25T08:10"))
    with store.write() as tx:
        claim(tx, slow, officer_id=officer, actor=actor)
    with store.read() as tx:
        found = service_level(tx, Calendar(), since=start, target_minutes=15)
    assert found.median_wait == pytest.approx((5 + 8 * 60 + 45 + 10) / 2)


def test_what_the_assistant_does_after_a_hand_back_is_no_officers_time(
    store: Store, clock: StillClock
) -> None:
    officer = an_account(store, "siti").id
    actor = f"officer:{officer}"
    chat = a_chat(store, "warga")
    start = clock()
    for _ in range(2):
        case = a_case(store, chat)
        clock.advance(minutes=5)
        with store.write() as tx:
            claim(tx, case.id, officer_id=officer, actor=actor)
        clock.advance(minutes=10)
        with store.write() as tx:
            return_to_bot(tx, case.id, actor=actor)
        a_turn(store, chat, "kalau biayanya?")
        clock.advance(minutes=90)
    with store.read() as tx:
        found = service_level(tx, Calendar(), since=start, target_minutes=15)
    assert (found.opened, found.in_time, found.never_taken) == (2, 2, 0)
    assert (found.median_wait, found.median_handling) == (5, 10)
