"""The embedding model as the trainer and the loaded model use it: found, hashed, cached."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foundation.errors import EmbeddingUnavailableError
from nlu.embedding.build import default_folder, is_complete
from nlu.embedding.cache import EmbeddingCache
from nlu.embedding.encoder import Encoder, find_model, load_encoder, model_hash, recipe

Floats = NDArray[np.float32]


class Embedding:
    """One embedding model on disk. The weights are loaded at the first text (or by ``load``)."""

    def __init__(self, folder: Path, *, cache: Path | None = None, name: str = "") -> None:
        self.folder = folder
        self.name = name or folder.name
        self._cache = cache

    @cached_property
    def hash(self) -> str:
        """SHA-256 (hex) of the model's files and of the way vectors are computed from them."""
        return hashlib.sha256(
            f"{recipe(self.folder)} {model_hash(self.folder)}".encode()
        ).hexdigest()

    @property
    def dimension(self) -> int:
        """How many of a vector's numbers, from the first, are the sentence embedding."""
        return self._encoder.dimension

    def load(self) -> None:
        """Load the weights now. Raises :class:`EmbeddingUnavailableError`."""
        _ = self._encoder

    def encode(self, text: str) -> Floats:
        """Return the vector of one text, uncached (length)."""
        vector: Floats = self._encoder.encode([text])[0]
        return vector

    def vectors(
        self, texts: Sequence[str], progress: Callable[[int, int], None] = lambda done, total: None
    ) -> Floats:
        """Return the vectors of many texts (texts x length), from the cache where it has them.

        ``progress`` is called with (vectors ready, vectors asked for).
        """
        if self._cache is None:
            return self._encoder.encode(texts)
        cache = EmbeddingCache(self._cache, self.hash)
        return cache.vectors(texts, lambda missing: self._encoder.encode(missing), progress)

    @cached_property
    def _encoder(self) -> Encoder:
        return load_encoder(self.folder)


def open_embedding(setting: str, *, data_dir: Path) -> Embedding:
    """Return the model that ``HALO_EMBEDDING_MODEL`` names, or the one that ``make setup`` built.

    Nothing is built here. Raises :class:`EmbeddingUnavailableError` when it cannot be had.
    """
    cache = data_dir / "embedding" / "cache.sqlite3"
    if setting:
        return Embedding(find_model(setting), cache=cache, name=setting)
    folder = default_folder(data_dir)
    if not is_complete(folder):
        raise EmbeddingUnavailableError(
            f"no complete embedding model in {folder}: run `python -m nlu.embedding_build`"
        )
    return Embedding(folder, cache=cache)
