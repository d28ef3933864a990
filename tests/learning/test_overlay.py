"""The studio's edits lie over the files: examples, answers and tables, and come off again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from dialogue import Assets
from foundation.errors import NotFoundError, TrainingDataError
from learning import Overlay, annotated, examples_as_yaml, merged_examples, write_merged
from nlu import Entity, Example, TrainingData
from storage import Store, active_edits, add_edit, edit_history, undo_edit

ROOT = Path(__file__).parents[2]
DATA = ROOT / "training_data"
NLU = """version: "3.1"
nlu:
- intent: izin_usaha/cara_nib
  examples: |
    - cara bikin NIB
    - urus nib dimana
- intent: sapa
  examples: |
    - halo
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "git" / "nlu").mkdir(parents=True)
    (tmp_path / "git" / "nlu" / "a.yml").write_text(NLU, encoding="utf-8")
    return tmp_path / "git"


def _edit(store: Store, kind: Any, key: str, body: dict[str, Any]) -> int:
    with store.write() as tx:
        return add_edit(tx, kind, key=key, body=body, author="rina")


def _overlay(store: Store) -> Overlay:
    with store.read() as tx:
        return Overlay(tuple(active_edits(tx)))


def _pairs(data: TrainingData) -> set[tuple[str, str]]:
    return {(example.text, example.intent) for example in data.examples}


def test_edits_are_kept_in_order_and_undone_once(store: Store) -> None:
    first = _edit(store, "example", "satu", {"text": "satu", "intent": "sapa"})
    second = _edit(store, "lexicon", "singkatan.tsv", {"after": ["gmn", "bagaimana", ""]})
    with store.write() as tx:
        undone = undo_edit(tx, first, author="budi")
        again = undo_edit(tx, first, author="orang lain")
    assert (undone.state, undone.undone_by, again.undone_by) == ("undone", "budi", "budi")
    with store.read() as tx:
        assert [edit.id for edit in active_edits(tx)] == [second]
        assert active_edits(tx, "example") == []
        assert [edit.state for edit in edit_history(tx, "example", key="satu")] == ["undone"]
    with store.write() as tx, pytest.raises(NotFoundError):
        undo_edit(tx, 999, author="budi")


def test_examples_are_added_moved_and_taken_out(sqlite_store: Store, data: Path) -> None:
    _edit(sqlite_store, "example", "x", {"text": "nib itu apa", "intent": "izin_usaha/apa_nib"})
    _edit(
        sqlite_store,
        "example",
        "y",
        {
            "text": "urus nib dimana",
            "intent": "izin_usaha/tempat",
            "replaces": "izin_usaha/cara_nib",
        },
    )
    _edit(sqlite_store, "example", "z", {"text": "halo", "intent": None, "replaces": "sapa"})
    overlay = _overlay(sqlite_store)
    wanted = {
        ("cara bikin NIB", "izin_usaha/cara_nib"),
        ("nib itu apa", "izin_usaha/apa_nib"),
        ("urus nib dimana", "izin_usaha/tempat"),
    }
    assert _pairs(merged_examples(data, overlay)) == wanted


def test_merged_folder_holds_what_the_merged_examples_are(
    sqlite_store: Store, data: Path, tmp_path: Path
) -> None:
    moved = {"text": "urus nib dimana", "intent": "sapa", "replaces": "izin_usaha/cara_nib"}
    _edit(sqlite_store, "example", "y", moved)
    named = [{"entity": "kecamatan", "start": 12, "end": 17, "value": "Ciawi"}]
    body = {"text": "cari nib di ciawi [x](y)", "intent": "sapa", "entities": named}
    _edit(sqlite_store, "example", "k", body)
    folder = write_merged(data, _overlay(sqlite_store), tmp_path / "merged")
    loaded = TrainingData.load(folder)
    assert _pairs(loaded) == {
        ("cara bikin NIB", "izin_usaha/cara_nib"),
        ("halo", "sapa"),
        ("urus nib dimana", "sapa"),
        ("cari nib di ciawi [x] (y)", "sapa"),
    }
    (entity,) = [e for example in loaded.examples for e in example.entities]
    assert (entity.entity, entity.value, entity.start) == ("kecamatan", "Ciawi", 12)


def test_undone_edit_leaves_the_files_as_they_were(sqlite_store: Store, data: Path) -> None:
    number = _edit(sqlite_store, "example", "h", {"text": "halo", "replaces": "sapa"})
    assert ("halo", "sapa") not in _pairs(merged_examples(data, _overlay(sqlite_store)))
    with sqlite_store.write() as tx:
        undo_edit(tx, number, author="rina")
    assert _pairs(merged_examples(data, _overlay(sqlite_store))) == _pairs(TrainingData.load(data))


def test_answers_and_tables_of_the_real_data_are_changed(
    sqlite_store: Store, tmp_path: Path
) -> None:
    _edit(sqlite_store, "answer", "pajak/pph_final_umkm", {"jawaban": "Jawaban yang baru."})
    fresh = {
        "judul": "Apakah ada pelatihan kopi?",
        "tombol": "Pelatihan kopi",
        "ringkas": "Belum ada.",
        "jawaban": "Belum ada pelatihan kopi.",
        "sumber": ["Catatan dinas"],
        "tahun": 2026,
        "keyakinan": "perlu-verifikasi",
        "pemilik": "Tim uji",
        "berlaku_sejak": "2026-11-24",
        "tinjau_paling_lambat": "2027-01-31",
        "status_tinjau": "belum diperiksa dinas",
    }
    _edit(sqlite_store, "label", "pemasaran/pelatihan_kopi", fresh)
    _edit(sqlite_store, "lexicon", "singkatan.tsv", {"after": ["pltihn", "pelatihan", "studio"]})
    folder = write_merged(DATA, _overlay(sqlite_store), tmp_path / "merged")
    assets = Assets.load(folder)
    assert assets.knowledge["pajak/pph_final_umkm"].jawaban == "Jawaban yang baru."
    assert assets.knowledge["pajak/pph_final_umkm"].judul == "Berapa tarif PPh final UMKM?"
    assert assets.knowledge["pemasaran/pelatihan_kopi"].tahun == 2026
    table = (folder / "lexicon" / "singkatan.tsv").read_text(encoding="utf-8")
    assert table.endswith("\npltihn\tpelatihan\tstudio\n")


def test_edit_of_an_unknown_table_is_refused(sqlite_store: Store, tmp_path: Path) -> None:
    _edit(sqlite_store, "lexicon", "tidak_ada.tsv", {"after": ["a", "b"]})
    with pytest.raises(TrainingDataError, match=r"tidak_ada\.tsv"):
        write_merged(DATA, _overlay(sqlite_store), tmp_path / "merged")


@pytest.mark.parametrize(
    ("entity", "marked"),
    [
        (Entity("uang", 6, 11, "50000000"), "modal [50 jt](uang:50000000) saja"),
        (Entity("jam", 6, 11, "10:00"), 'modal [50 jt]{"entity": "jam", "value": "10:00"} saja'),
    ],
)
def test_marks_are_read_back_as_they_were(entity: Entity, marked: str) -> None:
    written = annotated("modal 50 jt saja", (entity,))
    assert written == marked
    content = yaml.safe_load(examples_as_yaml([Example("modal 50 jt saja", "a/b", (entity,))]))
    assert content["nlu"][0]["examples"] == f"- {marked}\n"
