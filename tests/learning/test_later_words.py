"""A bundle that was made before the program needed a sentence goes on answering."""

import shutil
from pathlib import Path

import pytest

from dialogue import Assets
from dialogue.action_names import NEEDED_RESPONSES
from foundation.errors import TrainingDataError
from foundation.settings import PROJECT_ROOT

SHIPPED = PROJECT_ROOT / "training_data"
LATER = "utter_bagian_tidak_ada"


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """The words of a version that did not know the sentence yet."""
    folder = tmp_path / "assets"
    folder.mkdir()
    for name in ("domain.yml", "rules.yml", "context.yml", "patterns.yml"):
        shutil.copyfile(SHIPPED / name, folder / name)
    shutil.copytree(SHIPPED / "knowledge", folder / "knowledge")
    domain = folder / "domain.yml"
    domain.write_text(domain.read_text().replace(f"  {LATER}:", "  utter_lain:"))
    return folder


def test_sentence_of_a_later_version_comes_from_the_shipped_words(before: Path) -> None:
    assets = Assets.load(before, later_words=SHIPPED / "domain.yml")
    shipped = Assets.load(SHIPPED).domain.responses
    assert assets.domain.responses[LATER] == shipped[LATER]


def test_own_sentences_are_never_replaced(before: Path) -> None:
    domain = before / "domain.yml"
    domain.write_text(domain.read_text().replace("Halo, selamat datang", "Sampurasun"))
    assets = Assets.load(before, later_words=SHIPPED / "domain.yml")
    assert "Sampurasun" in assets.domain.responses["utter_sapa"][0].text


def test_training_data_itself_must_be_complete(before: Path) -> None:
    with pytest.raises(TrainingDataError, match=LATER):
        Assets.load(before)


def test_project_without_knowledge_gets_no_sentence_of_the_office(tmp_path: Path) -> None:
    (tmp_path / "domain.yml").write_text(
        'version: "3.1"\nintents:\n- sapa\nresponses:\n  utter_default:\n  - text: Maaf\n'
    )
    assets = Assets.load(tmp_path, later_words=SHIPPED / "domain.yml")
    assert not NEEDED_RESPONSES & set(assets.domain.responses)
