"""From a number of the report to the conversations: masked, noted, for those who may."""

from __future__ import annotations

import pytest
from flask import Flask

from foundation.clock import StillClock, parse_moment
from reports import catch_up
from service_hours import Calendar
from storage import Store, append_event, forget_resident, latest_audit_entries
from tests.web.staff import a_chat, a_turn, an_account, signed_in, staff_app

NIK = "3201010101900001"
PHONE = "0812-3456-7890"


@pytest.fixture
def app(sqlite_store: Store, clock: StillClock) -> Flask:
    for role in ("petugas", "supervisor", "staf_data", "admin", "auditor"):
        an_account(sqlite_store, role, role)
    clock.set(parse_moment("2026-11-24T09:00"))
    web = a_chat(sqlite_store, "web")
    a_turn(sqlite_store, web, f"NIK saya {NIK}", bot=f"Nomor {PHONE} kami catat.")
    a_turn(sqlite_store, web, "bantu saya", decision="clarify")
    phone = a_chat(sqlite_store, "telepon", "whatsapp")
    a_turn(sqlite_store, phone, f"telepon {PHONE}", decision="handoff")
    return staff_app(sqlite_store, clock)


def talk_of(store: Store, address: str = "web", channel: str = "webchat") -> str:
    return f"/laporan/percakapan/{a_chat(store, address, channel).id}"


@pytest.mark.parametrize(
    ("role", "list_status", "talk_status"),
    [
        ("supervisor", 200, 200),
        ("staf_data", 200, 200),
        ("auditor", 200, 200),
        ("petugas", 403, 403),
        ("admin", 200, 200),
    ],
)
def test_only_readers_see_transcripts(
    app: Flask, sqlite_store: Store, role: str, list_status: int, talk_status: int
) -> None:
    catch_up(sqlite_store, Calendar())
    staff = signed_in(app, role)
    assert staff.get("/laporan/percakapan").status_code == list_status
    assert staff.get(talk_of(sqlite_store)).status_code == talk_status


def test_a_stranger_is_sent_to_sign_in(app: Flask, sqlite_store: Store) -> None:
    answer = app.test_client().get(talk_of(sqlite_store))
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/masuk")


def test_identifiers_are_masked_whoever_wrote_them(app: Flask, sqlite_store: Store) -> None:
    catch_up(sqlite_store, Calendar())
    staff = signed_in(app, "auditor")
    listed = staff.get("/laporan/percakapan?tanggal=2026-11-24").text
    read = staff.get(talk_of(sqlite_store)).text
    assert "NIK saya" in listed
    assert "NIK saya" in read
    assert "kami catat" in read
    for page in (listed, read):
        assert NIK not in page
        assert PHONE not in page


def test_officers_notes_are_masked_too(app: Flask, sqlite_store: Store) -> None:
    chat = a_chat(sqlite_store, "web")
    with sqlite_store.write() as tx:
        data, note = {"user_id": 1}, {"text": f"hubungi {PHONE}"}
        append_event(tx, chat.id, type="officer_note", actor="officer", data=data, content=note)
    page = signed_in(app, "supervisor").get(talk_of(sqlite_store)).text
    assert "hubungi" in page
    assert PHONE not in page


def test_every_look_is_noted_with_what_was_seen(app: Flask, sqlite_store: Store) -> None:
    staff = signed_in(app, "auditor")
    path = talk_of(sqlite_store)
    staff.get(path)
    with sqlite_store.read() as tx:
        entry = latest_audit_entries(tx, limit=1)[0]
    assert entry.action == "transcript_read"
    assert entry.data["conversation"] == path.rpartition("/")[2]
    assert entry.data["first"] == 1
    assert entry.data["last"] > 1
    assert entry.account_id is not None
    # The list alone shows single sentences; what is noted is the reading of a conversation.
    staff.get("/laporan/percakapan")
    with sqlite_store.read() as tx:
        assert latest_audit_entries(tx, limit=1)[0].id == entry.id


def test_conversation_that_is_not_there(app: Flask, sqlite_store: Store) -> None:
    staff = signed_in(app, "auditor")
    assert staff.get("/laporan/percakapan/bukan-percakapan").status_code == 404
    with sqlite_store.read() as tx:
        assert all(entry.action != "transcript_read" for entry in latest_audit_entries(tx))


@pytest.mark.parametrize(
    ("query", "seen", "unseen"),
    [
        ("yang=chat", ("NIK saya", "telepon"), ("bantu saya",)),
        ("yang=chat&kanal=whatsapp", ("telepon",), ("NIK saya",)),
        ("yang=chat&tanggal=2026-11-23", (), ("NIK saya", "telepon")),
        ("yang=chat&sesudah=999999", (), ("NIK saya", "telepon")),
    ],
)
def test_list_holds_the_chats_behind_the_number(
    app: Flask, sqlite_store: Store, query: str, seen: tuple[str, ...], unseen: tuple[str, ...]
) -> None:
    catch_up(sqlite_store, Calendar())
    page = signed_in(app, "staf_data").get(f"/laporan/percakapan?{query}").text
    table = page.partition("<tbody>")[2]
    assert all(words in table for words in seen)
    assert not any(words in table for words in unseen)


@pytest.mark.parametrize("query", ["yang=semua", "tanggal=kemarin"])
def test_impossible_list_is_explained(app: Flask, query: str) -> None:
    answer = signed_in(app, "auditor").get(f"/laporan/percakapan?{query}")
    assert answer.status_code == 422


def test_erased_words_are_gone_from_both_pages(app: Flask, sqlite_store: Store) -> None:
    catch_up(sqlite_store, Calendar())
    path = talk_of(sqlite_store)
    with sqlite_store.write() as tx:
        forget_resident(tx, path.rpartition("/")[2])
    staff = signed_in(app, "auditor")
    listed = staff.get("/laporan/percakapan?tanggal=2026-11-24").text
    assert "NIK saya" not in listed
    assert "sudah dihapus" in listed
    page = staff.get(path).text
    assert "NIK saya" not in page
    assert "sudah dihapus" in page
