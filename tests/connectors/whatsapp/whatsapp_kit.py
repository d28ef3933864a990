"""A WhatsApp fixture for tests: webhook, turns and delivery on a real store, Meta scripted."""

from __future__ import annotations

import itertools
import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import requests
from flask import Flask
from flask.testing import FlaskClient
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from connectors import Bundle, Gateway, Retention
from connectors.whatsapp import Deliverer, make_deliverer, sign
from dialogue import Assets
from foundation.clock import StillClock
from foundation.settings import Settings, WhatsAppSettings
from nlu.types import Intent, Understanding
from service_hours import Calendar
from storage import (
    OutboxRow,
    Store,
    StoredEvent,
    due_conversations,
    get_outbox_row,
    list_inbox,
    list_outbox,
    read_events,
    tables,
)
from web import EventFeed, Services
from web.context import attach
from web.errors import register as register_errors
from web.whatsapp import register as register_whatsapp

PAYLOADS = Path(__file__).parent / "payloads"
T0 = 1_795_489_200
"""Tuesday 24 November 2026, 10.00 WIB; the samples were written around it."""

PHONE_NUMBER_ID = "104857600012345"
APP_SECRET = "contoh-rahasia-aplikasi-halo"
VERIFY_TOKEN = "contoh-token-verifikasi-halo"
LABEL = "pendirian_koperasi/jumlah_pendiri"

SETTINGS = Settings(
    public_url="https://halo.contoh.go.id",
    whatsapp=WhatsAppSettings(
        verify_token=VERIFY_TOKEN,
        app_secrets=(APP_SECRET,),
        access_token="contoh-token-akses",
        phone_number_id=PHONE_NUMBER_ID,
        graph_url="https://graph.contoh",
    ),
)


@dataclass
class OneLabel:
    """Understands every text as the same question, and remembers what it was asked."""

    version: str = "tes"
    heard: list[str] = field(default_factory=list)

    def understand(self, text: str) -> Understanding:
        self.heard.append(text)
        intent = Intent(LABEL, 0.97)
        return Understanding(text, intent, (intent,), decision="answer", model_version="tes")


@dataclass
class CountingWakeups:
    """Wake-ups that nobody hears."""

    published: int = 0

    def publish(self) -> None:
        self.published += 1

    def wait(self, timeout: float) -> bool:
        return True

    def close(self) -> None:
        pass


Scripted = Mapping[str, Any] | tuple[int, Any] | requests.RequestException


@dataclass
class ScriptedMeta(requests.Session):
    """Stands in for the session: answers from a script, else accepts with a fresh id."""

    script: deque[Scripted] = field(default_factory=deque)
    sent: list[dict[str, Any]] = field(default_factory=list)
    marks: list[dict[str, Any]] = field(default_factory=list)
    usable: bool = True
    before_answer: Callable[[], None] = lambda: None
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        super().__init__()

    def post(self, url: Any, data: Any = None, json: Any = None, **_: Any) -> requests.Response:
        assert str(url) == f"https://graph.contoh/v24.0/{PHONE_NUMBER_ID}/messages"
        if json.get("status") == "read":
            self.marks.append(json)
            return _response(200, {"success": True})
        self.sent.append(json)
        self.before_answer()
        if not self.script:
            return _response(200, accepted(f"wamid.keluar.{next(self.numbers)}"))
        step = self.script.popleft()
        if isinstance(step, requests.RequestException):
            raise step
        return _response(*step) if isinstance(step, tuple) else _response(200, step)

    def get(self, url: Any, **_: Any) -> requests.Response:
        return _response(200 if self.usable else 401, {})

    @property
    def bodies(self) -> list[str]:
        """The texts sent, whatever the form."""
        return [body_of(message) for message in self.sent]


def _response(status: int, body: Any) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return response


def accepted(wamid: str) -> dict[str, Any]:
    return {
        "messaging_product": "whatsapp",
        "contacts": [{"input": "+6281000000101", "wa_id": "6281000000101"}],
        "messages": [{"id": wamid}],
    }


def error(code: int, http: int = 400) -> tuple[int, Any]:
    """An answer of the Graph API that refuses."""
    return http, {"error": {"message": "contoh", "type": "OAuthException", "code": code}}


def body_of(message: Mapping[str, Any]) -> str:
    content = message[message["type"]]
    return str(content["body"] if message["type"] == "text" else content["body"]["text"])


def envelope(
    *,
    messages: Iterable[Any] = (),
    statuses: Iterable[Any] = (),
    contacts: Iterable[Any] = (),
    phone_number_id: str = PHONE_NUMBER_ID,
) -> dict[str, Any]:
    """A webhook body with one change."""
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": phone_number_id},
        "contacts": list(contacts),
        "messages": list(messages),
        "statuses": list(statuses),
    }
    change = {"field": "messages", "value": value}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}


_NUMBERS = itertools.count(1)


def text_item(
    body: str = "Halo, mau tanya soal NIB",
    *,
    number: str | None = "6281000000101",
    user: str | None = "ID.748CD974B2652AD2",
    id: str | None = None,
    at: int = T0,
    **more: Any,
) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": id or f"wamid.masuk.{next(_NUMBERS)}",
        "timestamp": str(at),
        "type": "text",
        "text": {"body": body},
        **more,
    }
    if number:
        item["from"] = number
    if user:
        item["from_user_id"] = user
    return item


