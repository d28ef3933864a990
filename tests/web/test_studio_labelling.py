"""The studio in the browser's eyes: who may, what is shown masked, labelling and taking back."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from foundation.clock import Clock
from foundation.errors import WorkerTimeoutError
from foundation.settings import LearningSettings
from learning import ControlSample, LabelIssue, export_yaml, is_confirmation, save_label_issues
from storage import Store, active_edits, add_edit, latest_audit_entries
from tests.learning.learning_kit import COST, FOUNDERS, a_chat, a_turn, look
from tests.web.staff import Staff, an_account, signed_in, staff_app
from web.studio.import_export import LARGEST

PAGES = ("/studio/kotak", "/studio/label", "/studio/daftar-label")


@pytest.fixture
def app(sqlite_store: Store, clock: Clock) -> Flask:
    app = staff_app(sqlite_store, clock)
    for name, role in (("rina", "staf_data"), ("tono", "staf_data"), ("audi", "auditor")):
        an_account(sqlite_store, name, role)
    an_account(sqlite_store, "ani", "petugas")
    return app


@pytest.fixture
def rina(app: Flask) -> Staff:
    return signed_in(app, "rina")


def _logged(store: Store, *texts: str) -> list[int]:
    chat = a_chat(store)
    ids = [a_turn(store, chat, text)[0] for text in texts]
    look(store, ControlSample(0.0))
    return ids


def _examples(store: Store) -> list[Mapping[str, Any]]:
    with store.read() as tx:
        return [edit.body for edit in active_edits(tx, "example")]


def test_only_data_staff_write_and_auditors_read(app: Flask, sqlite_store: Store) -> None:
    [event_id] = _logged(sqlite_store, "ongkos notaris berapa")
    audi, ani = signed_in(app, "audi"), signed_in(app, "ani")
    for path in PAGES:
        assert ani.get(path).status_code == 403
        assert audi.get(path).status_code == (403 if path == "/studio/label" else 200)
    form = {"pesan": str(event_id), "label": COST}
    for path in ("/studio/label", "/studio/label/lewati", "/studio/label/urungkan"):
        assert audi.post(path, **form).status_code == 403
    assert audi.get("/studio/daftar-label/unduh").status_code == 200
    assert audi.post("/studio/daftar-label/unggah").status_code == 403
    assert audi.post(f"/studio/kotak/{event_id}/buka", alasan="ingin tahu").status_code == 403
    assert _examples(sqlite_store) == []


def test_the_inbox_shows_queues_and_masked_words(rina: Staff, sqlite_store: Store) -> None:
    _logged(sqlite_store, "hp 0812-0000-1111 mau tanya ongkos notaris", "halal gratis ga")
    shown = rina.get("/studio/kotak?antrean=ragu").text
    assert "hp [telepon] mau tanya ongkos notaris" in shown
    assert "0812" not in shown
    assert rina.get("/studio/kotak?antrean=ngawur").status_code == 404


def test_unmasking_needs_a_reason_and_is_written_down(rina: Staff, sqlite_store: Store) -> None:
    [event_id] = _logged(sqlite_store, "hp 0812-0000-1111 mau tanya ongkos notaris")
    path = f"/studio/kotak/{event_id}/buka"
    assert "0812" not in rina.get(f"/studio/kotak/{event_id}").text
    assert rina.post(path, alasan="  ").status_code == 422
    shown = rina.post(path, part=False, alasan="memeriksa pola nomor")
    assert "0812-0000-1111" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    with sqlite_store.read() as tx:
        entry = latest_audit_entries(tx, limit=1)[0]
    assert entry.action == "identifiers_unmasked"
    assert entry.data == {"event_id": event_id, "reason": "memeriksa pola nomor"}


def test_a_label_leads_to_the_next_group(rina: Staff, sqlite_store: Store) -> None:
    ids = _logged(sqlite_store, "ongkos notaris berapa", "halal gratis ga")
    page = rina.get("/studio/label").text
    assert f'value="{FOUNDERS}" data-key="1"' in page
    assert f'value="{COST}" data-key="2"' in page
    first = int(re.search(r'name="pesan" value="(\d+)"', page)[1])  # type: ignore[index]
    done = rina.post("/studio/label", pesan=str(first), label=COST, entitas="[]")
    assert done.status_code == 303
    assert [body["intent"] for body in _examples(sqlite_store)] == [COST]
    following = rina.get("/studio/label").text
    assert f'name="pesan" value="{(set(ids) - {first}).pop()}"' in following
    assert rina.post("/studio/label", pesan=str(first), label="ngawur/tidak_ada").status_code == 422


def test_undo_shows_the_turn_again(rina: Staff, sqlite_store: Store) -> None:
    [event_id] = _logged(sqlite_store, "ongkos notaris berapa")
    rina.post("/studio/label", pesan=str(event_id), label=COST)
    assert "Tidak ada lagi yang menunggu" in rina.get("/studio/label").text
    back = rina.post("/studio/label/urungkan")
    assert back.headers["Location"].endswith(f"kelompok={event_id}")
    assert _examples(sqlite_store) == []
    assert "ongkos notaris berapa" in rina.get(back.headers["Location"]).text


def test_entities_must_be_the_domains(rina: Staff, sqlite_store: Store) -> None:
    [event_id] = _logged(sqlite_store, "dari Ciawi ongkos notaris berapa")
    form = {"pesan": str(event_id), "label": COST}
    spans = '[{"entity": "%s", "start": 5, "end": 10}]'
    assert rina.post("/studio/label", entitas=spans % "ngawur", **form).status_code == 422
    assert rina.post("/studio/label", entitas="{", **form).status_code == 422
    assert rina.post("/studio/label", entitas=spans % "kecamatan", **form).status_code == 303
    assert _examples(sqlite_store)[0]["entities"][0]["value"] == "Ciawi"


def test_the_second_person_is_not_told_the_first_label(
    sqlite_store: Store, clock: Clock, app: Flask
) -> None:
    always = staff_app(sqlite_store, clock, learning=LearningSettings(second_look_percent=100))
    [event_id] = _logged(sqlite_store, "ongkos notaris berapa")
    first, second = signed_in(always, "rina"), signed_in(always, "tono")
    first.post("/studio/label", pesan=str(event_id), label="sapa")
    assert "Tidak ada lagi yang menunggu" in first.get("/studio/label?antrean=kedua").text
    shown = second.get("/studio/label?antrean=kedua").text
    assert "ongkos notaris berapa" in shown
    assert "ditebak" not in shown
    assert 'value="sapa"' not in shown
    second.post("/studio/label", pesan=str(event_id), label=COST, antrean="kedua")
    assert _examples(sqlite_store) == []
    with sqlite_store.write() as tx:
        assert active_edits(tx, "example") == []


def test_a_new_label_comes_with_answer_owner_and_source(rina: Staff, sqlite_store: Store) -> None:
    [event_id] = _logged(sqlite_store, "bisa sewa aula dinas ga buat bazar")
    form = {
        "kelompok": str(event_id),
        "label": "layanan_kantor/sewa_aula",
        "judul": "Bisakah menyewa aula dinas?",
        "tombol": "Sewa aula",
        "ringkas": "Aula dipinjamkan untuk kegiatan UMKM.",
        "jawaban": "Aula dipinjamkan untuk kegiatan UMKM sesuai jadwal yang kosong.",
        "sumber": "Keterangan Subbagian Umum",
        "pemilik": "Subbagian Umum",
    }
    assert "Untuk 1 pesan ini" in rina.get(f"/studio/label/baru?kelompok={event_id}").text
    short = rina.post("/studio/label/baru", **{**form, "pemilik": ""})
    assert "Isian pemilik" in short.text
    assert "Aula dipinjamkan" in short.text, "what was written is kept"
    taken = rina.post("/studio/label/baru", **{**form, "label": COST})
    assert "sudah ada" in taken.text
    assert rina.post("/studio/label/baru", **form).status_code == 303
    with sqlite_store.read() as tx:
        [label] = active_edits(tx, "label")
        [example] = active_edits(tx, "example")
    assert (label.key, label.body["pemilik"]) == ("layanan_kantor/sewa_aula", "Subbagian Umum")
    assert label.body["sumber"] == ["Keterangan Subbagian Umum"]
    assert example.body["intent"] == "layanan_kantor/sewa_aula"
    assert "layanan_kantor/sewa_aula" in rina.get("/studio/daftar-label").text


def test_labels_are_found_by_title_while_no_worker_answers(app: Flask) -> None:
    def nobody(_request: Mapping[str, Any]) -> Mapping[str, Any]:
        raise WorkerTimeoutError("no worker in this test")

    app.extensions["halo"] = replace(app.extensions["halo"], ask_worker=nobody)
    rina = signed_in(app, "rina")
    found = rina.get("/studio/label/cari?q=pendiri+koperasi").text
    assert "pendirian_koperasi/" in found
    assert rina.get("/studio/label/cari?q=").text == ""


def test_doubtful_examples_are_moved_by_a_person(rina: Staff, sqlite_store: Store) -> None:
    issue = LabelIssue("nlu/a.yml", 3, "ongkos notaris brp", FOUNDERS, COST, 0.1, 0.8)
    with sqlite_store.write() as tx:
        save_label_issues(tx, [issue])
    assert "ongkos notaris brp" in rina.get("/studio/daftar-label").text
    move = {"teks": issue.text, "dari": FOUNDERS, "ke": COST}
    refused = rina.post("/studio/daftar-label/ragu", **{**move, "teks": "lain"})
    assert refused.status_code == 422
    assert rina.post("/studio/daftar-label/ragu", **move).status_code == 303
    [body] = _examples(sqlite_store)
    assert (body["intent"], body["replaces"]) == (COST, FOUNDERS)
    assert "ongkos notaris brp" not in rina.get("/studio/daftar-label").text


def test_a_label_issue_that_was_none_is_settled_by_keeping_the_label(
    rina: Staff, sqlite_store: Store
) -> None:
    issue = LabelIssue("nlu/a.yml", 3, "ongkos notaris brp", FOUNDERS, COST, 0.1, 0.8)
    with sqlite_store.write() as tx:
        save_label_issues(tx, [issue])
    keep = {"teks": issue.text, "dari": FOUNDERS, "ke": COST, "tindakan": "biarkan"}
    assert rina.post("/studio/daftar-label/ragu", **keep).status_code == 303
    shown = rina.get("/studio/daftar-label").text
    assert "ongkos notaris brp" not in shown
    assert f"Contoh tetap di {FOUNDERS}." in shown
    with sqlite_store.read() as tx:
        edits = active_edits(tx, "example")
        assert [is_confirmation(edit) for edit in edits] == [True]
        assert "ongkos notaris brp" not in export_yaml(tx)


def test_examples_are_downloaded_and_brought_in_as_rasa_yaml(
    app: Flask, rina: Staff, sqlite_store: Store
) -> None:
    asked: list[Mapping[str, Any]] = []

    def answer(request: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(request)
        return {"added": 2, "known": 1}

    app.extensions["halo"] = replace(app.extensions["halo"], ask_worker=answer)
    with sqlite_store.write() as tx:
        body = {"text": "ongkos notaris brp", "intent": COST, "entities": []}
        add_edit(tx, "example", key=body["text"], body=body, author="rina")
    file = rina.get("/studio/daftar-label/unduh")
    assert "attachment" in file.headers["Content-Disposition"]
    assert "- ongkos notaris brp" in file.text
    _upload(rina, file.text.encode())
    assert asked == [{"op": "import_examples", "text": file.text, "author": "rina"}]
    assert "2 contoh ditambahkan, 1 sudah ada." in rina.get("/studio/daftar-label").text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Pilih berkas YAML lebih dahulu."),
        (b"\xff\xfe", "bukan teks UTF-8"),
        (b"#" * (LARGEST + 1), "paling banyak 200 kB"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(rina: Staff, content: bytes, told: str) -> None:
    _upload(rina, content)
    assert told in rina.get("/studio/daftar-label").text


def test_why_nothing_of_a_file_came_in_is_told(app: Flask, rina: Staff) -> None:
    def refused(_request: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"problem": "berkas.yml:3: label x/y tidak ada"}

    app.extensions["halo"] = replace(app.extensions["halo"], ask_worker=refused)
    _upload(rina, b"nlu: []")
    shown = rina.get("/studio/daftar-label").text
    assert "Tidak ada yang dimasukkan. berkas.yml:3: label x/y tidak ada" in shown


def _upload(staff: Staff, content: bytes) -> None:
    form = {"csrf_token": staff.token, "berkas": (io.BytesIO(content), "contoh.yml")}
    done = staff.client.post("/studio/daftar-label/unggah", data=form)
    assert done.status_code == 303


def test_labels_of_the_studio_can_be_chosen_at_once(rina: Staff, sqlite_store: Store) -> None:
    [event_id] = _logged(sqlite_store, "sewa aula berapa")
    with sqlite_store.write() as tx:
        body = {"judul": "Sewa aula", "tombol": "Aula"}
        add_edit(tx, "label", key="layanan_kantor/aula", body=body, author="rina")
    form = {"pesan": str(event_id), "label": "layanan_kantor/aula"}
    assert rina.post("/studio/label", **form).status_code == 303
