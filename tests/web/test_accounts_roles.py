import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from foundation.clock import StillClock
from storage import Store
from tests.web.staff import an_account, signed_in, staff_app, try_to_sign_in
from web.accounts.local_target import local_target


@pytest.fixture
def app(sqlite_store: Store, clock: StillClock) -> Flask:
    return staff_app(sqlite_store, clock)


@pytest.mark.parametrize("role", ["staf_data", "auditor"])
def test_the_console_is_for_officers_only(app: Flask, sqlite_store: Store, role: str) -> None:
    an_account(sqlite_store, "rina", role)
    staff = signed_in(app, "rina")
    answer = staff.get("/petugas")
    assert answer.status_code == 403
    assert "tidak berhak" in answer.text
    assert staff.post("/petugas/kasus/1/ambil").status_code == 403
    assert staff.get("/petugas/aliran").status_code == 403


@pytest.mark.parametrize("role", ["petugas", "supervisor", "staf_data", "auditor", "admin"])
def test_all_staff_may_read_the_report(app: Flask, sqlite_store: Store, role: str) -> None:
    an_account(sqlite_store, "rina", role)
    assert signed_in(app, "rina").get("/laporan").status_code == 200


def test_without_a_session_a_page_leads_to_signing_in_and_back(
    app: Flask, sqlite_store: Store
) -> None:
    an_account(sqlite_store, "siti")
    client = app.test_client()
    answer = client.get("/petugas?tab=saya")
    assert answer.location == "/masuk?next=/petugas?tab%3Dsaya"
    answer = try_to_sign_in(client, "siti", form={"next": "/petugas?tab=saya"})
    assert answer.location == "/petugas?tab=saya"


def test_without_a_session_nothing_can_be_done(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/petugas/antrean", headers={"HX-Request": "true"}).status_code == 401
    assert client.get("/laporan/unduh?format=csv").status_code == 303
    stream = client.get("/petugas/aliran", headers={"Accept": "text/event-stream"})
    assert stream.status_code == 401


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(app: Flask) -> None:
    answer = app.test_client().get(
        "/petugas/antrean",
        headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/petugas?tab=saya"},
    )
    assert answer.headers["HX-Redirect"] == "/masuk?next=/petugas"


@pytest.mark.parametrize(
    "target",
    [
        "https://jahat.example/",
        "//jahat.example",
        "/\\jahat.example",
        "\\\\jahat.example",
        "javascript:alert(1)",
        "/\t/jahat.example",
        "/halaman\r\nSet-Cookie: a=b",
        "jahat.example",
        "",
    ],
)
def test_foreign_targets_are_not_followed(app: Flask, sqlite_store: Store, target: str) -> None:
    an_account(sqlite_store, "siti")
    answer = try_to_sign_in(app.test_client(), "siti", form={"next": target})
    assert answer.location == "/petugas"


@given(st.text(alphabet=st.sampled_from("/\\:@?#.\t\r\n a%"), max_size=8))
def test_an_accepted_target_begins_with_one_slash(rest: str) -> None:
    target = local_target("/" + rest)
    if target is not None:
        # Browsers drop tabs and line ends and read "\" as "/": neither may be in it.
        assert not set(target) & set("\\\t\r\n ")
        assert not target.startswith("//")
