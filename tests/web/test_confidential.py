"""A confidential conversation: every address of the service tried by every role.

A new address whose arguments are not known here fails the test, so that whoever adds one decides
what it may show.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from foundation.clock import StillClock
from handoff import (
    grant_access,
    open_case,
    withdraw_access,
)
from learning import ControlSample
from reports import catch_up
from service_hours import Calendar
from storage import (
    Account,
    Store,
    latest_audit_entries,
)
from tests.learning import learning_kit
from tests.web.secret_kit import LABEL, MARK, TICKET, Secret, no_worker, the_secret
from tests.web.staff import Staff, a_case, a_chat, an_account, signed_in, staff_app

STRANGERS = ("petugas", "admin", "staf_data", "auditor")

ABOUT_THE_CASE = frozenset({"conversation_id", "case_id", "item_id", "outbox_id", "event_id"})
"""Arguments of addresses that may lead to a conversation."""

NOTHING = "tidak-ada"
FORM = {
    "alasan": "ingin tahu isinya seperti apa",
    "text": "Halo",
    "hasil": "terjawab",
    "petugas": "1",
    "maksud": learning_kit.FOUNDERS,
    "giliran": "giliran-1",
}
"""Filled in well enough that an action is not refused before it looks at its subject."""

QUERIES: dict[str, list[dict[str, str]]] = {
    "/petugas": [{"tab": "dilihat"}, {"tab": "saya"}],
    "/petugas/antrean": [{"tab": "menunggu"}, {"tab": "dilihat"}, {"tab": "saya"}],
    "/laporan/percakapan": [{"yang": "chat"}, {"yang": "clarify"}, {"yang": "handoff"}],
    "/laporan/unduh": [
        {"format": kind, "isi": what} for kind in ("json", "csv", "xlsx") for what in ("", "angka")
    ],
    "/studio/label": [{"antrean": "ragu"}, {"antrean": "kedua"}, {"antrean": "maksud_petugas"}],
    "/studio/kotak": [{"antrean": "ragu"}, {"antrean": "ke_petugas"}],
}
"""What a page is asked for besides its plain address."""


@dataclass
class Place:
    app: Flask
    store: Store
    staff: dict[str, Account]
    secret: Secret
    open_ticket: str

    def as_(self, name: str) -> Staff:
        return signed_in(self.app, name)


@pytest.fixture
def place(sqlite_store: Store, clock: StillClock, calendar: Calendar) -> Iterator[Place]:
    store = sqlite_store
    staff = {
        name: an_account(store, name, name)
        for name in ("petugas", "admin", "staf_data", "auditor", "supervisor")
    }
    staff["diajak"] = an_account(store, "diajak", "petugas")
    app = staff_app(store, clock)
    app.extensions["halo"] = replace(app.extensions["halo"], ask_worker=no_worker)
    open_case_ = a_case(store, a_chat(store, "biasa"))
    secret = the_secret(store, staff)
    learning_kit.take_all_in(store, ControlSample(1.0))
    catch_up(store, calendar)
    yield Place(app, store, staff, secret, open_case_.ticket)
    app.extensions["halo_feed"].stop()


def _all_rules(app: Flask) -> list[tuple[Rule, str]]:
    """Every address with every method, but files of the program and signing out."""
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if rule.endpoint != "static" and rule.rule != "/keluar"
    ]


def _built(rule: Rule, values: dict[str, Any]) -> str:
    built = rule.build({name: values[name] for name in rule.arguments})
    assert built is not None, rule
    return str(built[1])


def _ask(staff: Staff, method: str, path: str, **query: str) -> TestResponse:
    headers = {"HX-Request": "true"}
    if method == "POST":
        data = {"csrf_token": staff.token, **FORM}
        return staff.client.post(path, data=data, headers=headers, query_string=query)
    return staff.client.open(path, method=method, headers=headers, query_string=query)


def _text(response: TestResponse) -> str:
    """What came; of a stream the beginning, of a workbook all sheets."""
    if response.mimetype == "text/event-stream":
        beginning = next(iter(response.response))
        response.close()
        return beginning.decode() if isinstance(beginning, bytes) else str(beginning)
    if response.mimetype.endswith("sheet"):
        with zipfile.ZipFile(io.BytesIO(response.data)) as book:
            return "\n".join(book.read(name).decode() for name in book.namelist())
    return response.data.decode(errors="replace")


def _unknown(values: dict[str, Any]) -> dict[str, Any]:
    """The same address for something that does not exist."""
    other = {
        name: (NOTHING if isinstance(values[name], str) else 999_999) for name in ABOUT_THE_CASE
    }
    return {**values, **other}


@pytest.mark.parametrize("role", STRANGERS)
def test_to_every_other_role_it_does_not_exist(place: Place, role: str) -> None:
    staff, values = place.as_(role), place.secret.values
    tried = 0
    for rule, method in _all_rules(place.app):
        path = _built(rule, values)
        about_it = bool(rule.arguments & ABOUT_THE_CASE)
        for query in [{}, *([] if about_it else QUERIES.get(rule.rule, []))]:
            asked = dict(query) if about_it else {**query, "percakapan": place.secret.conversation}
            answer = _ask(staff, method, path, **asked)
            text = _text(answer)
            for word in (MARK, TICKET, LABEL):
                assert word not in text, (role, method, path, asked, word)
            if not about_it:
                assert place.secret.conversation not in text, (role, method, path, asked)
                continue
            unknown = _ask(staff, method, _built(rule, _unknown(values)))
            assert answer.status_code == unknown.status_code, (role, method, path)
            # 403 is for everything there, whether it exists or not.
            assert answer.status_code in (403, 404), (role, method, path, answer.status_code)
        tried += 1
    assert tried > 100


def test_those_who_work_there_get_404_and_never_403(place: Place) -> None:
    staff = place.as_("petugas")
    for rule, method in _all_rules(place.app):
        supervisors_only = ("ambil-alih", "/pembaca")
        if rule.arguments & {"conversation_id", "case_id", "item_id", "outbox_id"}:
            if not rule.rule.startswith("/petugas") or any(
                part in rule.rule for part in supervisors_only
            ):
                continue
            answer = _ask(staff, method, _built(rule, place.secret.values))
            assert answer.status_code == 404, (method, rule.rule)


@pytest.mark.parametrize("name", ["supervisor", "diajak"])
def test_supervisors_and_those_whom_they_add_see_all_of_it(place: Place, name: str) -> None:
    _grant(place, "diajak")
    staff, talk = place.as_(name), f"/petugas/percakapan/{place.secret.conversation}"
    assert MARK in staff.get(talk).text
    assert MARK in staff.get(f"{talk}/baru?after=0", part=True).text
    assert TICKET in staff.get("/petugas/antrean", part=True).text
    assert "Rahasia" in staff.get("/petugas/antrean", part=True).text
    assert TICKET in staff.get("/petugas/darurat", part=True).text
    seq = place.secret.values["seq"]
    assert staff.get(f"{talk}/berkas/{seq}").data == MARK.encode()
    assert "percakapan" in _text(
        staff.get(f"/petugas/aliran?percakapan={place.secret.conversation}")
    )


def test_the_ordinary_case_beside_it_is_seen_by_all_officers(place: Place) -> None:
    for name in ("petugas", "admin", "supervisor"):
        page = place.as_(name).get("/petugas/antrean", part=True).text
        assert place.open_ticket in page
    # Nothing tells strangers that there is one more.
    page = place.as_("petugas").get("/petugas/antrean", part=True).text
    assert 'data-waiting="1"' in page
    assert "kasus lain yang menunggu" not in page


def test_who_was_added_sees_it_until_taken_out_and_both_are_written_down(place: Place) -> None:
    talk = f"/petugas/percakapan/{place.secret.conversation}"
    boss, guest = place.as_("supervisor"), place.as_("diajak")
    account = place.staff["diajak"].id
    assert guest.get(talk).status_code == 404
    assert boss.post(f"{talk}/pembaca", part=False, petugas=str(account)).status_code == 303
    assert guest.get(talk).status_code == 200
    # Who was added adds nobody.
    assert guest.post(f"{talk}/pembaca", petugas=str(place.staff["petugas"].id)).status_code == 403
    assert boss.post(f"{talk}/pembaca/{account}/cabut", part=False).status_code == 303
    assert guest.get(talk).status_code == 404
    with place.store.read() as tx:
        entries = [(entry.action, entry.data["to"]) for entry in latest_audit_entries(tx, limit=2)]
    assert entries == [("access_withdrawn", account), ("access_granted", account)]


def test_only_a_supervisor_adds_not_the_administrator(place: Place) -> None:
    talk = f"/petugas/percakapan/{place.secret.conversation}"
    _grant(place, "admin")
    admin = place.as_("admin")
    assert admin.get(talk).status_code == 200
    answer = admin.post(f"{talk}/pembaca", petugas=str(place.staff["petugas"].id))
    assert answer.status_code == 404
    assert place.as_("petugas").get(talk).status_code == 404


def test_it_can_be_given_only_to_who_may_see_it(place: Place) -> None:
    boss, number = place.as_("supervisor"), place.secret.values["case_id"]
    stranger = str(place.staff["petugas"].id)
    refused = boss.post(f"/petugas/kasus/{number}/teruskan", petugas=stranger)
    assert refused.status_code == 422
    assert "rahasia" in refused.text
    _grant(place, "diajak")
    given = boss.post(f"/petugas/kasus/{number}/teruskan", petugas=str(place.staff["diajak"].id))
    assert given.status_code == 204
    with pytest.raises(Exception, match="has the conversation"), place.store.write() as tx:
        withdraw_access(
            tx,
            place.secret.conversation,
            place.staff["diajak"].id,
            by=place.staff["supervisor"],
        )


def test_a_later_case_of_the_conversation_is_confidential_too(place: Place) -> None:
    boss, number = place.as_("supervisor"), place.secret.values["case_id"]
    boss.post(f"/petugas/kasus/{number}/ambil")
    boss.post(f"/petugas/kasus/{number}/selesai", hasil="tindak_lanjut")
    with place.store.write() as tx:
        later = open_case(
            tx,
            place.secret.conversation,
            reason="diminta",
            ticket="HK-LAIN-LAGI",
            card={},
            actor="bot",
        )
    assert later.confidential
    assert "HK-LAIN-LAGI" not in place.as_("petugas").get("/petugas/antrean", part=True).text
    assert "HK-LAIN-LAGI" in boss.get("/petugas/antrean", part=True).text


def _grant(place: Place, name: str) -> None:
    with place.store.write() as tx:
        grant_access(
            tx,
            place.secret.conversation,
            place.staff[name].id,
            by=place.staff["supervisor"],
        )
