"""Rasa YAML and JSON lines become examples; broken files are named with their line."""

from pathlib import Path

import pytest

import nlu
from foundation.errors import TrainingDataError
from nlu.rasa_yaml import strip_annotations

RASA = """version: "3.1"
nlu:
- intent: izin_usaha/cara_buat_nib
  examples: |
    - cara bikin nib
    - saya dari [Ciawi](kecamatan) mau nib

    - pinjam [10jt]{"entity": "uang", "value": "10000000"}
- synonym: nib
  examples: |
    - nomor induk berusaha
- regex: nik
  examples: |
    - \\d{16}
- lookup: kecamatan
  examples: |
    - Ciawi
- intent: sapa
  examples:
  - text: |
      halo
    metadata:
      sentiment: neutral
  - selamat pagi
"""


def write(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def test_rasa_examples_come_with_their_lines(tmp_path: Path) -> None:
    data = nlu.TrainingData.load(write(tmp_path, "nlu.yml", RASA))
    assert [(e.text, e.intent, e.line) for e in data.examples] == [
        ("cara bikin nib", "izin_usaha/cara_buat_nib", 5),
        ("saya dari Ciawi mau nib", "izin_usaha/cara_buat_nib", 6),
        ("pinjam 10jt", "izin_usaha/cara_buat_nib", 8),
        ("halo", "sapa", 20),
        ("selamat pagi", "sapa", 24),
    ]


def test_annotated_spans_point_into_the_plain_text(tmp_path: Path) -> None:
    data = nlu.TrainingData.load(write(tmp_path, "nlu.yml", RASA))
    marked = [e for e in data.examples if e.entities]
    assert [(x.entity, e.text[x.start : x.end], x.value) for e in marked for x in e.entities] == [
        ("kecamatan", "Ciawi", "Ciawi"),
        ("uang", "10jt", "10000000"),
    ]


def test_an_old_style_annotation_keeps_its_value() -> None:
    text, entities = strip_annotations("ke [ciawy](kecamatan:Ciawi) ya")
    assert (text, entities[0].value) == ("ke ciawy ya", "Ciawi")


def test_json_lines_are_read_and_entity_only_lines_left_out(tmp_path: Path) -> None:
    lines = '{"text": "halo", "intent": "sapa"}\n\n{"text": "di Ciawi", "entities": []}\n'
    data = nlu.TrainingData.load(write(tmp_path, "set.jsonl", lines))
    assert [(e.text, e.intent, e.line) for e in data.examples] == [("halo", "sapa", 1)]


def test_a_folder_with_nlu_is_read_from_there_only(tmp_path: Path) -> None:
    write(tmp_path, "nlu/a.yml", RASA)
    write(tmp_path, "gold/b.yml", RASA.replace("cara bikin nib", "EMAS"))
    texts = {e.text for e in nlu.TrainingData.load(tmp_path).examples}
    assert "cara bikin nib" in texts
    assert "EMAS" not in texts


def test_files_without_an_nlu_section_hold_no_examples(tmp_path: Path) -> None:
    write(tmp_path, "stories.yml", "version: '3.1'\nstories:\n- story: a\n  steps: []\n")
    assert nlu.TrainingData.load(tmp_path).examples == ()


def test_the_content_hash_ignores_order_and_file_but_not_words(tmp_path: Path) -> None:
    one = nlu.TrainingData((nlu.Example("a", "x", file="f"), nlu.Example("b", "y")))
    other = nlu.TrainingData((nlu.Example("b", "y"), nlu.Example("a", "x", file="g")))
    changed = nlu.TrainingData((nlu.Example("b", "y"), nlu.Example("a", "y")))
    assert one.content_hash == other.content_hash != changed.content_hash


@pytest.mark.parametrize(
    ("name", "content", "where"),
    [
        (
            "a.yml",
            "nlu:\n- intent: sapa\n  examples: |\n    - halo\n    kurang strip\n",
            "a.yml:5:",
        ),
        ("a.yml", "nlu:\n- intent: sapa\n  examples: |\n    -\n", "a.yml:4:"),
        ("a.yml", "nlu:\n- intent: sapa\n  examples: halo\n", "a.yml:3:"),
        ("a.yml", "nlu:\n- intent: sapa\n", "a.yml:2:"),
        ("a.yml", "nlu:\n- examples: |\n    - halo\n", "a.yml:2:"),
        ("a.yml", "nlu: sapa\n", "a.yml:1:"),
        ("a.yml", "nlu:\n- intent: sapa\n  examples: |\n    - [a]{bukan json}\n", "a.yml:4:"),
        ("a.yml", "nlu: [\n", "a.yml:2:"),
        ("a.jsonl", '{"text": "halo", "intent": "sapa"}\n{"text": 3}\n', "a.jsonl:2:"),
        ("a.jsonl", "bukan json\n", "a.jsonl:1:"),
        ("a.jsonl", '["halo"]\n', "a.jsonl:1:"),
    ],
)
def test_a_broken_file_is_named_with_its_line(
    tmp_path: Path, name: str, content: str, where: str
) -> None:
    with pytest.raises(TrainingDataError, match=where):
        nlu.TrainingData.load(write(tmp_path, name, content))


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match="tidak ada"):
        nlu.TrainingData.load(tmp_path / "tidak_ada.yml")
