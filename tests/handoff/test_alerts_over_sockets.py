"""Alerts leave by real sockets: to a small mail server and a small web server on loopback."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from connectors import Alarm, Scheduler
from foundation.clock import StillClock
from foundation.settings import AlertSettings
from handoff import open_case
from service_hours import Calendar
from storage import Store
from tests.builders import a_conversation


@dataclass
class Office:
    """What arrived at the office. ``refuses`` makes both servers turn everything away."""

    refuses: bool = False
    envelopes: list[list[str]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    calls: list[tuple[str, Any]] = field(default_factory=list)


def _mail_handler(office: Office) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        """As much of RFC 5321 as a client needs that sends one message."""

        def handle(self) -> None:
            self._addresses: list[str] = []
            self._say("220 surel.contoh.go.id")
            while line := self.rfile.readline().decode().strip():
                verb, _, rest = line.partition(" ")
                self._say(self._answer(verb.upper(), rest))

        def _answer(self, verb: str, rest: str) -> str:
            if office.refuses and verb == "MAIL":
                return "550 tidak diterima"
            if verb in ("MAIL", "RCPT"):
                self._addresses.append(rest.partition(":")[2].split()[0])
            elif verb == "DATA":
                self._say("354 silakan")
                office.messages.append(message_from_bytes(self._body()))
                office.envelopes.append(self._addresses)
            return "250 baik"

        def _body(self) -> bytes:
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line)
            return b"".join(lines)

        def _say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    return Handler


def _hook_handler(office: Office) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Takes JSON."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if not office.refuses:
                office.calls.append((self.path, json.loads(body)))
            self.send_response(503 if office.refuses else 204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def scheduler(office: Office, sqlite_store: Store) -> Iterator[Scheduler]:
    mail = socketserver.TCPServer(("127.0.0.1", 0), _mail_handler(office))
    hook = HTTPServer(("127.0.0.1", 0), _hook_handler(office))
    with _serving(mail) as mail_port, _serving(hook) as hook_port:
        settings = AlertSettings(
            smtp_host="127.0.0.1",
            smtp_port=mail_port,
            smtp_starttls=False,
            sender="halo@contoh.go.id",
            recipients=("kepala@contoh.go.id", "bidang@contoh.go.id"),
            webhook=f"http://127.0.0.1:{hook_port}/kait",
        )
        alarm = Alarm(settings, "http://127.0.0.1:8000/petugas")
        yield Scheduler(sqlite_store, Calendar(), alarm, timedelta(minutes=15))
        alarm.session.close()


def _a_late_case(store: Store, clock: StillClock) -> None:
    conversation = a_conversation(store)
    with store.write() as tx:
        open_case(
            tx, conversation.id, reason="diminta", ticket="HK-AAAA-0001", card={}, actor="bot"
        )
    clock.advance(minutes=20)


def test_an_alert_arrives_by_mail_and_by_webhook(
    scheduler: Scheduler, office: Office, sqlite_store: Store, clock: StillClock
) -> None:
    _a_late_case(sqlite_store, clock)
    scheduler.once()
    scheduler.once()
    assert office.envelopes == [
        ["<halo@contoh.go.id>", "<kepala@contoh.go.id>", "<bidang@contoh.go.id>"]
    ]
    [message] = office.messages
    assert message["To"] == "kepala@contoh.go.id, bidang@contoh.go.id"
    content = message.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert "HK-AAAA-0001" in content.decode()
    [(path, body)] = office.calls
    assert path == "/kait"
    assert body["cases"][0] == {
        "ticket": "HK-AAAA-0001",
        "opened_at": "2026-11-24T02:00:00+00:00",
        "service_minutes": 20,
    }


def test_an_office_that_refuses_stops_nothing(
    scheduler: Scheduler, office: Office, sqlite_store: Store, clock: StillClock
) -> None:
    office.refuses = True
    _a_late_case(sqlite_store, clock)
    assert scheduler.once() == 1
    assert (office.messages, office.calls) == ([], [])
