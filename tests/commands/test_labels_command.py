"""`halo labels`: examples out as Rasa YAML and in again, doubts, queues."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from commands.labels import labels
from foundation.clock import StillClock
from foundation.errors import InvalidFormError, TrainingDataError
from foundation.settings import PROJECT_ROOT
from nlu import TrainingData
from storage import Store, active_edits, add_edit
from tests.learning.learning_kit import COST, FOUNDERS, a_chat, a_turn
from tests.web.staff import an_account

TEXT = "ongkos notaris koperasi di Ciawi brp"


@pytest.fixture
def fixture(
    sqlite_store: Store,
    sqlite_url: str,
    clock: StillClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Store:
    """A store that the command opens, and training data with few examples."""
    data = tmp_path / "training_data"
    shutil.copytree(PROJECT_ROOT / "training_data", data)
    for path in (data / "nlu").glob("*.yml"):
        if path.name not in ("pendirian_koperasi.yml", "halal.yml", "tindak_sapa.yml"):
            path.unlink()
    monkeypatch.setenv("HALO_DATABASE_URL", sqlite_url)
    # The inbox looks back sixty days; the turns are of the day at which the clock stands.
    monkeypatch.setenv("HALO_TEST_NOW", clock().isoformat())
    monkeypatch.setenv("HALO_TRAINING_DATA", str(data))
    an_account(sqlite_store, "rina", "staf_data")
    return sqlite_store


def _run(*arguments: str) -> Result:
    done = CliRunner().invoke(labels, arguments, catch_exceptions=False, standalone_mode=False)
    assert done.exit_code == 0, done.output
    return done


def _label(store: Store, text: str = TEXT, intent: str = COST) -> None:
    span = {"entity": "kecamatan", "start": 27, "end": 32, "value": "Ciawi"}
    with store.write() as tx:
        body = {"text": text, "intent": intent, "entities": [span] if text == TEXT else []}
        add_edit(tx, "example", key=text, body=body, author="rina")


def _edits(store: Store) -> list[tuple[str, str]]:
    with store.read() as tx:
        return [(e.body["text"], e.body["intent"]) for e in active_edits(tx, "example")]


def test_what_is_exported_comes_in_again_unchanged(fixture: Store, tmp_path: Path) -> None:
    _label(fixture)
    file = tmp_path / "studio.yml"
    _run("export", "--output", str(file))
    assert "[Ciawi](kecamatan)" in file.read_text(encoding="utf-8")
    [example] = TrainingData.load(file).examples
    assert (example.text, example.intent) == (TEXT, COST)
    assert [(e.entity, e.value) for e in example.entities] == [("kecamatan", "Ciawi")]
    again = _run("import", str(file), "--author", "rina", "--json")
    assert json.loads(again.output) == {"added": 0, "known": 1}
    other = file.with_name("lain.yml")
    other.write_text(file.read_text(encoding="utf-8").replace("ongkos", "tarif"), encoding="utf-8")
    assert json.loads(_run("import", str(other), "--author", "rina", "--json").output) == {
        "added": 1,
        "known": 0,
    }
    assert _edits(fixture) == [(TEXT, COST), (TEXT.replace("ongkos", "tarif"), COST)]


def test_an_unknown_label_or_author_brings_nothing_in(fixture: Store, tmp_path: Path) -> None:
    file = tmp_path / "asing.yml"
    file.write_text(
        f'version: "3.1"\nnlu:\n- intent: {COST}\n  examples: |\n    - brp ongkos notaris ya\n'
        "- intent: cuaca\n  examples: |\n    - besok hujan?\n",
        encoding="utf-8",
    )
    with pytest.raises(TrainingDataError, match=r"asing\.yml:8"):
        _run("import", str(file), "--author", "rina")
    with pytest.raises(InvalidFormError):
        _run("import", str(file), "--author", "siapa")
    assert _edits(fixture) == []


def test_a_folder_with_files_and_edits_can_be_trained_from(fixture: Store, tmp_path: Path) -> None:
    _label(fixture)
    with fixture.write() as tx:
        change = {"before": None, "after": ["ongkoz", "ongkos", "dari studio"]}
        add_edit(tx, "lexicon", key="salah_ketik.tsv", body=change, author="rina")
    folder = tmp_path / "keluar"
    _run("export", "--folder", str(folder))
    assert (TEXT, COST) in {(e.text, e.intent) for e in TrainingData.load(folder).examples}
    table = (folder / "lexicon" / "salah_ketik.tsv").read_text(encoding="utf-8")
    assert "ongkoz\tongkos\tdari studio" in table
    with pytest.raises(InvalidFormError):
        _run("export", "--folder", str(folder))


def test_wrong_labels_put_in_on_purpose_are_found(fixture: Store) -> None:
    wrong = ("izin halal gratis buat warung gimana", "sertifikat halal reguler biayanya brp")
    for text in wrong:
        _label(fixture, text, "sapa")
    found = [json.loads(line) for line in _run("doubts", "--json").output.splitlines()]
    doubted = {row["text"]: row for row in found}
    assert set(wrong) <= set(doubted)
    assert all(doubted[text]["other"].startswith("halal/") for text in wrong)
    assert all(row["other_probability"] > row["own_probability"] for row in found)


def test_the_inbox_is_refreshed_and_counted(fixture: Store, clock: StillClock) -> None:
    chat = a_chat(fixture)
    a_turn(fixture, chat, "ongkos notaris berapa")
    a_turn(fixture, chat, "ongkos notaris berapa", ranking=((FOUNDERS, 0.99),), decision="answer")
    assert json.loads(_run("refresh", "--json").output)["waiting"] >= 1
    assert json.loads(_run("refresh", "--rebuild", "--json").output)["events"] > 0
    queues = json.loads(_run("queues", "--json").output)
    assert queues["queues"]["ditanya_balik"] == 1
    assert queues["kappa"] is None
