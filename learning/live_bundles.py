"""The live bundle of one process: looked for, fetched, loaded and swapped in behind the turns."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from foundation.errors import ModelUnavailableError, StoreUnavailableError
from learning.bundles import list_bundles
from learning.live import LivePointer, live_of, mirror_live, read_live, start_with
from learning.registry import (
    fetch_bundle,
    find_registered,
    next_stored,
    register_bundle,
    store_bundle,
)
from learning.withdrawals import withdrawn_labels
from storage import Store

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
_PREPARE_EVERY = 15
"""Looks between two looks for a candidate that this host does not have yet."""
T = TypeVar("T")
V = TypeVar("V")


def live_pointer(store: Store | None, models_dir: Path) -> LivePointer | None:
    """Return which bundle is to answer: what the store says, else what the host's file says.

    The host's file is kept in step with the store. A store that does not answer decides nothing.
    """
    if store is None:
        return read_live(models_dir)
    try:
        with store.read() as tx:
            pointer = live_of(tx)
    except StoreUnavailableError as error:
        logger.warning("the store does not say which bundle is live: %s", error)
        return read_live(models_dir)
    if pointer is None:
        return read_live(models_dir)
    on_host = read_live(models_dir)
    if models_dir.is_dir() and (on_host is None or on_host.version != pointer.version):
        mirror_live(models_dir, pointer)
    return pointer


def fetch_if_known(store: Store, version: str, models_dir: Path) -> Path:
    """Return the bundle's folder on this host, fetched from the store where that holds it."""
    with store.read() as tx:
        found = find_registered(tx, version)
    if found is None or not found.stored:
        return models_dir / version
    return fetch_bundle(store, version, models_dir)


class LiveBundles(Generic[T]):
    """The live bundle of one process, loaded with ``load(folder)`` and swapped when promoted.

    The one before stays in memory: whoever rolls back is in a hurry. A bundle that cannot be loaded
    is refused, loudly, and the one in use goes on; when there is none in use yet, the promoted
    versions before it are tried, newest first.
    """

    def __init__(
        self,
        models_dir: Path,
        load: Callable[[Path], T],
        *,
        store: Store | None = None,
    ) -> None:
        self._models_dir = models_dir
        self._load = load
        self._store = store
        self._lock = threading.Lock()
        self._seen: tuple[int, str] | None = None
        self._current: tuple[str, T] | None = None
        self._before: tuple[str, T] | None = None
        self._prepared = ""
        self.problem: str | None = None

    def current(self) -> tuple[str, T] | None:
        """Look for a newer one, and return (version, bundle); ``None`` without a usable one."""
        self.refresh()
        return self._current

    def latest(self) -> tuple[str, T] | None:
        """Return what the last look found."""
        return self._current

    def refresh(self) -> None:
        """Look which bundle is live, and load it when it is another.

        The old one goes on until the new one is loaded: turns may be taken meanwhile.
        """
        with self._lock:
            pointer = live_pointer(self._store, self._models_dir)
            if pointer and (pointer.epoch, pointer.version) != self._seen:
                self._swap(pointer)
                self._seen = (pointer.epoch, pointer.version)

    def prepare(self) -> None:
        """Fetch the candidate that may be promoted next, so that its promotion is quick here.

        One that cannot be fetched is told and left; a promotion tries it again.
        """
        if self._store is None or self._current is None:
            return
        with self._store.read() as tx:
            version = next_stored(tx, self._current[0])
        if version is None or version == self._prepared:
            return
        self._prepared = version
        try:
            fetch_bundle(self._store, version, self._models_dir)
        except ModelUnavailableError:
            logger.exception("candidate %s cannot be fetched beforehand", version)

    def _swap(self, pointer: LivePointer) -> None:
        if self._current is not None and self._current[0] == pointer.version:
            self.problem = None
            return
        candidates = [pointer.version]
        if self._current is None:
            candidates += reversed(pointer.history)
        for version in dict.fromkeys(candidates):
            try:
                loaded = self._loaded(version)
            except ModelUnavailableError as error:
                self.problem = str(error)
                logger.exception("bundle %s is refused", version)
                continue
            self._before, self._current = self._current, (version, loaded)
            if version == pointer.version:
                self.problem = None
            logger.info("bundle %s answers from now on", version)
            return

    def _loaded(self, version: str) -> T:
        if self._before is not None and self._before[0] == version:
            return self._before[1]
        return self._load(self._folder(version))

    def _folder(self, version: str) -> Path:
        if self._store is None:
            return self._models_dir / version
        return fetch_if_known(self._store, version, self._models_dir)


class LiveView(Generic[T, V]):
    """What one process answers by: the live bundle without the withdrawn answers.

    ``make(version, bundle, withdrawn labels)`` is called when one of them changed. While ``follow``
    runs, in a thread or a greenlet, ``latest`` costs nothing and is two seconds old at most, but
    for the time that a new bundle takes to load.
    """

    def __init__(
        self,
        bundles: LiveBundles[T],
        store: Store,
        make: Callable[[str, T, frozenset[str]], V],
    ) -> None:
        self._bundles = bundles
        self._store = store
        self._make = make
        self._labels: frozenset[str] = frozenset()
        self._made: tuple[str, frozenset[str]] | None = None
        self._view: V | None = None

    def latest(self) -> V | None:
        """Return what the last look found; ``None`` without a usable bundle."""
        return self._view

    def refresh(self) -> V | None:
        """Look what is live and what is withdrawn; return the view of it.

        Raises ``StoreUnavailableError`` only where a bundle has to be fetched.
        """
        self._look_for_withdrawals()
        current = self._bundles.current()
        if current is not None and (current[0], self._labels) != self._made:
            self._view = self._make(*current, self._labels)
            self._made = (current[0], self._labels)
        return self._view

    def follow(self, stop: threading.Event, *, prepare: bool = False) -> None:
        """Look every second until ``stop`` is set. A store that is down is waited for, loudly.

        With ``prepare`` the next candidate is fetched from the store before it is promoted.
        """
        looks = 0
        while not stop.wait(LOOK_SECONDS):
            try:
                self.refresh()
                if prepare and looks % _PREPARE_EVERY == 0:
                    self._bundles.prepare()
                looks += 1
            except (StoreUnavailableError, OSError):
                logger.exception("the live bundle cannot be fetched; trying again")

    def _look_for_withdrawals(self) -> None:
        try:
            with self._store.read() as tx:
                self._labels = withdrawn_labels(tx)
        except StoreUnavailableError as error:
            logger.warning("the store does not say which answers are withdrawn: %s", error)


def adopt_first(store: Store, models_dir: Path, version: str) -> None:
    """Let the store know the bundle that answers on a fresh installation.

    Does nothing once the store says which bundle is live. On PostgreSQL, where there may be other
    hosts, the contents are stored too.
    """
    with store.read() as tx:
        if live_of(tx) is not None:
            return
    for info in list_bundles(models_dir):
        if info.version == version:
            if store.dialect == "postgresql":
                store_bundle(store, info, author="")
            else:
                register_bundle(store, info, author="")
            with store.write() as tx:
                if live_of(tx) is None:
                    start_with(tx, version)
