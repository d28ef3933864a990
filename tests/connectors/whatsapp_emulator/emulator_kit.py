"""What the emulator's tests share: an emulator on a still clock, a receiver, message bodies."""

import base64
import copy
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask, request
from werkzeug.serving import make_server

from connectors.whatsapp_emulator import (
    ChatMessage,
    Emulator,
    EmulatorConfig,
    Resident,
    ResidentSide,
)
from foundation.clock import StillClock

SECRET = "contoh-rahasia-aplikasi-halo"
VERIFY = "contoh-token-verifikasi-halo"
TOKEN = "contoh-token-akses-halo"
PHONE_ID = "104857600012345"
SEND = f"/v24.0/{PHONE_ID}/messages"
AUTH = {"Authorization": f"Bearer {TOKEN}"}
DATA = Path(__file__).parent / "data"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def an_emulator(clock: StillClock, **behaviour: Any) -> Emulator:
    config = EmulatorConfig(app_secret=SECRET, verify_token=VERIFY, access_token=TOKEN)
    emulator = Emulator(config, base_clock=clock, rng=Random(7))
    emulator.change_behaviour(behaviour)
    return emulator


def a_resident(emulator: Emulator, *, speaks: bool = True, **known: Any) -> Resident:
    """Euis, who has written a moment ago unless ``speaks`` is false."""
    wanted = {"name": "Euis Rahmawati", "wa_id": "6281000000101"} | known
    resident = emulator.people.add(**wanted)
    if speaks:
        ResidentSide(emulator).say_text(resident.user_id, "assalamualaikum min")
    return emulator.people.get(resident.user_id)


def to(resident: Resident | str, kind: str = "text", content: Any = None, **more: Any) -> dict:
    """The body of a send to a resident, or to a number written as given."""
    address = resident if isinstance(resident, str) else f"+{resident.wa_id}"
    content = {"body": "Wa'alaikumsalam"} if content is None else content
    body = {"messaging_product": "whatsapp", "to": address, "type": kind, kind: content}
    return body | more


def interactive(kind: str) -> dict[str, Any]:
    """A small valid interactive object of each kind."""
    actions: dict[str, Any] = {
        "button": {"buttons": [{"type": "reply", "reply": {"id": "nib", "title": "Buat NIB"}}]},
        "list": {
            "button": "Pilih layanan",
            "sections": [{"title": "Usaha", "rows": [a_row(0)]}],
        },
        "cta_url": {
            "name": "cta_url",
            "parameters": {"display_text": "Buka OSS", "url": "https://oss.go.id"},
        },
        "location_request_message": {"name": "send_location"},
        "contact_request": {"name": "request_contact_info"},
    }
    return {"type": kind, "body": {"text": "Silakan pilih."}, "action": actions[kind]}


def a_row(number: int) -> dict[str, str]:
    return {"id": f"r{number}", "title": f"Layanan {number}", "description": "Keterangan"}


def put(content: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of ``content`` with ``value`` at the dotted ``path``; headers get their type."""
    copied: dict[str, Any] = copy.deepcopy(dict(content))
    node: Any = copied
    *steps, last = path.split(".")
    for step in steps:
        if isinstance(node, list):
            node = node[int(step)]
        else:
            node = node.setdefault(step, {"type": "text"} if step == "header" else {})
    node[int(last) if isinstance(node, list) else last] = value
    return copied


class Receiver:
    """A webhook that remembers what it was sent. ``answers`` are given first, then 200."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)
        self.bodies: list[bytes] = []
        self.headers: list[Mapping[str, str]] = []

    def __call__(self, body: bytes, headers: Mapping[str, str]) -> int:
        self.bodies.append(body)
        self.headers.append(headers)
        return self.answers.pop(0) if self.answers else 200

    def values(self) -> list[dict[str, Any]]:
        """Every change's value, in the order of arrival."""
        bodies = [json.loads(body) for body in self.bodies]
        return [c["value"] for b in bodies for e in b["entry"] for c in e["changes"]]

    def messages(self) -> list[dict[str, Any]]:
        return [item for value in self.values() for item in value.get("messages", ())]

    def statuses(self) -> list[dict[str, Any]]:
        return [item for value in self.values() for item in value.get("statuses", ())]


def run(emulator: Emulator, receiver: Receiver, seconds: float = 0) -> Receiver:
    """Turn the clock in small steps and let everything happen that becomes due."""
    emulator.settle(receiver)
    for _ in range(int(seconds * 10)):
        emulator.turn_clock(0.1)
        emulator.settle(receiver)
    return receiver


def state_of(emulator: Emulator, message: ChatMessage) -> str:
    kept = emulator.chats.get(message.id)
    assert kept is not None
    return kept.state


@contextmanager
def a_webhook(*, echo: bool = True, any_token: bool = False, forgery: int = 401) -> Iterator[str]:
    """A real HTTP server that answers the handshake, rightly unless told; yields its address."""
    app = Flask("webhook")

    @app.get("/webhooks/whatsapp")
    def verify() -> tuple[str, int]:
        if not any_token and request.args.get("hub.verify_token") != VERIFY:
            return "", 403
        return (request.args["hub.challenge"] if echo else "halo"), 200

    @app.post("/webhooks/whatsapp")
    def event() -> tuple[str, int]:
        return "", forgery

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/webhooks/whatsapp"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def nobody() -> Iterator[str]:
    """The address of a webhook where nobody listens, nor can anybody begin to meanwhile."""
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{kept.getsockname()[1]}/webhooks/whatsapp"
