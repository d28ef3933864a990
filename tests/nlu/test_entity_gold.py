"""Entity extraction keeps its level on the gold messages; the measuring itself is exact."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

import nlu
from foundation.errors import TrainingDataError
from foundation.settings import PROJECT_ROOT

GOLD = PROJECT_ROOT / "training_data" / "gold" / "entitas.jsonl"
WRITTEN = date(2026, 11, 24)
"""The day from which the gold messages' dates are counted."""
MICRO_FLOOR = 0.95
KIND_FLOOR = 0.9
KINDS = {"jenis_usaha", "kecamatan", "kecamatan_kota", "nama", "nib", "nik", "no_hp", "npwp",
         "tanggal", "uang"}  # fmt: skip


@pytest.fixture(scope="module")
def figures() -> dict[str, nlu.EntityFigures]:
    return nlu.evaluate_entities(nlu.read_annotated(GOLD), today=WRITTEN)


def test_gold_annotations_point_at_what_they_name() -> None:
    for row in nlu.read_annotated(GOLD):
        for entity in row.entities:
            piece = row.text[entity.start : entity.end]
            assert piece == piece.strip(), f"{row.file}:{row.line}"
            if entity.entity == "jenis_usaha":
                assert piece.lower() == entity.value, f"{row.file}:{row.line}"


def test_all_kinds_together_stay_above_the_floor(figures: dict[str, nlu.EntityFigures]) -> None:
    assert figures["micro"]["n"] > 250
    assert figures["micro"]["precision"] >= MICRO_FLOOR
    assert figures["micro"]["recall"] >= MICRO_FLOOR


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_stays_above_the_floor(figures: dict[str, nlu.EntityFigures], kind: str) -> None:
    assert figures[kind]["n"] >= 10
    assert figures[kind]["precision"] >= KIND_FLOOR
    assert figures[kind]["recall"] >= KIND_FLOOR


def test_figures_count_a_wrong_value_as_miss_and_as_false_find(tmp_path: Path) -> None:
    file = tmp_path / "pesan.jsonl"
    rows = [
        {"text": "saya di Ciawi", "entities": [_entity("kecamatan", 8, 13, "Ciawi")]},
        {"text": "warga Ciomas", "entities": [_entity("kecamatan", 6, 12, "Ciampea")]},
        {"text": "Ciomas", "entities": []},
        {"text": "tes", "entities": [_entity("nama", 0, 3, "Tes")]},
    ]
    file.write_text("\n\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    assert nlu.evaluate_entities(nlu.read_annotated(file), today=WRITTEN) == {
        "kecamatan": {"precision": round(1 / 3, 6), "recall": 0.5, "n": 2},
        "nama": {"precision": 0.0, "recall": 0.0, "n": 1},
        "micro": {"precision": round(1 / 3, 6), "recall": round(1 / 3, 6), "n": 3},
    }


def test_nothing_to_evaluate_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        nlu.evaluate_entities([], today=WRITTEN)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "bukan JSON"),
        ("[]", "text dan daftar"),
        ('{"text": "a"}', "text dan daftar"),
        ('{"text": " ", "entities": []}', "text dan daftar"),
        ('{"text": "a", "entities": [1]}', "harus berupa objek"),
        (json.dumps({"text": "a", "entities": [{"entity": "nama", "value": ""}]}), "tidak kosong"),
        (json.dumps({"text": "ab", "entities": [{"entity": "nama", "start": 1, "end": 3,
                                                 "value": "b"}]}), "di luar teks"),
    ],
)  # fmt: skip
def test_a_bad_line_is_named_by_file_and_line(tmp_path: Path, line: str, message: str) -> None:
    file = tmp_path / "pesan.jsonl"
    file.write_text('{"text": "baik", "entities": []}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(TrainingDataError, match=r"pesan\.jsonl:2: ") as caught:
        nlu.read_annotated(file)
    assert message in str(caught.value)


def test_a_missing_file_and_a_foreign_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match="tidak ada"):
        nlu.read_annotated(tmp_path / "tidak_ada.jsonl")
    (tmp_path / "asing.jsonl").write_bytes(b'{"text": "\xff"}')
    with pytest.raises(TrainingDataError, match="bukan teks UTF-8"):
        nlu.read_annotated(tmp_path / "asing.jsonl")


def _entity(kind: str, start: int, end: int, value: str) -> dict[str, object]:
    return {"entity": kind, "start": start, "end": end, "value": value}
