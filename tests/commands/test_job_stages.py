"""Every step that a training reports has a name and its place among the steps shown."""

from __future__ import annotations

from pathlib import Path

import nlu
from commands.models_jobs import STAGES as NAMED
from foundation.settings import PROJECT_ROOT
from learning import STAGES, build_bundle
from nlu.embedding.build import ensure_model
from tests.nlu.tiny_weights import tiny_weights

RASA_PROJECT = PROJECT_ROOT / "tests" / "dialogue" / "proyek_rasa"


def test_a_training_reports_the_first_steps_in_order(tmp_path: Path) -> None:
    encoder = ensure_model(tmp_path / "encoder", fetch=tiny_weights, words=lambda: ["query"])
    told: list[str] = []
    build_bundle(
        RASA_PROJECT,
        tmp_path / "models",
        seed=0,
        embedding=nlu.Embedding(encoder, cache=tmp_path / "cache.sqlite3"),
        progress=lambda stage, _done, _total: told.append(stage),
    )
    assert tuple(dict.fromkeys(told)) == STAGES[:3]


def test_every_step_has_a_name_on_the_page_and_in_the_command() -> None:
    assert tuple(NAMED) == STAGES
    words = (PROJECT_ROOT / "web/templates/studio/_kata.html").read_text(encoding="utf-8")
    assert all(f'"{stage}": "' in words for stage in STAGES)
