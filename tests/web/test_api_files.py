"""Files of the chat: what is taken, and who may open them."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from connectors import Desk, DeskPost
from handoff import open_case_of
from storage import Store, create_account
from storage.webchat_tables import attachment
from tests.web.resident import PDF, PNG, Resident
from tests.web.staff import ASSETS


def sends(resident: Resident, store: Store, content: bytes, **words: str) -> None:
    """An officer takes the resident's case and sends a file."""
    resident.say(payload="/minta_cs")
    with store.write() as tx:
        sari = create_account(tx, "sari", "sandi-cukup-panjang-1", "petugas")
        case = open_case_of(tx, resident.conversation)
    assert case is not None
    Desk(store, ASSETS, sari, lambda: "HK-TES-9").claim(case.id)
    post = DeskPost(store, sari, lambda: "berkas-petugas-1")
    post.send_file(case.id, content, **{"name": "formulir.pdf", **words})


def opened(resident: Resident, seq: int) -> Any:
    return resident.client.get(f"/api/chat/files/{seq}", headers=resident.bearer)


def test_a_picture_becomes_a_message_and_is_kept(resident: Resident, store: Store) -> None:
    assert resident.attach(PNG, name="..%2Fktp <b>.exe").status_code == 202
    shown = resident.events()[0]
    assert shown["file"] == {"name": "ktp b.png", "kind": "image", "size": len(PNG)}
    with store.read() as tx:
        (row,) = tx.connection.execute(sa.select(attachment)).all()
    assert bytes(row.content) == PNG
    assert row.mime_type == "image/png"
    assert [e["from"] for e in resident.events() if e["type"] == "message"] == [
        "resident",
        "bot",
    ]


def test_a_second_copy_is_one_message_and_one_file(resident: Resident, store: Store) -> None:
    assert resident.attach(PDF).json["duplicate"] is False
    assert resident.attach(PDF).json["duplicate"] is True
    with store.read() as tx:
        assert len(tx.connection.execute(sa.select(attachment)).all()) == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"MZ\x90\x00", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"GIF89a"],
)
def test_other_kinds_are_refused_whatever_their_name(resident: Resident, content: bytes) -> None:
    answer = resident.attach(content, name="foto.png")
    assert answer.status_code == 400
    assert "PDF" in answer.json["error"]["message"]
    assert resident.events() == []


def test_a_file_over_the_limit_is_refused(resident: Resident) -> None:
    answer = resident.attach(PNG + b"\x00" * (5 * 1024 * 1024))
    assert answer.status_code == 413
    assert "5 MB" in answer.json["error"]["message"]


def test_an_officers_file_is_told_and_opened_as_a_download(
    resident: Resident, store: Store
) -> None:
    sends(resident, store, PDF, caption="Isi lalu kirim kembali.")
    (taken,) = [one for one in resident.events() if one.get("state") == "claimed"]
    assert taken["name"] == "sari"
    (event,) = [one for one in resident.events() if "file" in one]
    assert (event["from"], event["name"]) == ("officer", "sari")
    assert event["file"] == {"name": "formulir.pdf", "kind": "document", "size": len(PDF)}
    assert event["text"] == "Isi lalu kirim kembali."
    answer = opened(resident, event["id"])
    assert answer.status_code == 200
    assert answer.data == PDF
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == "attachment; filename=formulir.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_resident_opens_the_own_file_again_until_it_is_erased(resident: Resident) -> None:
    resident.attach(PNG)
    seq = resident.events()[0]["id"]
    answer = opened(resident, seq)
    assert (answer.data, answer.mimetype) == (PNG, "image/png")
    resident.client.post("/api/chat/erase", json={"confirm": True}, headers=resident.bearer)
    assert opened(resident, seq).status_code == 404


def test_nobody_opens_a_file_of_another_conversation(resident: Resident) -> None:
    resident.attach(PDF)
    seq = resident.events()[0]["id"]
    other = Resident(resident.client)
    other.say(text="halo")
    assert other.events()[0]["id"] == seq
    assert opened(other, seq).status_code == 404
    assert resident.client.get(f"/api/chat/files/{seq}").status_code == 401
    broken = {"Authorization": resident.bearer["Authorization"] + "x"}
    assert resident.client.get(f"/api/chat/files/{seq}", headers=broken).status_code == 401


@pytest.mark.parametrize("seq", [0, 2, 99, 2**63, 10**30])
def test_what_has_no_file_is_not_found(resident: Resident, seq: int) -> None:
    resident.attach(PDF)
    assert opened(resident, seq).status_code == 404
