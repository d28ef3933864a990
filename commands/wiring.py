"""The packages put together from the settings of one process."""

from __future__ import annotations

import logging
import os
import secrets
import threading
from dataclasses import replace
from pathlib import Path

import click

import nlu
from connectors import Bundle
from dialogue import Assets
from foundation.errors import (
    EmbeddingUnavailableError,
    ModelUnavailableError,
    StoreUnavailableError,
    TrainingDataError,
)
from foundation.settings import Settings, read_settings
from handoff import CalendarFollower, new_ticket
from learning import (
    ControlSample,
    LiveBundles,
    LiveView,
    adopt_first,
    load_assets,
    load_bundle_parts,
    read_live,
)
from reports import evaluation
from service_hours import Calendar
from storage import Store

logger = logging.getLogger(__name__)


def settings() -> Settings:
    """Return this process's settings."""
    return read_settings(os.environ)


def open_store(config: Settings) -> Store:
    """Open the store of the settings."""
    config.data_dir.mkdir(parents=True, exist_ok=True)
    return Store.open(config.store_url, clock=config.clock())


def calendar(config: Settings) -> Calendar:
    """Read the calendar of the files, for what keeps nothing."""
    return Calendar.load(config.training_data / "kalender.yml")


def office_calendar(config: Settings, store: Store) -> CalendarFollower:
    """Return the calendar with what the office changed on its page, as of now."""
    follower = CalendarFollower(store, calendar(config).file)
    follower.refresh()
    return follower


def fresh_ticket() -> str:
    """Return an unused ticket number."""
    return new_ticket(secrets.randbelow)


def fresh_id() -> str:
    """Return an unguessable identifier."""
    return secrets.token_urlsafe(16)


def secret_key(config: Settings) -> str:
    """Return the key that signs cookies and tokens.

    On loopback without ``HALO_SECRET_KEY`` a key is made once and kept beside the data, readable
    by this user only, so that a restart does not end anybody's conversation.
    """
    if config.secret_key:
        return config.secret_key
    path = config.data_dir / "secret_key"
    if not path.exists():
        config.data_dir.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="utf-8").strip()


def embedding(config: Settings) -> nlu.Embedding | None:
    """Return the embedding model; ``None``, loudly, when it cannot be had."""
    try:
        return nlu.open_embedding(config.embedding_model, data_dir=config.embedding_home)
    except EmbeddingUnavailableError as error:
        logger.error("training goes on with n-grams alone: %s", error)  # noqa: TRY400
        click.echo(f"PERINGATAN: dilatih tanpa embedding. {error}", err=True)
        return None


def control_sample(config: Settings) -> ControlSample:
    """Return the random sample of turns from which the risk is estimated."""
    return ControlSample(share=config.learning.control_percent / 100)


class WorkerBundles:
    """The bundle that a worker answers with; without a usable model, only the words.

    Without ``store`` the host's file alone says which bundle is live (commands that keep nothing).
    """

    def __init__(self, config: Settings, store: Store | None = None) -> None:
        self._config = config
        self._words: Assets | None = None
        self._store = store
        loader = BundleLoader(config, warm=store is not None)
        self._live = LiveBundles(config.models_dir, loader, store=store)
        self._view = LiveView(self._live, store, _without_withdrawn) if store else None

    def current(self) -> Bundle:
        """Look anew and return the live bundle, or one without a model: all goes to people then."""
        if self._view is not None:
            return self._view.refresh() or self._without_model()
        found = self._live.current()
        return found[1] if found else self._without_model()

    def latest(self) -> Bundle:
        """Return the bundle that the last look found; for use while ``follow`` runs."""
        found = self._view.latest() if self._view else None
        return found or self._without_model()

    def follow(self, stop: threading.Event) -> None:
        """Swap bundles and drop withdrawn answers behind the turns until ``stop`` is set."""
        if self._view is None or self._store is None:
            return
        live = self._live.latest()
        pointer = read_live(self._config.models_dir)
        try:
            if live and pointer and live[0] == pointer.version:
                adopt_first(self._store, self._config.models_dir, live[0])
        except StoreUnavailableError:
            logger.exception("the store was not told which bundle is live")
        self._view.follow(stop, prepare=True)

    def _without_model(self) -> Bundle:
        return Bundle(version="", assets=self._words_alone(), model=None)

    def _words_alone(self) -> Assets:
        try:
            if self._words is None:
                self._words = Assets.load(self._config.training_data)
        except TrainingDataError as error:
            raise ModelUnavailableError(f"no bundle, and the training data: {error}") from error
        return self._words


class BundleLoader:
    """Loads one bundle after the other with one encoder: reading it anew takes time and memory.

    With ``warm`` the first resident does not wait for what a bundle reads on first use.
    """

    def __init__(self, config: Settings, *, warm: bool = False) -> None:
        self._config = config
        self._warm = warm
        self._embedding: nlu.Embedding | None = None

    def __call__(self, folder: Path) -> Bundle:
        """Load a bundle; raises as ``learning.load_bundle_parts`` does."""
        if self._embedding is not None:
            try:
                return self._loaded(folder)
            except EmbeddingUnavailableError:
                logger.info("bundle %s wants another embedding model than the last", folder.name)
        self._embedding = self._opened()
        return self._loaded(folder)

    def _loaded(self, folder: Path) -> Bundle:
        assets, model = load_bundle_parts(folder, embedding=self._embedding)
        bundle = Bundle(version=folder.name, assets=assets, model=model)
        if self._warm:
            bundle.assistant().warm_up()
        return bundle

    def _opened(self) -> nlu.Embedding | None:
        config = self._config
        try:
            return nlu.open_embedding(config.embedding_model, data_dir=config.embedding_home)
        except EmbeddingUnavailableError:
            return None  # a bundle that needs one says so when it is loaded


def _without_withdrawn(_version: str, bundle: Bundle, labels: frozenset[str]) -> Bundle:
    return replace(bundle, assets=bundle.assets.without_answers(labels))


def live_words(config: Settings, store: Store) -> Assets:
    """Return the words that residents get now, of the live bundle or, without one, of the files."""
    bundles = LiveBundles(config.models_dir, load_assets, store=store)
    view = LiveView(bundles, store, lambda _, assets, labels: assets.without_answers(labels))
    return view.refresh() or Assets.load(config.training_data)


def evaluation_context(config: Settings, store: Store) -> evaluation.EvaluationContext:
    """Return what an evaluation looks at beside the store."""
    answers = tuple(live_words(config, store).knowledge.values())
    return evaluation.EvaluationContext(
        office_calendar(config, store).calendar, config.wait_target_minutes, answers
    )


def existing_store(config: Settings) -> Store | None:
    """Return the store when there is one of this program's schema; ``None``, told, otherwise.

    For commands that also work on a fresh checkout, and must not make a database there.
    """
    if not config.database_url and not (config.data_dir / "halo.sqlite3").exists():
        return None
    store = Store.open(config.store_url, clock=config.clock())
    try:
        if store.schema_is_current():
            return store
        logger.warning("the store is not used: its schema is of another version")
    except StoreUnavailableError as error:
        logger.warning("the store is not used: %s", error)
    store.close()
    return None
