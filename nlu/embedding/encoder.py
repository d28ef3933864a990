"""Turns texts into sentence vectors with the model of a folder or of a hub."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from foundation.errors import EmbeddingUnavailableError
from nlu.embedding.supported import is_supported


class Encoder(Protocol):
    """Whatever turns texts into vectors."""

    @property
    def dimension(self) -> int:
        """How many of a vector's numbers, from the first, are the sentence embedding."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one vector a text (texts x length, at least ``dimension``)."""
        ...


def load_encoder(folder: Path) -> Encoder:
    """Load the SentenceTransformer folder; torch computes on one thread from then on.

    Raises :class:`EmbeddingUnavailableError` when it cannot be loaded.
    """
    import torch

    from nlu.embedding.fast_bert import FastBert

    # Measured: with another job on the machine two threads took 964 ms a message instead of 26.
    torch.set_num_threads(1)
    try:
        return FastBert(folder) if is_supported(folder) else _SentenceTransformerEncoder(folder)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise EmbeddingUnavailableError(f"embedding model {folder}: {error}") from error


def find_model(setting: str) -> Path:
    """Return the folder of ``HALO_EMBEDDING_MODEL``: a local folder, or a hub id in the hub cache.

    A hub id is downloaded when it is not cached and ``HF_HUB_OFFLINE`` is not set. Raises
    :class:`EmbeddingUnavailableError` when it cannot be had.
    """
    if Path(setting).is_dir():
        return Path(setting)
    if setting.startswith((".", "/")) or setting.count("/") > 1:
        raise EmbeddingUnavailableError(f"embedding model: there is no folder {setting}")
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(setting, ignore_patterns=["*.bin", "*.onnx", "*.h5"]))
    except (OSError, ValueError) as error:
        raise EmbeddingUnavailableError(f"embedding model {setting!r}: {error}") from error


def model_hash(folder: Path) -> str:
    """Return the SHA-256 (hex) over names and contents of the model's files."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and _is_content(p, folder)):
        with path.open("rb") as stream:
            content = hashlib.file_digest(stream, "sha256").hexdigest()
        digest.update(f"{path.relative_to(folder)} {content}\n".encode())
    return digest.hexdigest()


def recipe(folder: Path) -> str:
    """Return how vectors are computed from the folder: another recipe, other vectors."""
    return "fast-bert-3" if is_supported(folder) else "sentence-transformers-1"


def _is_content(path: Path, folder: Path) -> bool:
    """Readmes, notes on origin and download bookkeeping do not change what is computed."""
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return not hidden and path.suffix not in (".md", ".txt") and path.name != "origin.json"


class _SentenceTransformerEncoder:
    """Any model that sentence-transformers loads from a folder."""

    def __init__(self, folder: Path) -> None:
        # The folder is complete; an unreachable hub would hang for over a minute.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        self.dimension = len(self.encode(["a"])[0])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        # One by one: padding to a batch's longest text changes the last digits.
        rows = [
            self._model.encode(text, normalize_embeddings=True, show_progress_bar=False)
            for text in texts
        ]
        return np.asarray(rows, dtype=np.float32)
