"""Loading a model folder together with the embedding model it was trained with."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from foundation.clock import Clock, system_clock
from foundation.errors import EmbeddingUnavailableError
from foundation.settings import read_settings
from nlu.embedding.model import Embedding, open_embedding
from nlu.model import TrainedModel
from nlu.persistence import MANIFEST, read_files, version_of
from nlu.saved_parts import parts_from_files


def load_model(
    folder: Path, *, embedding: Embedding | None = None, clock: Clock = system_clock
) -> TrainedModel:
    """Load a model folder; every checksum is verified first and the encoder is made ready.

    Without ``embedding`` the one that the ``HALO_*`` settings name is used. Raises
    :class:`foundation.errors.ModelUnavailableError` (no model), its subclasses
    :class:`~foundation.errors.ModelDamagedError` (changed or foreign files) and
    :class:`EmbeddingUnavailableError` (the embedding model is missing or another one).
    """
    files = read_files(folder)
    manifest = json.loads(files[MANIFEST])
    parts = parts_from_files(files)
    wanted = manifest.get("embedding")
    used = _matching(wanted, embedding) if wanted else None
    return TrainedModel(
        parts,
        version=version_of(files[MANIFEST]),
        manifest=manifest,
        files=lambda: read_files(folder),
        beside={},
        embedding=used,
        clock=clock,
    )


def _matching(wanted: dict[str, Any], embedding: Embedding | None) -> Embedding:
    if embedding is None:
        settings = read_settings(os.environ)
        embedding = open_embedding(settings.embedding_model, data_dir=settings.embedding_home)
    if embedding.hash != wanted["hash"]:
        raise EmbeddingUnavailableError(
            f"the model was trained with the embedding model {wanted['name']}"
            f" ({wanted['hash'][:12]}), not {embedding.name} ({embedding.hash[:12]}): train again"
        )
    embedding.load()
    return embedding
