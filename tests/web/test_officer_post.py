"""Files in and out, the template after 24 hours, sending once more, calls: web and WhatsApp."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from urllib3 import encode_multipart_formdata
from werkzeug.test import TestResponse

from connectors.webchat import check_file, file_message
from connectors.whatsapp_emulator.faults import read_fault
from foundation.clock import StillClock
from foundation.settings import WhatsAppSettings
from handoff import Case, claim, open_case
from service_hours import Calendar
from storage import (
    Conversation,
    Store,
    StoredEvent,
    append_event,
    latest_audit_entries,
    list_accounts,
    read_events,
    receive,
    save_attachment,
)
from tests.connectors.whatsapp.rehearsal_kit import TOKEN, Rehearsal, rehearsing
from tests.connectors.whatsapp.whatsapp_kit import APP_SECRET, WhatsAppFixture
from tests.web.staff import ASSETS, Staff, a_case, a_chat, an_account, signed_in, staff_app

PNG = b"\x89PNG\r\n\x1a\n contoh gambar"
PDF = b"%PDF-1.7 contoh berkas"
PAGE = b"<html><script>alert(1)</script>"


@pytest.fixture
def app(sqlite_store: Store, clock: StillClock) -> Flask:
    an_account(sqlite_store, "siti", display_name="Siti Rahma")
    an_account(sqlite_store, "dedi", display_name="Dedi Kurniawan")
    an_account(sqlite_store, "data", role="staf_data")
    return staff_app(sqlite_store, clock)


def events_of(store: Store, conversation_id: str, kind: str) -> list[StoredEvent]:
    with store.read() as tx:
        return [one for one in read_events(tx, conversation_id) if one.type == kind]


def a_file(store: Store, chat: Conversation, content: bytes, name: str) -> int:
    """Let the resident send a file; return the event's number."""
    file = check_file(content, name)
    with store.write() as tx:
        message = file_message(
            file,
            attachment_id=f"berkas-{name}",
            message_id="berkas-1",
            conversation_id=chat.id,
            now=tx.now,
        )
        receive(tx, message)
        save_attachment(
            tx,
            attachment_id=f"berkas-{name}",
            conversation_id=chat.id,
            mime_type=file.mime_type,
            filename=file.filename,
            content=content,
        )
    return events_of(store, chat.id, "user")[-1].seq


def taken(store: Store, chat: Conversation, staff: Staff) -> Case:
    case = a_case(store, chat)
    assert staff.post(f"/petugas/kasus/{case.id}/ambil").status_code == 204
    return case


def send(staff: Staff, case: Case, content: bytes, name: str, **form: str) -> TestResponse:
    # Encoded here: the test client would leave the temporary file of a large form open.
    body, content_type = encode_multipart_formdata(
        {"csrf_token": staff.token, "berkas": (name, content), **form}
    )
    return staff.client.post(
        f"/petugas/kasus/{case.id}/berkas",
        data=body,
        content_type=content_type,
        headers={"HX-Request": "true"},
    )


@pytest.mark.parametrize(
    ("content", "name", "mime_type"),
    [(PNG, "ktp saya.png", "image/png"), (PDF, "akta.pdf", "application/pdf")],
)
def test_a_residents_file_opens_so_that_nothing_in_it_runs(
    app: Flask, sqlite_store: Store, content: bytes, name: str, mime_type: str
) -> None:
    chat = a_chat(sqlite_store, "warga")
    seq = a_file(sqlite_store, chat, content, name)
    a_case(sqlite_store, chat)
    siti = signed_in(app, "siti")
    path = f"/petugas/percakapan/{chat.id}/berkas/{seq}"
    assert path in siti.get(f"/petugas/percakapan/{chat.id}").text
    answer = siti.get(path)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, content, mime_type)
    headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "script-src" not in headers["Content-Security-Policy"]
    assert headers["Content-Disposition"].startswith("inline; filename*=UTF-8''")
    assert "no-store" in headers["Cache-Control"]
    with sqlite_store.read() as tx:
        [entry] = [one for one in latest_audit_entries(tx) if one.action == "file_opened"]
        assert entry.data["seq"] == seq
        assert entry.account_id


