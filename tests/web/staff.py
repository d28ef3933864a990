"""The web application for tests of the staff's pages, and small makers of what they show."""

from __future__ import annotations

import itertools
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dialogue import Assets
from foundation.clock import Clock
from foundation.settings import Settings
from handoff import CalendarFollower, Case, note_attention, open_case
from service_hours import Calendar
from storage import (
    Account,
    Conversation,
    Store,
    append_event,
    assign_turn,
    create_account,
    list_accounts,
    open_conversation,
    receive,
)
from tests.builders import an_inbound
from web import LiveBundle, Services, create_app
from web.accounts.session import session_values

DATA = Path(__file__).parents[2] / "training_data"
ASSETS = Assets.load(DATA)
PASSWORD = "sandi-yang-panjang"
_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_numbers = itertools.count(1)


@dataclass
class Signal:
    """Wake-ups within one process."""

    event: threading.Event = field(default_factory=threading.Event)

    def publish(self) -> None:
        self.event.set()

    def wait(self, timeout: float) -> bool:
        happened = self.event.wait(min(timeout, 0.05))
        self.event.clear()
        return happened

    def close(self) -> None:
        pass


def services_for(store: Store, clock: Clock, **settings: Any) -> Services:
    tickets = (f"HK-TEST-{number:04d}" for number in itertools.count(1))
    keys = (f"kunci-{number}" for number in itertools.count(1))
    bundle = LiveBundle("uji", ASSETS)
    hours = CalendarFollower(store, Calendar.load(DATA / "kalender.yml").file)
    return Services(
        settings=Settings(**settings),
        store=store,
        wakeups=Signal(),
        clock=clock,
        calendar=hours.calendar,
        look_at_calendar=hours.refresh,
        live_bundle=lambda: bundle,
        ask_worker=lambda request: {},
        new_ticket=lambda: next(tickets),
        new_id=lambda: next(keys),
        secret_key="rahasia-untuk-pengujian-saja-0123456789",
    )


def staff_app(store: Store, clock: Clock, **settings: Any) -> Flask:
    app = create_app(services_for(store, clock, **settings))
    app.config["TESTING"] = True
    return app


def an_account(store: Store, name: str, role: str = "petugas", display_name: str = "") -> Account:
    with store.write() as tx:
        return create_account(
            tx, name, PASSWORD, role, display_name=display_name or name.title(), hasher=_QUICK
        )


def csrf_token(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def try_to_sign_in(
    client: FlaskClient, name: str, password: str = PASSWORD, **more: Any
) -> TestResponse:
    token = csrf_token(client.get("/masuk"))
    form = {"csrf_token": token, "username": name, "password": password, **more.pop("form", {})}
    return client.post("/masuk", data=form, **more)


@dataclass
class Staff:
    """A signed-in browser."""

    client: FlaskClient
    token: str

    def get(self, path: str, *, part: bool = False) -> TestResponse:
        return self.client.get(path, headers={"HX-Request": "true"} if part else {})

    def post(self, path: str, *, part: bool = True, **form: str) -> TestResponse:
        return self.client.post(
            path,
            data={"csrf_token": self.token, **form},
            headers={"HX-Request": "true"} if part else {},
        )


def signed_in(app: Flask, name: str) -> Staff:
    """Return a browser in which ``name`` signed in, without the slow look at the password."""
    services: Services = app.extensions["halo"]
    with services.store.read() as tx:
        [account] = [account for account in list_accounts(tx) if account.name == name]
    client = app.test_client()
    with client.session_transaction() as session:
        session.permanent = True
        session.update(session_values(account, services.clock()))
    return Staff(client, csrf_token(client.get("/laporan")))


def a_chat(store: Store, address: str, channel: str = "webchat") -> Conversation:
    with store.write() as tx:
        return open_conversation(tx, channel=channel, address=address)


def a_turn(
    store: Store,
    conversation: Conversation,
    text: str,
    *,
    bot: str = "Baik.",
    decision: str = "answer",
    data: dict[str, Any] | None = None,
    slots: dict[str, Any] | None = None,
    attention: bool = False,
) -> None:
    """Let the resident write and the assistant answer, as the gateway writes it down."""
    number = next(_numbers)
    with store.write() as tx:
        inbound = an_inbound(conversation, f"m-{number}", text, sent_at=tx.now)
        receipt = receive(tx, inbound)
        turn = f"giliran-{number}"
        assign_turn(tx, [receipt.inbox_id], turn_id=turn)
        details = {"inbox_id": receipt.inbox_id, "intent": "", "ranking": [], **(data or {})}
        append_event(
            tx, conversation.id, type="understood", actor="bot", data=details, turn_id=turn
        )
        decided = append_event(
            tx,
            conversation.id,
            type="decided",
            actor="bot",
            data={"decision": decision, "answers": details.get("answers", [])},
            content={"slots": slots or {}},
            turn_id=turn,
        )
        if attention:
            note_attention(tx, conversation.id, event_id=decided.id, kind=decision)
        append_event(
            tx,
            conversation.id,
            type="bot",
            actor="bot",
            data={"buttons": []},
            content={"text": bot},
            turn_id=turn,
        )


def a_case(store: Store, conversation: Conversation, reason: str = "diminta") -> Case:
    with store.write() as tx:
        ticket = f"HK-{next(_numbers):04d}"
        return open_case(tx, conversation.id, reason=reason, ticket=ticket, card={}, actor="bot")
