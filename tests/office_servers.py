"""A small mail server and a small web server on loopback, which keep what arrives at the office."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


@dataclass
class Office:
    """What arrived at the office. ``refuses`` makes both servers turn everything away."""

    refuses: bool = False
    envelopes: list[list[str]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    calls: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def bodies(self) -> list[str]:
        """The texts of the messages."""
        found = []
        for message in self.messages:
            content = message.get_payload(decode=True)
            assert isinstance(content, bytes)
            found.append(content.decode())
        return found


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


@contextmanager
def mail_server(office: Office) -> Iterator[int]:
    """Serve mail for the office; give the port."""
    with _serving(socketserver.TCPServer(("127.0.0.1", 0), _mail_handler(office))) as port:
        yield port


@contextmanager
def web_hook(office: Office) -> Iterator[int]:
    """Serve the office's webhook; give the port."""
    with _serving(HTTPServer(("127.0.0.1", 0), _hook_handler(office))) as port:
        yield port