def test_files_are_for_officers_and_for_cases_alone(app: Flask, sqlite_store: Store) -> None:
    chat, other = a_chat(sqlite_store, "warga"), a_chat(sqlite_store, "lain")
    seq = a_file(sqlite_store, chat, PNG, "a.png")
    path = f"/petugas/percakapan/{chat.id}/berkas/{seq}"
    siti = signed_in(app, "siti")
    refused = siti.get(path)
    assert refused.status_code == 403
    assert "menjadi kasus" in refused.text
    a_case(sqlite_store, chat)
    a_case(sqlite_store, other)
    assert siti.get(path).status_code == 200
    assert signed_in(app, "data").get(path).status_code == 403
    assert app.test_client().get(path).status_code == 303
    assert siti.get(f"/petugas/percakapan/{other.id}/berkas/{seq}").status_code == 404
    assert siti.get(f"/petugas/percakapan/{chat.id}/berkas/9999").status_code == 404


def test_an_officer_sends_a_file_once_and_reads_it_again(app: Flask, sqlite_store: Store) -> None:
    chat, siti = a_chat(sqlite_store, "warga"), signed_in(app, "siti")
    case = taken(sqlite_store, chat, siti)
    for _ in range(2):
        answer = send(siti, case, PDF, "formulir.pdf", keterangan="Silakan diisi", kunci="k-1")
        assert answer.status_code == 204
    [event] = events_of(sqlite_store, chat.id, "officer")
    assert event.content is not None
    assert event.content["text"] == "Silakan diisi"
    assert event.content["media"]["filename"] == "formulir.pdf"
    opened = siti.get(f"/petugas/percakapan/{chat.id}/berkas/{event.seq}")
    assert opened.data == PDF


@pytest.mark.parametrize(
    ("content", "name", "status"),
    [(PAGE, "gambar.png", 400), (b"", "kosong.png", 400), (PNG + b"0" * (5 << 20), "b.png", 413)],
    ids=["a page", "empty", "too large"],
)
def test_other_files_are_refused(
    app: Flask, sqlite_store: Store, content: bytes, name: str, status: int
) -> None:
    chat, siti = a_chat(sqlite_store, "warga"), signed_in(app, "siti")
    case = taken(sqlite_store, chat, siti)
    assert send(siti, case, content, name).status_code == status
    assert events_of(sqlite_store, chat.id, "officer") == []


def test_only_the_owner_sends_files_and_logs_calls(app: Flask, sqlite_store: Store) -> None:
    chat, siti, dedi = a_chat(sqlite_store, "w"), signed_in(app, "siti"), signed_in(app, "dedi")
    case = taken(sqlite_store, chat, siti)
    refused = send(dedi, case, PNG, "a.png")
    assert refused.status_code == 409
    assert "Siti Rahma" in refused.text
    call = f"/petugas/kasus/{case.id}/telepon"
    assert dedi.post(call, hasil="tersambung").status_code == 409
    assert siti.post(call, hasil="entah").status_code == 422
    assert siti.post(call, hasil="tersambung", catatan="NIB sudah jadi").status_code == 204
    page = dedi.get(f"/petugas/percakapan/{chat.id}").text
    assert "Siti Rahma mencatat telepon: tersambung" in page
    assert "NIB sudah jadi" in page


def test_a_large_body_is_read_for_a_signed_in_sender_of_files_only(
    app: Flask, sqlite_store: Store
) -> None:
    chat, siti = a_chat(sqlite_store, "warga"), signed_in(app, "siti")
    case = taken(sqlite_store, chat, siti)
    large = PNG + b"0" * (1 << 20)
    assert send(siti, case, large, "besar.png").status_code == 204
    note = f"/petugas/kasus/{case.id}/catatan"
    assert siti.post(note, text="a" * (1 << 20)).status_code == 413
    stranger = Staff(app.test_client(), "x")
    assert send(stranger, case, large, "besar.png").status_code == 413


# --- WhatsApp, over the emulator -------------------------------------------------------------


