import re

import pytest
from flask import Flask

from foundation.clock import StillClock
from storage import Store, deactivate, set_password
from tests.web.staff import (
    PASSWORD,
    an_account,
    csrf_token,
    signed_in,
    staff_app,
    try_to_sign_in,
)


@pytest.fixture
def app(sqlite_store: Store, clock: StillClock) -> Flask:
    return staff_app(sqlite_store, clock)


@pytest.mark.parametrize(
    ("role", "landing"),
    [
        ("petugas", "/petugas"),
        ("supervisor", "/petugas"),
        ("admin", "/petugas"),
        ("staf_data", "/studio/kotak"),
        ("auditor", "/laporan"),
    ],
)
def test_each_role_lands_where_its_work_is(
    app: Flask, sqlite_store: Store, role: str, landing: str
) -> None:
    an_account(sqlite_store, "siti", role)
    client = app.test_client()
    answer = try_to_sign_in(client, "siti")
    assert (answer.status_code, answer.location) == (303, landing)
    assert client.get(landing).status_code == 200


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(app: Flask, sqlite_store: Store) -> None:
    an_account(sqlite_store, "siti")
    cookie = try_to_sign_in(app.test_client(), "siti").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_cookie_is_secure_when_the_public_address_is_https(
    sqlite_store: Store, clock: StillClock
) -> None:
    an_account(sqlite_store, "siti")
    app = staff_app(sqlite_store, clock, public_url="https://halo.example.go.id")
    client = app.test_client()
    page = client.get("/masuk", base_url="https://halo.example.go.id")
    answer = client.post(
        "/masuk",
        data={"csrf_token": csrf_token(page), "username": "siti", "password": PASSWORD},
        base_url="https://halo.example.go.id",
        headers={"Referer": "https://halo.example.go.id/masuk"},
    )
    assert answer.status_code == 303
    assert "Secure" in answer.headers["Set-Cookie"]


def test_unknown_name_and_wrong_password_get_the_same_answer(
    app: Flask, sqlite_store: Store
) -> None:
    an_account(sqlite_store, "siti")
    wrong = try_to_sign_in(app.test_client(), "siti", "bukan-sandinya-ini")
    unknown = try_to_sign_in(app.test_client(), "sito", "bukan-sandinya-ini")
    pages = [re.sub(r'value="[^"]*"', "", answer.text) for answer in (wrong, unknown)]
    assert pages[0] == pages[1]
    assert wrong.status_code == unknown.status_code == 401
    assert "Nama akun atau kata sandi salah" in wrong.text


def test_empty_fields_are_asked_for(app: Flask) -> None:
    answer = try_to_sign_in(app.test_client(), " ", "")
    assert answer.status_code == 422
    assert "Isi nama akun dan kata sandi" in answer.text


def test_sign_in_without_the_forms_token_is_refused(app: Flask, sqlite_store: Store) -> None:
    an_account(sqlite_store, "siti")
    client = app.test_client()
    answer = client.post("/masuk", data={"username": "siti", "password": PASSWORD})
    assert answer.status_code == 400
    assert client.get("/petugas").status_code == 303


def test_signing_in_begins_a_fresh_session(app: Flask, sqlite_store: Store) -> None:
    an_account(sqlite_store, "siti")
    client = app.test_client()
    planted = csrf_token(client.get("/masuk"))
    with client.session_transaction() as session:
        session["titipan"] = "dari orang lain"
    assert try_to_sign_in(client, "siti").status_code == 303
    with client.session_transaction() as session:
        assert "titipan" not in session
    assert client.post("/keluar", data={"csrf_token": planted}).status_code == 400


def test_signing_out_ends_the_session(app: Flask, sqlite_store: Store) -> None:
    an_account(sqlite_store, "siti")
    staff = signed_in(app, "siti")
    assert staff.get("/petugas").status_code == 200
    answer = staff.post("/keluar", part=False)
    assert answer.location == "/masuk?keluar=1"
    assert staff.get("/petugas").location == "/masuk?next=/petugas"


def test_signing_out_needs_the_token(app: Flask, sqlite_store: Store) -> None:
    an_account(sqlite_store, "siti")
    staff = signed_in(app, "siti")
    assert staff.client.post("/keluar").status_code == 400
    assert staff.get("/petugas").status_code == 200


def test_a_changed_password_ends_all_sessions(
    app: Flask, sqlite_store: Store, clock: StillClock
) -> None:
    account = an_account(sqlite_store, "siti")
    staff = signed_in(app, "siti")
    clock.advance(minutes=1)
    with sqlite_store.write() as tx:
        set_password(tx, account.id, "sandi-baru-yang-panjang")
    assert staff.get("/petugas").status_code == 303


def test_a_deactivated_account_is_out_at_once(app: Flask, sqlite_store: Store) -> None:
    account = an_account(sqlite_store, "siti")
    staff = signed_in(app, "siti")
    with sqlite_store.write() as tx:
        deactivate(tx, account.id)
    assert staff.get("/petugas").status_code == 303
    assert try_to_sign_in(app.test_client(), "siti").status_code == 401


def test_a_session_lasts_twelve_hours(app: Flask, sqlite_store: Store, clock: StillClock) -> None:
    an_account(sqlite_store, "siti")
    staff = signed_in(app, "siti")
    clock.advance(hours=11, minutes=59)
    assert staff.get("/petugas").status_code == 200
    clock.advance(minutes=1)
    assert staff.get("/petugas").status_code == 303


def test_a_forged_cookie_is_nobody(app: Flask, sqlite_store: Store) -> None:
    account = an_account(sqlite_store, "siti")
    client = app.test_client()
    client.set_cookie("halo_session", f'{{"account":{account.id}}}')
    assert client.get("/petugas").status_code == 303
