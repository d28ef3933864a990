"""A whole web process for tests: real store, real words, and a worker that answers at once."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from connectors import Bundle, Gateway
from dialogue import Assets
from foundation.clock import StillClock
from foundation.errors import WorkerTimeoutError
from foundation.settings import Settings
from nlu.types import Intent, Understanding
from service_hours import Calendar
from storage import Store, Wakeups, due_conversations, open_wakeups
from tests.web.resident import Resident
from web import EventFeed, LiveBundle, Services, create_app

FOUNDERS = "pendirian_koperasi/jumlah_pendiri"


@dataclass(frozen=True)
class KnownSentences:
    """An NLU that knows a few sentences by heart; anything else is out of its depth."""

    labels: Mapping[str, str]
    version: str = "tes-1"

    def understand(self, text: str) -> Understanding:
        label = self.labels.get(text)
        intent = Intent(label or FOUNDERS, 0.97 if label else 0.05)
        return Understanding(
            text=text,
            intent=intent,
            ranking=(intent, Intent("pendirian_koperasi/biaya", 0.02)),
            decision="answer" if label else "handoff",
            model_version=self.version,
        )


@dataclass
class WorkingWakeups:
    """Wake-ups of a store next to which a worker stands: a published message is answered."""

    store: Store
    gateway: Gateway
    listening: Wakeups
    idle: bool = False
    published: int = field(default=0)

    def publish(self) -> None:
        self.published += 1
        if self.idle:
            return
        with self.store.read() as tx:
            due = due_conversations(tx, settle={}, limit=100)
        for conversation_id in due:
            self.gateway.take_turn(conversation_id)

    def wait(self, timeout: float) -> bool:
        return self.listening.wait(timeout)

    def close(self) -> None:
        self.listening.close()


@dataclass
class Fixture:
    """Everything of one web process, to be looked into and changed by a test."""

    app: Flask
    services: Services
    wakeups: WorkingWakeups
    asked: list[Mapping[str, Any]]

    @property
    def feed(self) -> EventFeed:
        feed = self.app.extensions["halo_feed"]
        assert isinstance(feed, EventFeed)
        return feed

    def client(self) -> FlaskClient:
        return self.app.test_client()


FixtureMaker = Callable[..., Fixture]


@pytest.fixture
def make_fixture(
    clock: StillClock, assets: Assets, calendar: Calendar, tmp_path: Path
) -> Iterator[FixtureMaker]:
    """Give a maker of web processes on a store; they are taken down after the test."""
    made: list[Fixture] = []

    def make(
        store: Store,
        *,
        model: bool = True,
        parse: Callable[[str], Mapping[str, Any]] | None = None,
        **settings: Any,
    ) -> Fixture:
        fixture = _fixture(store, assets, calendar, clock, tmp_path, model, parse, settings)
        made.append(fixture)
        return fixture

    yield make
    for fixture in made:
        fixture.feed.stop()
        fixture.wakeups.close()


def _fixture(
    store: Store,
    assets: Assets,
    calendar: Calendar,
    clock: StillClock,
    data_dir: Path,
    model: bool,
    parse: Callable[[str], Mapping[str, Any]] | None,
    settings: Mapping[str, Any],
) -> Fixture:
    numbers = itertools.count(1)
    understands = KnownSentences({"min brp org sih klo mau bikin koperasi": FOUNDERS})
    gateway = Gateway(
        store=store,
        bundle=Bundle("tes-1", assets, understands if model else None),
        calendar=calendar,
        new_ticket=lambda: f"HK-TES-{next(numbers)}",
        new_turn_id=lambda: f"turn-{next(numbers)}",
    )
    wakeups = WorkingWakeups(store, gateway, open_wakeups(store))
    asked: list[Mapping[str, Any]] = []

    def ask_worker(request: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(request)
        if request["op"] == "ping":
            return {"version": "tes-1", "usable_model": model}
        if parse is None:
            raise WorkerTimeoutError("no worker in this test")
        return parse(request["text"])

    services = Services(
        settings=Settings(data_dir=data_dir, **settings),
        store=store,
        wakeups=wakeups,
        clock=clock,
        calendar=calendar,
        live_bundle=lambda: LiveBundle("tes-1", assets) if model else None,
        ask_worker=ask_worker,
        new_ticket=lambda: f"HK-TES-{next(numbers)}",
        new_id=lambda: f"id-{next(numbers):04d}",
        secret_key="kunci rahasia untuk tes, cukup panjang",
    )
    return Fixture(create_app(services), services, wakeups, asked)


@pytest.fixture
def fixture(sqlite_store: Store, make_fixture: FixtureMaker) -> Fixture:
    """A web process on SQLite, for tests that are not about the store."""
    return make_fixture(sqlite_store)


@pytest.fixture
def client(fixture: Fixture) -> FlaskClient:
    return fixture.client()


@pytest.fixture
def resident(store: Store, make_fixture: FixtureMaker) -> Resident:
    """A widget's session on either store, of a service with a WhatsApp number."""
    return Resident(make_fixture(store, whatsapp_number="6281200000000").client())