@dataclass
class WhatsAppCase:
    """A resident on WhatsApp with a case of Siti's, and Siti's browser."""

    rehearsal: Rehearsal
    app: Flask
    case: Case

    @property
    def siti(self) -> Staff:
        """Signed in anew: a day later a session is over."""
        return signed_in(self.app, "siti")

    @property
    def page(self) -> str:
        return self.siti.get(f"/petugas/percakapan/{self.case.conversation}").text

    def seen_by_the_resident(self) -> list[str]:
        chat = self.rehearsal.emulator.chats.of(self.rehearsal.resident.user_id)
        return [str(message) for message in chat if message.from_office]


@pytest.fixture
def whatsapp_case(sqlite_store: Store, clock: StillClock) -> Iterator[WhatsAppCase]:
    an_account(sqlite_store, "siti", display_name="Siti Rahma")
    fixture = WhatsAppFixture(sqlite_store, clock, ASSETS, Calendar())
    with rehearsing(fixture) as rehearsal:
        channel = WhatsAppSettings(
            app_secrets=(APP_SECRET,),
            access_token=TOKEN,
            phone_number_id=rehearsal.deliverer.graph.phone_number_id,
            template="balasan_petugas_siap",
            graph_url=rehearsal.deliverer.graph.url,
        )
        app = staff_app(sqlite_store, clock, whatsapp=channel)
        rehearsal.say("mau tanya soal koperasi")
        rehearsal.settle()
        conversation = fixture.inbox()[-1]["conversation"]
        with sqlite_store.write() as tx:
            officer = next(one for one in list_accounts(tx) if one.name == "siti")
            case = open_case(
                tx, conversation, reason="diminta", ticket="HK-WA", card={}, actor="bot"
            )
            claim(tx, case.id, officer_id=officer.id, actor=f"officer:{officer.id}")
        yield WhatsAppCase(rehearsal, app, case)


def test_a_photo_from_whatsapp_is_fetched_when_it_is_opened(whatsapp_case: WhatsAppCase) -> None:
    whatsapp_case.rehearsal.phone.send_file(
        whatsapp_case.rehearsal.resident.user_id, content=PNG, mime_type="image/png"
    )
    whatsapp_case.rehearsal.settle()
    found = re.search(
        rf"/petugas/percakapan/{whatsapp_case.case.conversation}/berkas/\d+", whatsapp_case.page
    )
    assert found
    opened = whatsapp_case.siti.get(found[0])
    assert (opened.data, opened.mimetype) == (PNG, "image/png")
    whatsapp_case.rehearsal.fixture.clock.advance(days=8)
    assert whatsapp_case.siti.get(found[0]).data == PNG, "what was opened is kept"


def test_a_file_that_whatsapp_no_longer_has_is_refused_with_the_reason(
    whatsapp_case: WhatsAppCase,
) -> None:
    whatsapp_case.rehearsal.phone.send_file(
        whatsapp_case.rehearsal.resident.user_id, content=PNG, mime_type="image/png"
    )
    whatsapp_case.rehearsal.settle()
    found = re.search(r"/petugas/percakapan/[^/\"]+/berkas/\d+", whatsapp_case.page)
    assert found
    whatsapp_case.rehearsal.fixture.clock.advance(days=8)
    refused = whatsapp_case.siti.get(found[0])
    assert refused.status_code == 422
    assert "lebih dari 7 hari" in refused.text


def test_an_officers_file_reaches_the_residents_phone(whatsapp_case: WhatsAppCase) -> None:
    before = len(whatsapp_case.rehearsal.shown())
    assert (
        send(
            whatsapp_case.siti, whatsapp_case.case, PDF, "akta.pdf", keterangan="Ini contohnya"
        ).status_code
        == 204
    )
    whatsapp_case.rehearsal.settle()
    assert len(whatsapp_case.rehearsal.shown()) == before + 1
    shown = whatsapp_case.seen_by_the_resident()[-1]
    assert "akta.pdf" in shown
    assert "Ini contohnya" in shown


def test_a_kind_that_whatsapp_does_not_take_is_told_and_nothing_is_said(
    whatsapp_case: WhatsAppCase,
) -> None:
    refused = send(whatsapp_case.siti, whatsapp_case.case, b"RIFF0000WEBP contoh", "gambar.webp")
    assert refused.status_code == 422
    assert "JPG/PNG" in refused.text
    store = whatsapp_case.rehearsal.fixture.store
    assert events_of(store, whatsapp_case.case.conversation, "officer") == []


