"""Files: fetched only for an officer, from Meta's hosts alone, checked, kept for a while."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from connectors.whatsapp import Attachments, file_payload
from connectors.whatsapp.attachments import _is_metas
from connectors.whatsapp.file_kinds import LARGEST_RECEIVED, begins_as_declared
from foundation.errors import AttachmentRefusedError, NotFoundError
from storage import append_event, enqueue, erase_content, lock_conversation, whatsapp_tables
from tests.connectors.whatsapp.rehearsal_kit import Rehearsal
from tests.connectors.whatsapp.whatsapp_kit import WhatsAppFixture

PDF = b"%PDF-1.7 contoh berkas"
PNG = b"\x89PNG\r\n\x1a\n contoh gambar"
GRAPH = "https://graph.facebook.com"


def _sent(rehearsal: Rehearsal, content: bytes, mime_type: str, **more: str) -> tuple[int, str]:
    """A resident sends a file; return its inbox id and conversation."""
    rehearsal.phone.send_file(
        rehearsal.resident.user_id, content=content, mime_type=mime_type, **more
    )
    rehearsal.emulator.settle(rehearsal.post)
    row = rehearsal.fixture.inbox()[-1]
    return row["id"], row["conversation"]


def _attachments(rehearsal: Rehearsal) -> Attachments:
    return Attachments(rehearsal.fixture.store, rehearsal.deliverer.graph)


def _kept(fixture: WhatsAppFixture) -> list[Any]:
    with fixture.store.read() as tx:
        return list(tx.connection.execute(whatsapp_tables.media.select()))


def test_nothing_is_fetched_until_an_officer_opens_it(rehearsal: Rehearsal) -> None:
    inbox_id, conversation = _sent(rehearsal, PDF, "application/pdf", filename="akta.pdf")
    rehearsal.settle()
    assert _kept(rehearsal.fixture) == []
    opened = _attachments(rehearsal).open(inbox_id, conversation_id=conversation)
    assert (opened.content, opened.mime_type, opened.filename) == (
        PDF,
        "application/pdf",
        "akta.pdf",
    )


def test_what_was_opened_is_kept_for_30_days(rehearsal: Rehearsal) -> None:
    inbox_id, conversation = _sent(rehearsal, PNG, "image/png")
    attachments = _attachments(rehearsal)
    attachments.open(inbox_id, conversation_id=conversation)
    rehearsal.fixture.clock.advance(days=20)
    again = attachments.open(inbox_id, conversation_id=conversation)
    assert again.content == PNG
    rehearsal.fixture.clock.advance(days=11)
    rehearsal.settle(rounds=1)
    assert _kept(rehearsal.fixture) == []


def test_an_id_that_nobody_opened_expires_after_a_week(rehearsal: Rehearsal) -> None:
    inbox_id, conversation = _sent(rehearsal, PNG, "image/png")
    rehearsal.fixture.clock.advance(days=7)
    with pytest.raises(AttachmentRefusedError) as refused:
        _attachments(rehearsal).open(inbox_id, conversation_id=conversation)
    assert "7 hari" in refused.value.reader_text


def test_a_file_of_another_conversation_is_not_shown(rehearsal: Rehearsal) -> None:
    inbox_id, conversation = _sent(rehearsal, PNG, "image/png")
    attachments = _attachments(rehearsal)
    attachments.open(inbox_id, conversation_id=conversation)
    with pytest.raises(NotFoundError):
        attachments.open(inbox_id, conversation_id="lain")
    with pytest.raises(NotFoundError):
        attachments.open(inbox_id + 1, conversation_id=conversation)


def test_a_text_has_no_file(rehearsal: Rehearsal) -> None:
    rehearsal.say("halo")
    row = rehearsal.fixture.inbox()[0]
    with pytest.raises(NotFoundError):
        _attachments(rehearsal).open(row["id"], conversation_id=row["conversation"])


@pytest.mark.parametrize(
    ("content", "mime_type", "word"),
    [
        (b"MZ\x90\x00 program", "application/x-msdownload", "Jenis"),
        (b"<html><script>", "text/html", "Jenis"),
        (b"<svg onload=alert(1)>", "image/svg+xml", "Jenis"),
        (b"<html><script>", "image/png", "sesuai"),
        (b"MZ\x90\x00 program", "application/pdf", "sesuai"),
        (PNG + b"0" * LARGEST_RECEIVED, "image/png", "besar"),
    ],
    ids=["program", "page", "drawing", "page as photo", "program as pdf", "too large"],
)
def test_what_is_not_what_it_says_or_too_large_is_refused(
    rehearsal: Rehearsal, content: bytes, mime_type: str, word: str
) -> None:
    inbox_id, conversation = _sent(rehearsal, content, mime_type)
    with pytest.raises(AttachmentRefusedError) as refused:
        _attachments(rehearsal).open(inbox_id, conversation_id=conversation)
    assert word in refused.value.reader_text
    assert _kept(rehearsal.fixture) == []


def test_the_address_out_of_the_webhook_is_never_used(rehearsal: Rehearsal) -> None:
    inbox_id, conversation = _sent(rehearsal, PNG, "image/png")
    asked: list[str] = []
    session = rehearsal.deliverer.graph.session
    plain = session.get

    def noticing(url: Any, **more: Any) -> requests.Response:
        asked.append(str(url))
        return plain(url, **more)

    session.get = noticing  # type: ignore[method-assign]
    _attachments(rehearsal).open(inbox_id, conversation_id=conversation)
    assert len(asked) == 2
    assert all(url.startswith(rehearsal.deliverer.graph.url) for url in asked)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1", True),
        ("https://mmg.whatsapp.net/x", True),
        (f"{GRAPH}/v24.0/1", True),
        ("http://lookaside.fbsbx.com/x", False),
        ("https://lookaside.fbsbx.com.jahat.example/x", False),
        ("https://fbsbx.com.example/x", False),
        ("https://jahatfbsbx.com/x", False),
        ("https://lookaside.fbsbx.com@jahat.example/x", False),
        ("https://jahat.example/lookaside.fbsbx.com", False),
        ("https://user:pass@lookaside.fbsbx.com/x", False),
        ("https://lookaside.fbsbx.com:8443/x", False),
        ("https://169.254.169.254/latest", False),
        ("file:///etc/passwd", False),
        ("https://[::1", False),
        ("https://lookaside.fbsbx.com:port/x", False),
        ("", False),
    ],
)
def test_the_token_goes_to_metas_hosts_alone(url: str, allowed: bool) -> None:
    assert _is_metas(url, GRAPH) is allowed


@given(content=st.binary(max_size=40), mime_type=st.text(max_size=20))
def test_any_content_and_type_can_be_judged(content: bytes, mime_type: str) -> None:
    assert begins_as_declared(content, mime_type) in (True, False)


def test_a_wrong_digest_is_refused(fixture: WhatsAppFixture) -> None:
    fixture.post_sample("image_without_caption.json")
    row = fixture.inbox()[0]
    described = {"url": "https://graph.contoh/unduh", "mime_type": "image/png"}
    answers = [json.dumps({**described, "sha256": hashlib.sha256(b"lain").hexdigest()}), PNG]
    session = fixture.meta
    session.get = lambda *_, **__: _answer(answers.pop(0))  # type: ignore[method-assign]
    attachments = Attachments(fixture.store, fixture.deliverer.graph)
    with pytest.raises(AttachmentRefusedError):
        attachments.open(row["id"], conversation_id=row["conversation"])


def _answer(body: str | bytes) -> requests.Response:
    import io

    response = requests.Response()
    response.status_code = 200
    response.raw = io.BytesIO(body.encode() if isinstance(body, str) else body)
    return response


def test_erasing_a_conversation_deletes_its_files(rehearsal: Rehearsal) -> None:
    inbox_id, conversation = _sent(rehearsal, PNG, "image/png")
    _attachments(rehearsal).open(inbox_id, conversation_id=conversation)
    with rehearsal.fixture.store.write() as tx:
        erase_content(tx, conversation)
    assert _kept(rehearsal.fixture) == []


def _send_file(rehearsal: Rehearsal, payload: dict[str, Any]) -> None:
    [name] = rehearsal.fixture.conversations()
    with rehearsal.fixture.store.write() as tx:
        event = append_event(
            tx, name, type="officer", actor="officer:1", data={}, content={"text": "Ini berkasnya"}
        )
        conversation = lock_conversation(tx, name)
        enqueue(tx, conversation, event=event, state="pending", epoch=0, payload=payload)


@pytest.mark.parametrize(
    ("content", "mime_type", "kind"),
    [(PDF, "application/pdf", "document"), (PNG, "image/png", "image")],
)
def test_an_officers_file_reaches_the_phone(
    rehearsal: Rehearsal, content: bytes, mime_type: str, kind: str
) -> None:
    rehearsal.say("minta formulirnya")
    rehearsal.settle()
    media_id = _attachments(rehearsal).upload(content, mime_type=mime_type, filename="formulir.pdf")
    payload = file_payload(
        media_id, mime_type=mime_type, filename="formulir.pdf", caption="Formulir"
    )
    _send_file(rehearsal, payload)
    rehearsal.settle()
    last = rehearsal.emulator.chats.get(rehearsal.shown()[-1])
    assert last is not None
    assert last.kind == kind
    assert rehearsal.fixture.outbox()[-1]["state"] in ("delivered", "read")


@pytest.mark.parametrize(
    ("content", "mime_type"),
    [
        (b"", "image/png"),
        (b"MZ", "application/pdf"),
        (PNG, "image/webp"),
        (PDF, "text/plain"),
        (PNG + b"0" * 5 * 1024 * 1024, "image/png"),
    ],
)
def test_other_files_of_officers_are_refused_before_they_leave(
    rehearsal: Rehearsal, content: bytes, mime_type: str
) -> None:
    with pytest.raises(AttachmentRefusedError):
        _attachments(rehearsal).upload(content, mime_type=mime_type, filename="x")


def test_times_are_those_of_the_spec() -> None:
    from connectors.whatsapp.attachments import IDS_LIVE, KEPT

    assert (timedelta(days=7), timedelta(days=30)) == (IDS_LIVE, KEPT)