def status_item(wamid: str, status: str, **more: Any) -> dict[str, Any]:
    return {"id": wamid, "status": status, "timestamp": str(T0), **more}


def failed_item(wamid: str, code: int, **more: Any) -> dict[str, Any]:
    return status_item(wamid, "failed", errors=[{"code": code, "title": "contoh"}], **more)


@dataclass
class WhatsAppFixture:
    """Everything between Meta and the assistant, on one store and one still clock."""

    store: Store
    clock: StillClock
    assets: Assets = field(repr=False)
    calendar: Calendar = field(repr=False)
    settings: Settings = SETTINGS
    meta: ScriptedMeta = field(default_factory=ScriptedMeta)
    jitter: float = 1.0

    def __post_init__(self) -> None:
        self.counter = itertools.count(1)
        self.model = OneLabel()
        self.wakeups = CountingWakeups()
        self.app = self._app()
        self.deliverer = self.new_deliverer()

    def new_deliverer(self) -> Deliverer:
        return make_deliverer(
            self.settings,
            self.store,
            self.meta,
            new_ticket=self._ticket,
            jitter=lambda: self.jitter,
        )

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def post(self, body: Any, *, secret: str = APP_SECRET, **headers: str) -> TestResponse:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = headers or {"X-Hub-Signature-256": sign(raw, secret)}
        return self.client.post(
            "/webhooks/whatsapp", data=raw, content_type="application/json", headers=headers
        )

    def post_sample(self, name: str) -> TestResponse:
        return self.post((PAYLOADS / name).read_bytes())

    def say(self, *bodies: str, **more: Any) -> None:
        """A resident writes; the webhook takes it."""
        answer = self.post(envelope(messages=[text_item(body, **more) for body in bodies]))
        assert answer.status_code == 200

    def work(self) -> int:
        """Answer everything that waits, as a worker does when the pause after it is over."""
        with self.store.read() as tx:
            due = due_conversations(tx, settle={}, limit=1000)
        return sum(self.gateway().take_turn(name) is not None for name in due)

    def deliver(self) -> None:
        """Send until nothing is due."""
        while self.deliverer.work_once():
            pass
        Retention(self.store).once()

    def gateway(self) -> Gateway:
        return Gateway(
            store=self.store,
            bundle=Bundle("tes", self.assets, self.model),
            calendar=self.calendar,
            new_ticket=self._ticket,
            new_turn_id=lambda: f"turn-{next(self.counter)}",
            public_url=self.settings.public_url,
        )

    @property
    def heard(self) -> list[str]:
        """The texts that the model was asked about."""
        return self.model.heard

    def inbox(self) -> list[dict[str, Any]]:
        with self.store.read() as tx:
            return list_inbox(tx)

    def outbox(self) -> list[dict[str, Any]]:
        with self.store.read() as tx:
            return list_outbox(tx)

    def row(self, outbox_id: int = 1) -> OutboxRow:
        with self.store.read() as tx:
            row = get_outbox_row(tx, outbox_id)
        assert row is not None
        return row

    def conversations(self) -> list[str]:
        return sorted({row["conversation"] for row in self.inbox()})

    def events(self, kind: str = "", *, conversation: str | None = None) -> list[StoredEvent]:
        with self.store.read() as tx:
            names = [conversation] if conversation else self._all_conversations(tx)
            events = [event for name in names for event in read_events(tx, name)]
        return [event for event in events if kind in ("", event.type)]

    def replies(self) -> list[str]:
        return [(event.content or {})["text"] for event in self.events("bot")]

    def cases(self) -> list[Any]:
        with self.store.read() as tx:
            return list(tx.connection.execute(tables.case_.select().order_by(tables.case_.c.id)))

    def at(self, seconds: float) -> datetime:
        """Return the moment so many seconds after T0."""
        return datetime.fromtimestamp(T0 + seconds, tz=self.clock().tzinfo)

    def _all_conversations(self, tx: Any) -> list[str]:
        """Those in which something happened, by their beginning; the clock may stand still."""
        of = tables.event.c
        query = select(of.conversation_id).group_by(of.conversation_id).order_by(func.min(of.id))
        return list(tx.connection.execute(query).scalars())

    def _ticket(self) -> str:
        return f"HK-TES-{next(self.counter)}"

    def _app(self) -> Flask:
        app = Flask("tes")
        app.config.update(SECRET_KEY="rahasia", MAX_CONTENT_LENGTH=1024)
        CSRFProtect(app)
        register_errors(app)
        services = Services(
            settings=self.settings,
            store=self.store,
            wakeups=self.wakeups,
            clock=self.clock,
            calendar=self.calendar,
            live_bundle=lambda: None,
            ask_worker=lambda request: {},
            new_ticket=self._ticket,
            new_id=lambda: f"id-{next(self.counter):06d}",
            secret_key="rahasia",
        )
        attach(app, services, EventFeed(self.store, self.wakeups))
        register_whatsapp(app, services)
        return app
