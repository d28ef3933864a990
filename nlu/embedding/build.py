"""Builds the local embedding model once and finds it again afterwards."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

from nlu.embedding.encoder import model_hash
from nlu.embedding.source import PACKAGE, WEIGHTS_SHA256, fetch_weights
from nlu.embedding.vocabulary import choose_pieces, frequent_words
from nlu.embedding.weights import WeightFile

_log = logging.getLogger(__name__)

_RECIPE = "1"
"""Raise it whenever the written folder changes for the same weights."""

_ORIGIN = "origin.json"


def default_folder(data_dir: Path) -> Path:
    """Return where the default model of this recipe lies below the data folder."""
    return data_dir / "embedding" / f"e5-small-{_recipe_hash()[:12]}"


def is_complete(folder: Path) -> bool:
    """Tell whether ``folder`` holds an undamaged model of this recipe."""
    origin = folder / _ORIGIN
    if not origin.is_file():
        return False
    recorded = json.loads(origin.read_text(encoding="utf-8"))
    return bool(recorded["recipe"] == _recipe_hash() and recorded["hash"] == model_hash(folder))


def ensure_model(
    folder: Path,
    *,
    fetch: Callable[[], bytes] = fetch_weights,
    words: Callable[[], Iterable[str]] = frequent_words,
) -> Path:
    """Return ``folder``, building the model there unless it is complete.

    ``fetch`` gives the weight file, ``words`` what its vocabulary is pruned to.

    Raises :class:`foundation.errors.EmbeddingUnavailableError` when the weights cannot be had.
    """
    if is_complete(folder):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".building-") as temporary:
        built = Path(temporary) / "model"
        _build(built, fetch(), words())
        if folder.exists():
            shutil.rmtree(folder)
        # Renaming is atomic: another process sees the whole model or none.
        os.replace(built, folder)  # noqa: PTH105
    _log.info("embedding model ready in %s", folder)
    return folder


def _build(folder: Path, content: bytes, words: Iterable[str]) -> None:
    from nlu.embedding.folder import build_tokenizer, write_folder

    weights = WeightFile(content)
    whole = build_tokenizer(weights.pieces, range(len(weights.pieces.texts)))
    keep = choose_pieces(weights.pieces, whole, words)
    _log.info("keeping %d of %d vocabulary pieces", len(keep), len(weights.pieces.texts))
    write_folder(folder, weights, keep)
    origin = {
        "package": PACKAGE,
        "model": "intfloat/multilingual-e5-small",
        "licence": "MIT",
        "recipe": _recipe_hash(),
        "hash": model_hash(folder),
    }
    (folder / _ORIGIN).write_text(json.dumps(origin, indent=2, sort_keys=True) + "\n")


def _recipe_hash() -> str:
    parts = (_RECIPE, WEIGHTS_SHA256, version("wordfreq"), version("tokenizers"))
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()
