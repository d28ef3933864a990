"""The rooms put together from the settings of one process."""

from __future__ import annotations

import logging
import os
import secrets
from pathlib import Path

import click

import nlu
from connectors import Bundle
from dialogue import Assets
from foundation.errors import (
    EmbeddingUnavailableError,
    ModelUnavailableError,
    TrainingDataError,
)
from foundation.settings import Settings, read_settings
from handoff import new_ticket
from learning import LiveBundles, load_bundle_parts
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
    """Read the office's calendar."""
    return Calendar.load(config.training_data / "kalender.yml")


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


class WorkerBundles:
    """The bundle that a worker answers with; without a usable model, only the words."""

    def __init__(self, config: Settings) -> None:
        self._config = config
        self._live = LiveBundles(config.models_dir, _load)
        self._words: Assets | None = None

    def current(self) -> Bundle:
        """Return the live bundle, or one without a model, so that everything goes to people."""
        current = self._live.current()
        if current is None:
            return Bundle(version="", assets=self._words_alone(), model=None)
        version, bundle = current
        return Bundle(version=version, assets=bundle.assets, model=bundle.model)

    def _words_alone(self) -> Assets:
        try:
            if self._words is None:
                self._words = Assets.load(self._config.training_data)
        except TrainingDataError as error:
            raise ModelUnavailableError(f"no bundle, and the training data: {error}") from error
        return self._words


def _load(folder: Path) -> Bundle:
    assets, model = load_bundle_parts(folder)
    return Bundle(version=folder.name, assets=assets, model=model)
