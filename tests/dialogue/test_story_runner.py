from pathlib import Path

import pytest

from dialogue import Assets, Assistant, run_stories
from foundation.errors import TrainingDataError
from tests.dialogue.dialogue_kit import CALENDAR, StubNlu

MEANINGS = {"bunga kur": "pembiayaan/bunga_kur", "mau daftar pelatihan": "daftar_pelatihan"}
STORY = """version: "3.1"
stories:
- story: Bunga lalu pelatihan
  steps:
  - user: bunga kur
    intent: pembiayaan/bunga_kur
    expect:
      answers: pembiayaan/bunga_kur
      contains: ["6%", "Sumber"]
      not_contains: [Rp1]
      clarify: false
      buttons: [Chat dengan CS]
  - action: utter_jawaban
  - user: mau daftar pelatihan
    expect: {asks: nama, case: null}
  - active_loop: daftar_pelatihan
  - user: Budi
  - slot_was_set:
    - nama: Budi
- story: Malam hari
  at: 2026-11-24T20:00
  steps:
  - payload: /minta_cs
    expect: {asks: uraian, decision: handoff}
"""


@pytest.fixture
def assistant(assets: Assets) -> Assistant:
    return Assistant(assets, StubNlu(MEANINGS))


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "cerita.yml"
    path.write_text(text)
    return path


def test_stories_that_hold_pass(tmp_path: Path, assistant: Assistant) -> None:
    results = run_stories(written(tmp_path, STORY), assistant, CALENDAR)
    assert [(result.name, result.turns, result.passed) for result in results] == [
        ("Bunga lalu pelatihan", 3, True),
        ("Malam hari", 1, True),
    ]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("intent: pembiayaan/bunga_kur", "intent: pembiayaan/plafon_kur", "intent"),
        ("answers: pembiayaan/bunga_kur", "answers: []", "answers"),
        ('["6%", "Sumber"]', "[tidak ada ini]", "contains"),
        ("not_contains: [Rp1]", "not_contains: [sumber]", "not_contains"),
        ("clarify: false", "clarify: true", "clarify"),
        ("[Chat dengan CS]", "[Tombol lain]", "buttons"),
        ("action: utter_jawaban", "action: utter_sapa", "actions"),
        ("asks: nama", "asks: uraian", "asks"),
        ("case: null", "case: waiting", "case"),
        ("active_loop: daftar_pelatihan", "active_loop: keluhan", "loop"),
        ("nama: Budi", "nama: Rina", "slots"),
    ],
)
def test_unmet_expectation_is_shown_with_line_and_reply(
    tmp_path: Path, assistant: Assistant, old: str, new: str, what: str
) -> None:
    results = run_stories(written(tmp_path, STORY.replace(old, new)), assistant, CALENDAR)
    [failure] = results[0].failures
    assert failure.what == what
    assert f"baris {failure.line}" in str(failure)
    assert "diharapkan" in str(failure)
    assert str(results[0]).startswith(f"{tmp_path / 'cerita.yml'}:3: Bunga lalu pelatihan: GAGAL")
    assert results[1].passed


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("asks: nama", "tanya: nama", 14),
        ("- action: utter_jawaban", "- aksi: utter_jawaban", 13),
        ("2026-11-24T20:00", "malam", 20),
        ("stories:", "cerita:", 1),
    ],
)
def test_story_file_that_cannot_be_read_is_named_with_its_line(
    tmp_path: Path, assistant: Assistant, old: str, new: str, line: int
) -> None:
    with pytest.raises(TrainingDataError, match=rf"cerita\.yml:{line}: "):
        run_stories(written(tmp_path, STORY.replace(old, new)), assistant, CALENDAR)
