"""Pages of training, gate, versions, threshold, withdrawals: who may do what, what is told."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from foundation.clock import Clock
from learning import (
    ControlSample,
    active_job,
    live_of,
    past_messages,
    record_gate,
    start_with,
    take_in,
    withdrawn_labels,
)
from learning.jobs import report_progress, take_job
from learning.replay import Change, save_changes
from storage import Store
from storage.audit import latest_audit_entries
from storage.bundle_tables import answer_given, bundle
from tests.learning.learning_kit import COST, FOUNDERS, a_chat, a_turn
from tests.web.staff import Staff, an_account, signed_in, staff_app
from web.studio.threshold import choices_of

VERDICT: dict[str, Any] = {
    "passed": True,
    "blocks": [],
    "overall": {"n": 9, "before": 7, "after": 8, "lost": 0, "won": 1, "p": 1.0, "interval": [0, 1]},
    "figures": {
        "before": {"n": 9, "accuracy": 0.7, "coverage": 0.5, "risk": 0.01},
        "after": {"n": 9, "accuracy": 0.8, "coverage": 0.6, "risk": 0.02},
    },
    "wrong": {"wrong": 0, "answered": 5, "target": 0.03},
    "stories": {"n": 3, "failed": []},
    "topics": [],
    "labels": [],
    "changes": [],
    "replay": {"read": 1, "messages": 1, "changed": 1},
}
REASON = "Topik “Halal” menjadi lebih buruk"
BLOCKED = {**VERDICT, "passed": False, "blocks": [{"kind": "topic", "key": "", "text": REASON}]}
PAGES = ("pelatihan", "pelatihan/kini", "gerbang", "versi", "ambang", "ditarik", "ditarik?q=biaya")


@pytest.fixture
def app(sqlite_store: Store, clock: Clock) -> Flask:
    """The studio over a store with one live bundle and one candidate."""
    app = staff_app(sqlite_store, clock)
    for name, role in (("rina", "staf_data"), ("audi", "auditor"), ("adi", "admin")):
        an_account(sqlite_store, name, role)
    with sqlite_store.write() as tx:
        for version in ("lama", "baru"):
            values = {"inputs": "", "author": "", "stored": True, "files": {}, "summary": {}}
            row = {"version": version, "created_at": tx.now, **values}
            tx.connection.execute(sa.insert(bundle).values(row))
        start_with(tx, "lama")
    return app


@pytest.fixture
def rina(app: Flask) -> Staff:
    return signed_in(app, "rina")


def _measured(store: Store, verdict: dict[str, Any]) -> int:
    with store.write() as tx:
        return record_gate(tx, "baru", "lama", verdict)


def _live(store: Store) -> str:
    with store.read() as tx:
        pointer = live_of(tx)
    assert pointer is not None
    return pointer.version


def _text(page: Any) -> str:
    return html.unescape(page.text)


def test_auditors_read_and_change_nothing(app: Flask, sqlite_store: Store) -> None:
    audi = signed_in(app, "audi")
    _measured(sqlite_store, VERDICT)
    for path in (*PAGES, "gerbang/baru", "putar-ulang/baru", f"ditarik/{FOUNDERS}"):
        assert audi.get(f"/studio/{path}").status_code in (200, 303), path
    for path in (
        "pelatihan",
        "pelatihan/batal",
        "ukur/baru",
        "versi/baru/promosi",
        "versi/kembali",
        "perubahan/1",
        f"tarik/{FOUNDERS}",
        f"kembalikan/{FOUNDERS}",
    ):
        assert audi.post(f"/studio/{path}").status_code == 403, path


def test_a_training_is_asked_for_once_followed_and_cancelled(
    rina: Staff, sqlite_store: Store
) -> None:
    assert "bawaan 4,5." in _text(rina.get("/studio/pelatihan"))
    assert rina.post("/studio/pelatihan", part=False, target="2,5").status_code == 303
    with sqlite_store.write() as tx:
        job = take_job(tx, "satu")
        assert job is not None
        assert job.params["target"] == 0.025
        report_progress(tx, job.id, "satu", stage="fit", done=1, total=4)
    now = _text(rina.get("/studio/pelatihan/kini"))
    assert "Langkah 3 dari 9: Melatih dan memeriksa silang" in now
    assert "25%" in now
    rina.post("/studio/pelatihan", part=False)
    assert "Pelatihan lain sedang berjalan" in _text(rina.get("/studio/pelatihan"))
    rina.post("/studio/pelatihan/batal", part=False)
    assert "Sedang dihentikan" in _text(rina.get("/studio/pelatihan/kini"))


@pytest.mark.parametrize("target", ["banyak", "0", "50", "nan"])
def test_an_absurd_target_is_told_and_starts_nothing(
    rina: Staff, sqlite_store: Store, target: str
) -> None:
    rina.post("/studio/pelatihan", part=False, target=target)
    assert "Target risiko" in _text(rina.get("/studio/pelatihan"))
    with sqlite_store.read() as tx:
        assert active_job(tx) is None


def test_who_passed_is_promoted_by_name_and_taken_back_in_one_click(
    rina: Staff, sqlite_store: Store
) -> None:
    assert "Belum diukur" in _text(rina.get("/studio/gerbang/baru"))
    rina.post("/studio/versi/baru/promosi", part=False, catatan="coba", paksa="1")
    assert _live(sqlite_store) == "lama"
    _measured(sqlite_store, VERDICT)
    assert "Calon ini lulus" in _text(rina.get("/studio/gerbang/baru"))
    rina.post("/studio/versi/baru/promosi", part=False, catatan="  ")
    assert "catatan rilis" in _text(rina.get("/studio/gerbang/baru"))
    assert _live(sqlite_store) == "lama"
    rina.post("/studio/versi/baru/promosi", part=False, catatan="lebih paham soal biaya")
    assert _live(sqlite_store) == "baru"
    versions = _text(rina.get("/studio/versi"))
    assert "oleh rina: “lebih paham soal biaya”" in versions
    assert "Kembali ke lama" in versions
    rina.post("/studio/versi/kembali", part=False)
    assert _live(sqlite_store) == "lama"


def test_who_is_blocked_says_why_and_only_an_admin_goes_past(
    app: Flask, rina: Staff, sqlite_store: Store
) -> None:
    _measured(sqlite_store, BLOCKED)
    page = _text(rina.get("/studio/gerbang/baru"))
    assert "Calon ini tertahan" in page
    assert REASON in page
    rina.post("/studio/versi/baru/promosi", part=False, catatan="coba")
    assert "belum lulus gerbang" in _text(rina.get("/studio/gerbang/baru"))
    refused = rina.post("/studio/versi/baru/promosi", part=False, catatan="coba", paksa="1")
    assert refused.status_code == 403
    assert _live(sqlite_store) == "lama"
    adi = signed_in(app, "adi")
    adi.post("/studio/versi/baru/promosi", part=False, catatan="darurat", paksa="1")
    assert _live(sqlite_store) == "baru"
    with sqlite_store.read() as tx:
        [entry] = latest_audit_entries(tx, limit=1)
    assert (entry.action, entry.data["forced"], entry.data["by"]) == ("model_promoted", True, "adi")


def test_changes_are_judged_side_by_side(rina: Staff, sqlite_store: Store) -> None:
    a_turn(sqlite_store, a_chat(sqlite_store), "ongkos notaris, NIK 3201010101900001")
    take_in(sqlite_store, ControlSample(share=0))
    gate_id = _measured(sqlite_store, VERDICT)
    with sqlite_store.write() as tx:
        [message], _ = past_messages(tx)
        before = {"decision": "answer", "intent": FOUNDERS, "confidence": 0.9}
        after = {"decision": "answer", "intent": COST, "confidence": 0.95}
        save_changes(tx, gate_id, [Change(message.event_id, 2, before, after)])
    page = _text(rina.get("/studio/putar-ulang/baru"))
    assert "ongkos notaris" in page
    assert "3201010101900001" not in page
    assert "2 kali" in page
    row = _text(rina.post("/studio/perubahan/1", penilaian="better"))
    assert "Lebih baik menurut rina" in row
    assert "1 perubahan: 1 lebih baik" in row
    done = rina.post("/studio/perubahan/1", part=False, penilaian="worse", versi="baru")
    assert done.status_code == 303
    assert "1 lebih buruk" in _text(rina.get("/studio/gerbang/baru"))


def test_an_answer_is_withdrawn_with_its_receivers_and_given_again(
    rina: Staff, sqlite_store: Store
) -> None:
    chat = a_chat(sqlite_store)
    event_id, _ = a_turn(sqlite_store, chat, "berapa pendirinya")
    with sqlite_store.write() as tx:
        values = {"label": FOUNDERS, "event_id": event_id, "conversation_id": chat.id}
        tx.connection.execute(sa.insert(answer_given).values(at=tx.now, bundle="lama", **values))
    rina.post(f"/studio/tarik/{FOUNDERS}", part=False, alasan="angkanya keliru")
    with sqlite_store.read() as tx:
        assert withdrawn_labels(tx) == {FOUNDERS}
    page = _text(rina.get(f"/studio/ditarik/{FOUNDERS}"))
    assert "Sedang ditarik" in page
    assert chat.id in page
    assert f'href="/laporan/percakapan/{chat.id}"' in rina.get(f"/studio/ditarik/{FOUNDERS}").text
    assert "angkanya keliru" in _text(rina.get("/studio/ditarik"))
    rina.post(f"/studio/kembalikan/{FOUNDERS}", part=False)
    with sqlite_store.read() as tx:
        assert withdrawn_labels(tx) == frozenset()
    assert rina.post("/studio/tarik/tidak/ada", part=False, alasan="x").status_code == 404


WORKBENCH: dict[str, Any] = {
    "version": "lama",
    "target": 0.03,
    "steps": [
        {"target": 0.01, "certified": True, "threshold": 0.98, "answered": 0.3, "wrong": 0.0},
        {"target": 0.03, "certified": True, "threshold": 0.9, "answered": 0.6, "wrong": 0.02},
    ],
    "traffic": {
        "hours": 40.0,
        "messages": 10.0,
        "cases": 2.0,
        "asked": 1.0,
        "per_unanswered": 0.25,
        "officers": 2,
    },
}


def test_a_stricter_target_trades_wrong_answers_for_cases() -> None:
    strict, live = choices_of(WORKBENCH)
    assert (live.wrong, live.avoided, live.cases, live.per_officer) == (12.0, 0.0, 2.0, 1.0)
    assert (strict.wrong, strict.avoided, strict.cases) == (0.0, 12.0, 2.75)


def test_the_workbench_shows_all_targets_and_says_when_it_cannot(app: Flask, rina: Staff) -> None:
    services = app.extensions["halo"]
    app.extensions["halo"] = replace(services, ask_worker=lambda request: WORKBENCH)
    page = _text(rina.get("/studio/ambang"))
    assert "2 petugas siap sekarang" in page
    assert "Pakai target ini" in page
    app.extensions["halo"] = replace(services, ask_worker=lambda request: {"problem": "Belum ada."})
    assert "Belum ada." in _text(rina.get("/studio/ambang"))