def test_after_24_hours_a_template_is_proposed_and_the_answer_opens_the_window(
    whatsapp_case: WhatsAppCase,
) -> None:
    reply = f"/petugas/kasus/{whatsapp_case.case.id}/balas"
    template = f"/petugas/kasus/{whatsapp_case.case.id}/templat"
    early = whatsapp_case.siti.post(template, kunci="t-0")
    assert early.status_code == 422
    assert "masih terbuka" in early.text
    assert 'id="templat"' not in whatsapp_case.page
    whatsapp_case.rehearsal.fixture.clock.advance(hours=25)
    assert 'id="templat"' in whatsapp_case.page
    assert "Jendela WhatsApp tertutup" in whatsapp_case.page
    refused = whatsapp_case.siti.post(reply, text="NIB Anda jadi.", kunci="b-1")
    assert refused.status_code == 422
    assert "templat" in refused.text
    assert whatsapp_case.siti.post(template).status_code == 204
    assert whatsapp_case.siti.post(template).status_code == 422, "one is enough"
    whatsapp_case.rehearsal.settle()
    shown = whatsapp_case.seen_by_the_resident()[-1]
    assert "sudah menyiapkan jawaban" in shown
    assert "HK-WA" in shown
    assert 'id="templat"' not in whatsapp_case.page
    assert "Templat sudah dikirim" in whatsapp_case.page
    whatsapp_case.rehearsal.say("Baca jawaban")
    assert whatsapp_case.siti.post(reply, text="NIB Anda jadi.", kunci="b-2").status_code == 204
    whatsapp_case.rehearsal.settle()
    assert "NIB Anda jadi." in whatsapp_case.seen_by_the_resident()[-1]


def test_a_failure_is_told_with_its_reason_and_sent_again_by_a_button(
    whatsapp_case: WhatsAppCase,
) -> None:
    whatsapp_case.rehearsal.emulator.faults.add(read_fault({"code": 131026, "times": 1}))
    assert (
        whatsapp_case.siti.post(
            f"/petugas/kasus/{whatsapp_case.case.id}/balas", text="Halo"
        ).status_code
        == 204
    )
    whatsapp_case.rehearsal.settle()
    page = whatsapp_case.page
    assert "Balasan tidak sampai ke warga. WhatsApp tidak dapat menyampaikan pesan" in page
    button = re.search(r"/petugas/kiriman/\d+/ulang", page)
    assert button
    assert whatsapp_case.siti.post(button[0]).status_code == 200
    assert whatsapp_case.siti.post(button[0]).status_code == 409, "it is on its way already"
    whatsapp_case.rehearsal.settle()
    assert "Halo" in whatsapp_case.seen_by_the_resident()[-1]
    after = whatsapp_case.page
    assert "Siti Rahma mengirim ulang pesan" in after
    assert button[0] not in after


def test_what_happened_between_the_lines_has_words(app: Flask, sqlite_store: Store) -> None:
    chat, other = a_chat(sqlite_store, "w", "whatsapp"), a_chat(sqlite_store, "situs")
    facts = {
        "noted": {"kind": "reaction"},
        "case_moved": {"ticket": "HK-9", "to": "whatsapp", "case_id": 1},
        "linked": {"from": other.id},
        "merged": {"from": other.id},
        "reply_dropped": {"reason": "taken_over", "outbox_id": 1},
    }
    with sqlite_store.write() as tx:
        for kind, data in facts.items():
            append_event(tx, chat.id, type=kind, actor="system", data=data)
        append_event(
            tx,
            chat.id,
            type="noted",
            actor="resident",
            data={"kind": "edit"},
            content={"text": "maksud saya NIB", "media": {}},
        )
    page = signed_in(app, "siti").get(f"/petugas/percakapan/{chat.id}").text
    for words in (
        "Warga menghapus tanggapannya.",
        "Tiket HK-9 pindah ke WhatsApp.",
        "Warga melanjutkan percakapan dari situs ke WhatsApp ini",
        f"/petugas/percakapan/{other.id}",
        "percakapan sebelumnya digabung ke sini",
        "Balasan tidak dikirim. Balasan asisten batal terkirim karena percakapan berpindah tangan.",
        "Warga mengubah pesannya menjadi: maksud saya NIB",
    ):
        assert words in page, words
