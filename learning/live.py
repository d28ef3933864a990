"""Which bundle answers: a small file that every process of the host watches."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from foundation.errors import ModelUnavailableError

logger = logging.getLogger(__name__)

_POINTER = "live.json"
_HISTORY = 20
T = TypeVar("T")


@dataclass(frozen=True)
class LivePointer:
    """The promoted version and those before it, newest last."""

    version: str
    history: tuple[str, ...] = ()


def read_live(models_dir: Path) -> LivePointer | None:
    """Return the pointer; ``None`` when nothing was promoted or the file cannot be read."""
    try:
        content = json.loads((models_dir / _POINTER).read_text(encoding="utf-8"))
        return LivePointer(str(content["version"]), tuple(map(str, content["history"])))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        logger.error("%s cannot be read: %s", models_dir / _POINTER, error)  # noqa: TRY400 - no trace needed
        return None


def write_live(models_dir: Path, version: str) -> LivePointer:
    """Promote ``version``; the change is atomic and survives a crash."""
    before = read_live(models_dir)
    if before and before.version == version:
        return before
    history = (*before.history, before.version)[-_HISTORY:] if before else ()
    pointer = LivePointer(version, history)
    temporary = models_dir / f".{_POINTER}.{os.getpid()}"
    with temporary.open("w", encoding="utf-8") as file:
        json.dump({"version": version, "history": history}, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(models_dir / _POINTER)
    return pointer


class LiveBundles(Generic[T]):
    """The live bundle of one process, loaded with ``load(folder)`` and swapped when promoted.

    A bundle that cannot be loaded is refused, loudly, and the one in use goes on; when there is
    none in use yet, the promoted versions before it are tried, newest first.
    """

    def __init__(self, models_dir: Path, load: Callable[[Path], T]) -> None:
        self._models_dir = models_dir
        self._load = load
        self._lock = threading.Lock()
        self._seen: str | None = None
        self._current: tuple[str, T] | None = None
        self.problem: str | None = None

    def current(self) -> tuple[str, T] | None:
        """Return (version, bundle), or ``None`` while there is no usable bundle."""
        with self._lock:
            pointer = read_live(self._models_dir)
            if pointer and pointer.version != self._seen:
                self._seen = pointer.version
                self._swap(pointer)
            return self._current

    def _swap(self, pointer: LivePointer) -> None:
        candidates = [pointer.version]
        if self._current is None:
            candidates += reversed(pointer.history)
        for version in candidates:
            try:
                loaded = self._load(self._models_dir / version)
            except ModelUnavailableError as error:
                self.problem = str(error)
                logger.exception("bundle %s is refused", version)
                continue
            self._current = (version, loaded)
            if version == pointer.version:
                self.problem = None
            logger.info("bundle %s answers from now on", version)
            return
