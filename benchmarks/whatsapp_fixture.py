"""What the WhatsApp benchmarks share: `halo serve`, a stand-in for Meta, and who posts webhooks."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from random import Random
from typing import Any

from connectors.whatsapp import sign

ROOT = Path(__file__).resolve().parent.parent
SECRET, PHONE_NUMBER_ID = "rahasia-soak", "104857600012345"
POSTERS = 16
QUESTIONS = (
    "berapa orang minimal bikin koperasi?",
    "syarat bikin NIB apa aja min",
    "jam buka kantor",
    "kumaha carana ngadamel PIRT?",
    "makasih ya",
)


@dataclass
class GraphStandIn:
    """Accepts everything and remembers it."""

    accepted: list[dict[str, Any]] = field(default_factory=list)
    marks: int = 0

    def __post_init__(self) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self._answer(outer.take(body))

            def _answer(self, answer: dict[str, Any]) -> None:
                raw = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self, body: dict[str, Any]) -> dict[str, Any]:
        if body.get("status") == "read":
            self.marks += 1
            return {"success": True}
        self.accepted.append(body)
        return {"messages": [{"id": f"wamid.keluar.{body['biz_opaque_callback_data']}"}]}


@dataclass
class Fixture:
    """`halo serve` as a child of this process."""

    options: argparse.Namespace
    folder: Path
    graph: GraphStandIn

    def __post_init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.store_url = self.options.database_url or f"sqlite:///{self.folder / 'halo.sqlite3'}"
        self.log = (self.folder / "serve.log").open("wb")

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "halo", "serve"],
            cwd=ROOT,
            env=self.environment(),
            stdout=self.log,
            stderr=self.log,
        )
        deadline = time.monotonic() + 120
        while not self._ready():
            if time.monotonic() > deadline or self.process.poll() is not None:
                sys.exit(f"halo serve did not start; see {self.log.name}")
            time.sleep(0.2)

    def environment(self) -> dict[str, str]:
        """Return the settings, on top of this process's own."""
        settings = {
            "HALO_DATA_DIR": str(self.folder),
            "HALO_BIND": f"127.0.0.1:{self.port}",
            "HALO_DATABASE_URL": self.options.database_url,
            "HALO_WORKERS": str(self.options.workers),
            "HALO_LOG_LEVEL": "WARNING",
            "HALO_WHATSAPP_APP_SECRET": SECRET,
            "HALO_WHATSAPP_ACCESS_TOKEN": "token-soak",
            "HALO_WHATSAPP_PHONE_NUMBER_ID": PHONE_NUMBER_ID,
            "HALO_WHATSAPP_GRAPH_URL": self.graph.url,
        }
        return {**os.environ, **{key: value for key, value in settings.items() if value}}

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)

    def children(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def workers(self) -> list[int]:
        return [pid for pid in self.children() if "worker" in command_of(pid)]

    def worker_named(self, name: str) -> int | None:
        """Return the process of the worker with this name, ``None`` when it is gone."""
        return next((pid for pid in self.workers() if f" {name} " in command_of(pid)), None)

    def cpu_seconds(self) -> dict[str, float]:
        """Processor time so far; of workers only those that live."""
        spent = {"web": 0.0, "worker": 0.0, "client": time.process_time()}
        for pid in self.children():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks = int(fields[11]) + int(fields[12])
            kind = "worker" if "worker" in command_of(pid) else "web"
            spent[kind] += ticks / os.sysconf("SC_CLK_TCK")
        return {kind: round(seconds, 1) for kind, seconds in spent.items()}

    def _ready(self) -> bool:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False


def command_of(pid: int) -> str:
    """Return the command line of a process, empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def bodies(options: argparse.Namespace) -> Iterator[bytes]:
    """Signed later; a fifth comes twice; order is shuffled within stretches of a few seconds."""
    random = Random(options.seed)
    now = int(time.time())
    made = [_body(number, now, random, options.residents) for number in range(options.webhooks)]
    stretch = (options.rate or 100) * 5
    for at in range(0, len(made), stretch):
        part = made[at : at + stretch]
        part += random.sample(part, len(part) // 5)
        random.shuffle(part)
        yield from part


def _body(number: int, now: int, random: Random, residents: int) -> bytes:
    who = random.randrange(residents)
    item = {
        "id": f"wamid.soak.{number}",
        "from": f"62810{who:08d}",
        "from_user_id": f"ID.SOAK{who}",
        "timestamp": str(now - 60 + number % 60),
        "type": "text",
        "text": {"body": random.choice(QUESTIONS)},
    }
    value = {"metadata": {"phone_number_id": PHONE_NUMBER_ID}, "messages": [item]}
    change = {"field": "messages", "value": value}
    entry = {"id": "1", "changes": [change]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


@dataclass
class Posting:
    """Posts at a steady rate; a body that is not taken is posted again, as Meta does."""

    port: int
    rate: int
    queue: Queue[tuple[float, bytes]] = field(default_factory=Queue)
    seconds: list[float] = field(default_factory=list)
    """From sending a body to its answer."""
    since_due: list[float] = field(default_factory=list)
    """From the moment at which the body should have been sent to the answer that took it."""
    refused: int = 0

    def run(self, all_bodies: list[bytes]) -> float:
        began = time.monotonic()
        for number, body in enumerate(all_bodies):
            self.queue.put((began + number / self.rate if self.rate else began, body))
        threads = [threading.Thread(target=self._post_all) for _ in range(POSTERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.monotonic() - began

    def _post_all(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while True:
            try:
                due, body = self.queue.get_nowait()
            except Empty:
                return
            time.sleep(max(0.0, due - time.monotonic()))
            while not self._taken(connection, body):
                self.refused += 1
                time.sleep(0.5)
            self.since_due.append(time.monotonic() - due)

    def _taken(self, connection: http.client.HTTPConnection, body: bytes) -> bool:
        headers = {
            "X-Hub-Signature-256": sign(body, SECRET),
            "Content-Type": "application/json",
        }
        began = time.perf_counter()
        try:
            connection.request("POST", "/webhooks/whatsapp", body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            return False
        self.seconds.append(time.perf_counter() - began)
        return answer.status == 200
