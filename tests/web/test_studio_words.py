"""Answers and tables are changed with a look first, kept in versions, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from foundation.clock import Clock
from foundation.errors import WorkerTimeoutError
from storage import Store, active_edits
from tests.web.staff import Staff, an_account, signed_in, staff_app

LABEL = "pendirian_koperasi/jumlah_pendiri"
PAGES = ("/studio/jawaban", f"/studio/jawaban/{LABEL}", "/studio/leksikon", "/studio/tren")


@pytest.fixture
def app(sqlite_store: Store, clock: Clock) -> Flask:
    app = staff_app(sqlite_store, clock)
    an_account(sqlite_store, "rina", "staf_data")
    an_account(sqlite_store, "audi", "auditor")
    return app


def _worker(app: Flask, answer: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
    app.extensions["halo"] = replace(app.extensions["halo"], ask_worker=answer)


@pytest.fixture
def rina(app: Flask) -> Staff:
    return signed_in(app, "rina")


def _form(page: str) -> dict[str, str]:
    import html
    import re

    fields = dict(re.findall(r'<input class="input" id="(\w+)"[^>]* value="([^"]*)"', page))
    fields |= dict(re.findall(r'<textarea class="input" id="(\w+)"[^>]*>([^<]*)<', page))
    found = re.search(r"<option selected>([^<]+)", page)
    assert found
    return {k: html.unescape(v) for k, v in fields.items()} | {"keyakinan": found[1]}


def test_auditors_read_and_change_nothing(app: Flask, sqlite_store: Store) -> None:
    _worker(app, lambda request: {"weeks": [], "rising": []})
    audi = signed_in(app, "audi")
    for path in PAGES:
        assert audi.get(path).status_code == 200, path
    assert audi.post(f"/studio/jawaban/{LABEL}", tindakan="simpan").status_code == 403
    assert audi.post("/studio/leksikon", tabel="singkatan.tsv").status_code == 403


def test_an_answer_is_looked_at_saved_and_taken_back(
    app: Flask, rina: Staff, sqlite_store: Store
) -> None:
    asked: list[Mapping[str, Any]] = []

    def answer(request: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(request)
        return {"replies": [f"Jawaban: {request['body']['ringkas']}"]}

    _worker(app, answer)
    path = f"/studio/jawaban/{LABEL}"
    form = _form(rina.get(path).text)
    form["ringkas"] = "Paling sedikit sembilan orang, menurut undang-undang."
    looked = rina.post(path, tindakan="lihat", **form)
    assert "Jawaban: Paling sedikit sembilan orang" in looked.text
    assert asked[0]["op"] == "preview_answer"
    with sqlite_store.read() as tx:
        assert active_edits(tx, "answer") == []
    assert rina.post(path, tindakan="simpan", **form).status_code == 303
    with sqlite_store.read() as tx:
        [edit] = active_edits(tx, "answer")
    assert dict(edit.body) == {"ringkas": form["ringkas"]}
    assert (edit.key, edit.author) == (LABEL, "rina")
    shown = rina.get(path).text
    assert form["ringkas"] in shown
    history = shown[shown.index("Riwayat") :]
    assert "rina: Jawaban ringkas" in history
    assert form["ringkas"] in history, "each version can be read"
    again = rina.post(path, tindakan="simpan", **form)
    assert "Tidak ada yang diubah" in again.text
    assert rina.post(f"/studio/jawaban-tarik/{LABEL}", suntingan=str(edit.id)).status_code == 303
    with sqlite_store.read() as tx:
        assert active_edits(tx, "answer") == []
    assert "ditarik oleh rina" in rina.get(path).text


def test_an_answer_without_source_is_refused_and_kept_in_the_form(rina: Staff) -> None:
    path = f"/studio/jawaban/{LABEL}"
    form = {**_form(rina.get(path).text), "sumber": " ", "ringkas": "Sembilan orang atau lebih."}
    shown = rina.post(path, tindakan="simpan", **form).text
    assert "perlu sedikitnya satu sumber" in shown
    assert "Sembilan orang atau lebih." in shown


def test_a_row_is_looked_at_saved_and_taken_back(
    app: Flask, rina: Staff, sqlite_store: Store
) -> None:
    side = {"read": "koperasi", "intent": LABEL, "confidence": 0.9, "decision": "answer"}
    row = {"text": "koprasy", "now": {**side, "read": "koprasy"}, "then": side}
    _worker(app, lambda request: {"rows": [row]})
    form = {"tabel": "salah_ketik.tsv", "kolom0": "koprasy", "kolom1": "koperasi", "kolom2": ""}
    looked = rina.post("/studio/leksikon", tindakan="lihat", contoh="koprasy", **form)
    assert "<td>koperasi</td>" in looked.text
    with sqlite_store.read() as tx:
        assert active_edits(tx, "lexicon") == []
    assert rina.post("/studio/leksikon", tindakan="simpan", **form).status_code == 303
    with sqlite_store.read() as tx:
        [edit] = active_edits(tx, "lexicon")
    assert edit.body == {"before": None, "after": ["koprasy", "koperasi", ""]}
    found = rina.get("/studio/leksikon?tabel=salah_ketik.tsv&q=koprasy").text
    assert "<td>koprasy</td>" in found
    old = "koprasy%09koperasi%09"
    change = rina.get(f"/studio/leksikon?tabel=salah_ketik.tsv&ubah={old}").text
    assert "Ubah baris" in change
    assert 'name="kolom1" maxlength="200" value="koperasi"' in change
    gone = {"tabel": "salah_ketik.tsv", "lama": "koprasy\tkoperasi\t", "hapus": "ya"}
    assert rina.post("/studio/leksikon", tindakan="simpan", **gone).status_code == 303
    found = rina.get("/studio/leksikon?tabel=salah_ketik.tsv&q=koprasy").text
    assert "<td>koprasy</td>" not in found
    assert rina.post("/studio/leksikon/tarik", suntingan=str(edit.id)).status_code == 303


def test_a_table_that_would_break_is_refused_with_the_reason(
    app: Flask, rina: Staff, sqlite_store: Store
) -> None:
    _worker(app, lambda request: {"problem": "lexicon/singkatan.tsv:9: ditulis dua kali"})
    form = {"tabel": "singkatan.tsv", "kolom0": "yg", "kolom1": "yang", "kolom2": ""}
    shown = rina.post("/studio/leksikon", tindakan="simpan", **form)
    assert "ditulis dua kali" in shown.text
    with sqlite_store.read() as tx:
        assert active_edits(tx, "lexicon") == []
    assert rina.post("/studio/leksikon", tabel="../rahasia.tsv").status_code == 404


def test_trends_show_charts_with_tables_beneath(app: Flask, rina: Staff) -> None:
    week = {
        "first": "2026-11-16",
        "turns": 40,
        "understood": 0.75,
        "coverage": 0.8,
        "checked": 20,
        "wrong": 1,
        "risk": 0.05,
        "risk_low": 0.009,
        "risk_high": 0.236,
        "drift": None,
        "usual_drift": None,
    }
    rising = {"topic": "halal", "now": 35, "before": 10.0}
    _worker(app, lambda request: {"weeks": [week], "rising": [rising]})
    shown = rina.get("/studio/tren").text
    assert shown.count("<polyline") == 3
    assert "5,0% (0,9% sampai 23,6%)" in shown
    assert "16-11-2026" in shown
    assert '<td class="number">35</td>' in shown


def test_trends_say_so_when_no_worker_answers(app: Flask, rina: Staff) -> None:
    def nobody(_request: Mapping[str, Any]) -> Mapping[str, Any]:
        raise WorkerTimeoutError("no worker in this test")

    _worker(app, nobody)
    assert "Asisten sedang sibuk" in rina.get("/studio/tren").text
