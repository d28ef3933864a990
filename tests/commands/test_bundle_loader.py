"""A worker that swaps bundles keeps its encoder, and opens another only where one is wanted."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import nlu
from commands.wiring import BundleLoader
from foundation.errors import EmbeddingUnavailableError
from foundation.settings import PROJECT_ROOT, Settings, read_settings
from learning import build_bundle
from nlu import TrainedModel
from nlu.embedding.build import ensure_model
from tests.nlu.tiny_weights import tiny_weights

RASA_PROJECT = PROJECT_ROOT / "tests" / "dialogue" / "proyek_rasa"


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return replace(read_settings({}), embedding_model=str(_encoder(tmp_path, seed=0)))


def _encoder(folder: Path, *, seed: int) -> Path:
    return ensure_model(
        folder / "encoder", fetch=lambda: tiny_weights(seed=seed), words=lambda: ["query"]
    )


def _trained(config: Settings, models: Path, *, seed: int = 0) -> Path:
    embedding = nlu.Embedding(Path(config.embedding_model))
    return build_bundle(RASA_PROJECT, models, seed=seed, embedding=embedding).folder


def _model(loader: BundleLoader, folder: Path) -> TrainedModel:
    model = loader(folder).model
    assert isinstance(model, TrainedModel)
    return model


def test_the_next_bundle_is_loaded_with_the_encoder_of_the_last(
    config: Settings, tmp_path: Path
) -> None:
    loader = BundleLoader(config)
    first, second = (_trained(config, tmp_path / "models", seed=seed) for seed in (0, 1))
    assert first != second
    assert _model(loader, first).embedding is not None
    assert _model(loader, first).embedding is _model(loader, second).embedding


def test_a_bundle_that_was_trained_with_another_encoder_gets_that_one(
    config: Settings, tmp_path: Path
) -> None:
    loader = BundleLoader(config)
    _model(loader, _trained(config, tmp_path / "models"))
    shutil.rmtree(config.embedding_model)
    _encoder(tmp_path, seed=1)
    assert _model(loader, _trained(config, tmp_path / "models")).embedding is not None


def test_a_bundle_of_a_foreign_encoder_is_refused(config: Settings, tmp_path: Path) -> None:
    folder = _trained(config, tmp_path / "models")
    shutil.rmtree(config.embedding_model)
    _encoder(tmp_path, seed=1)
    with pytest.raises(EmbeddingUnavailableError, match="train again"):
        BundleLoader(config)(folder)
