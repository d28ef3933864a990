"""A confidential conversation: every address of the service tried by every role.

A new address whose arguments are not known here fails the test, so that whoever adds one decides
what it may show.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from foundation.clock import StillClock
from foundation.errors import WorkerTimeoutError
from handoff import (
    attention_list,
    grant_access,
    mark_alerted,
    note_attention,
    open_case,
    set_labels,
    withdraw_access,
)
from learning import ControlSample, Labeller, label_turns
from reports import catch_up
from service_hours import Calendar
from storage import (
    Account,
    Store,
    add_audit_entry,
    append_event,
    enqueue,
    latest_audit_entries,
    lock_conversation,
    read_events,
    save_attachment,
    set_outbox_state,
)
from tests.learning import learning_kit
from tests.web.staff import Staff, a_case, a_chat, a_turn, an_account, signed_in, staff_app

MARK = "pungutan-liar-oleh-kepala-bidang"
LABEL = "label-kasus-rahasia"
TICKET = "HK-RAHA-SIA2"
DANGER = "terkurung"
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
class Secret:
    """The confidential conversation and what belongs to it."""

    conversation: str
    values: dict[str, Any]
    ticket: str = TICKET


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
    app.extensions["halo"] = replace(app.extensions["halo"], ask_worker=_no_worker)
    open_case_ = a_case(store, a_chat(store, "biasa"))
    secret = _the_secret(store, staff)
    learning_kit.take_all_in(store, ControlSample(1.0))
    catch_up(store, calendar)
    yield Place(app, store, staff, secret, open_case_.ticket)
    app.extensions["halo_feed"].stop()


def _no_worker(_request: Mapping[str, Any]) -> Mapping[str, Any]:
    raise WorkerTimeoutError("no worker in this test")


def _the_secret(store: Store, staff: dict[str, Account]) -> Secret:
    """What was said, learnt and done before the report, and the report."""
    chat = a_chat(store, "pelapor")
    a_turn(store, chat, f"saya mau cerita {MARK}", decision="clarify", attention=True)
    a_turn(store, chat, f"tentang {MARK}", decision="handoff", slots={"uraian": MARK})
    understood = {
        "ranking": [list(pair) for pair in learning_kit.UNSURE],
        "decision": "clarify",
        "how": "nlu",
        "resolved": learning_kit.FOUNDERS,
    }
    a_turn(store, chat, f"ini soal {MARK} lagi", decision="clarify", data=understood)
    with store.read() as tx:
        events = read_events(tx, chat.id)
    event_id = [event.id for event in events if event.type == "understood"][-1]
    learning_kit.look(store, ControlSample(1.0))
    with store.write() as tx:
        label_turns(tx, [event_id], learning_kit.FOUNDERS, Labeller(staff["staf_data"], "b-1"))
        case = open_case(
            tx,
            chat.id,
            reason="laporan",
            ticket=TICKET,
            card={"question": MARK},
            actor="bot",
            urgent=True,
            confidential=True,
            danger=DANGER,
        )
        set_labels(tx, case.id, [LABEL])
        mark_alerted(tx, case.id)
        save_attachment(
            tx,
            attachment_id="berkas-rahasia",
            conversation_id=chat.id,
            mime_type="application/pdf",
            filename=f"{MARK}.pdf",
            content=MARK.encode(),
        )
        file = append_event(
            tx,
            chat.id,
            type="user",
            actor="resident",
            data={"inbox_id": 0},
            content={"text": MARK, "media": {"attachment": "berkas-rahasia", "kind": "document"}},
        )
        append_event(
            tx,
            chat.id,
            type="officer_note",
            actor="officer:1",
            data={"case_id": case.id},
            content={"text": MARK},
        )
        note_attention(tx, chat.id, event_id=file.id, kind="bahaya")
        row = enqueue(
            tx, lock_conversation(tx, chat.id), event=file, state="failed", epoch=0, payload={}
        )
        set_outbox_state(tx, row.id, state="failed")
        entry = {"case_id": case.id, "ticket": TICKET, "to": staff["supervisor"].id}
        add_audit_entry(tx, "case_reassigned", account_id=staff["supervisor"].id, data=entry)
        add_audit_entry(tx, "alert_raised", account_id=None, data={"tickets": [TICKET]})
        # Seen by those who may only.
        item = next(one for one in attention_list(tx) if one.conversation == chat.id)
    values = {
        "conversation_id": chat.id,
        "case_id": case.id,
        "item_id": item.id,
        "outbox_id": row.id,
        "event_id": event_id,
        "seq": file.seq,
        "account_id": staff["petugas"].id,
        # What does not belong to conversations.
        "change_id": 1,
        "reply_id": 1,
        "day": "2026-11-24",
        "evaluation_id": 1,
        "task_id": 1,
        "label": learning_kit.FOUNDERS,
        "version": "uji",
        "topic": "pendirian_koperasi",
        "key": "jumlah_pendiri",
    }
    return Secret(chat.id, values)


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
