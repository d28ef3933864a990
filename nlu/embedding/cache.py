"""Vectors that were computed before, so that retraining need not compute them again."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
_CHUNK = 64


class EmbeddingCache:
    """A SQLite file of vectors keyed by (hash of the embedding model, hash of the text).

    The texts themselves are not stored. Several processes may use one file.
    """

    def __init__(self, path: Path, model_hash: str) -> None:
        self._path = path
        self._model = model_hash

    def vectors(
        self, texts: Sequence[str], encode: Encode, progress: Callable[[int, int], None]
    ) -> NDArray[np.float32]:
        """Return the vectors of ``texts`` (texts x dimension), computing only the missing ones.

        ``progress`` is called with (vectors ready, vectors asked for).
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(sqlite3.connect(self._path, timeout=60)) as store:
            store.execute(
                "CREATE TABLE IF NOT EXISTS vector (model TEXT, text BLOB, value BLOB,"
                " PRIMARY KEY (model, text)) WITHOUT ROWID"
            )
            keys = [
                hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts
            ]
            known = self._known(store, keys)
            missing = sorted(
                {k: t for k, t in zip(keys, texts, strict=True) if k not in known}.items()
            )
            ready = len(texts) - len(missing)
            progress(ready, len(texts))
            for start in range(0, len(missing), _CHUNK):
                chunk = missing[start : start + _CHUNK]
                rows = encode([text for _, text in chunk])
                known.update((key, row) for (key, _), row in zip(chunk, rows, strict=True))
                self._add(store, [(key, row) for (key, _), row in zip(chunk, rows, strict=True)])
                progress(ready + start + len(chunk), len(texts))
        return np.stack([known[key] for key in keys]) if keys else np.zeros((0, 0), np.float32)

    def _known(
        self, store: sqlite3.Connection, keys: Sequence[bytes]
    ) -> dict[bytes, NDArray[np.float32]]:
        wanted = set(keys)
        rows = store.execute("SELECT text, value FROM vector WHERE model = ?", (self._model,))
        return {key: np.frombuffer(value, "<f4") for key, value in rows if key in wanted}

    def _add(
        self, store: sqlite3.Connection, rows: Sequence[tuple[bytes, NDArray[np.float32]]]
    ) -> None:
        with store:
            store.executemany(
                "INSERT OR IGNORE INTO vector VALUES (?, ?, ?)",
                [(self._model, key, row.astype("<f4").tobytes()) for key, row in rows],
            )
