"""Where the time of one message goes, from the resident's socket to the visible answer.

    python -m benchmarks.stages [--messages 100] [--database-url URL --redis-url URL]

Starts ``halo serve`` on a throw-away store with the live model; one resident writes, over
kept-alive connections, with pauses in between. Prints one JSON object: milliseconds (p50, p95) of

* ``in``: the message has left the client until the transaction that stores it begins;
* ``stored``: from the client's send until it has its 202 (beside the others, not one of them);
* ``turn``: the storing transaction began until the one that writes the turn begins (storing, the
  wake-up of the worker, the lease, reading, understanding, deciding);
* ``out``: the turn's transaction began until its event is at the client (writing, the wake-up of
  the web process, reading, sending);
* ``visible``: all of it, from the client's send.

And, kept alive with one client: ``healthz`` (a bare answer of the web process) and ``parse``
(``/model/parse``). As a baseline ``commit``, a bare durable commit on the same disk. Moments come
from one clock: the events carry when their transaction began. With cores and load.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import queue
import sqlite3
import tempfile
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.widgets import quantile, serving
from foundation.clock import system_clock
from storage import Store, read_events

TEXTS = (
    "syarat bikin NIB apa aja kak",
    "berapa biaya mendirikan koperasi",
    "jam buka kantor dinas sampai jam berapa",
    "kalau mau sertifikat halal gimana caranya",
)
PATIENCE = 30.0
PAUSE_SECONDS = 0.3
"""Between two messages, so that nothing is still at work for the one before."""


@dataclass
class Resident:
    """One session with a kept-alive connection, and its stream in a thread."""

    port: int
    connection: http.client.HTTPConnection = field(init=False)
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    seen: queue.Queue[tuple[float, dict[str, Any]]] = field(default_factory=queue.Queue)
    conversation: str = ""

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Return the parsed answer."""
        content = None if body is None else json.dumps(body)
        self.connection.request(method, path, content, self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:200]!r}")
        return json.loads(text)

    def open(self) -> None:
        """Open the session and hold the stream."""
        session = self.ask("POST", "/api/chat/sessions", {})
        self.conversation = session["conversation"]
        self.headers["Authorization"] = f"Bearer {session['token']}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        stream = http.client.HTTPConnection("127.0.0.1", self.port, timeout=None)
        stream.request("GET", "/api/chat/stream?after=0", headers=self.headers)
        answer = stream.getresponse()
        while line := answer.readline():
            if line.startswith(b"data: "):
                self.seen.put((time.time(), json.loads(line[6:])))

    def message(self, text: str) -> tuple[float, float, float]:
        """Send one; return when it was sent, acknowledged and answered (seconds since 1970)."""
        sent = time.time()
        self.ask(
            "POST", "/api/chat/messages", {"client_message_id": uuid.uuid4().hex, "text": text}
        )
        acknowledged = time.time()
        while True:
            at, event = self.seen.get(timeout=PATIENCE)
            if event.get("type") == "message" and event.get("from") == "bot" and at > sent:
                break
        time.sleep(PAUSE_SECONDS)
        while not self.seen.empty():
            self.seen.get()
        return sent, acknowledged, at


def _stages(
    store: Store, resident: Resident, moments: Sequence[tuple[float, float, float]]
) -> dict[str, list[float]]:
    with store.read() as tx:
        events = read_events(tx, resident.conversation, limit=100_000)
    stored = [one.at.timestamp() for one in events if one.type == "user"]
    turned = [one.at.timestamp() for one in events if one.type == "decided"]
    found: dict[str, list[float]] = {
        name: [] for name in ("in", "stored", "turn", "out", "visible")
    }
    for (sent, told, seen), began, written in zip(moments, stored, turned, strict=True):
        found["in"].append(began - sent)
        found["stored"].append(told - sent)
        found["turn"].append(written - began)
        found["out"].append(seen - written)
        found["visible"].append(seen - sent)
    return found


def _timed(resident: Resident, method: str, path: str, body: object, times: int) -> list[float]:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        resident.ask(method, path, body)
        taken.append(time.perf_counter() - began)
    return taken


def _commits(folder: str, times: int) -> list[float]:
    driver = sqlite3.connect(Path(folder) / "bare.sqlite3", isolation_level=None)
    driver.execute("PRAGMA journal_mode=WAL")
    driver.execute("PRAGMA synchronous=FULL")
    driver.execute("CREATE TABLE line (text TEXT)")
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        driver.execute("INSERT INTO line VALUES (?)", ("x" * 3000,))
        taken.append(time.perf_counter() - began)
    driver.close()
    return taken


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--messages", type=int, default=100)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--web-processes", type=int, default=1)
    parser.add_argument("--database-url", default="")
    parser.add_argument("--redis-url", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="halo-stages-") as folder:
        options.database_url = options.database_url or f"sqlite:///{folder}/halo.sqlite3"
        with serving(options) as server:
            resident = Resident(server.port)
            resident.open()
            for text in TEXTS:  # the first ones warm everything up
                resident.message(text)
            figures = {
                "healthz": _timed(resident, "GET", "/healthz", None, 50),
                "parse": _timed(resident, "POST", "/model/parse", {"text": TEXTS[0]}, 50),
                "commit": _commits(folder, 50),
            }
            moments = [resident.message(TEXTS[n % len(TEXTS)]) for n in range(options.messages)]
            store = Store.open(options.database_url, clock=system_clock)
            warm = len(TEXTS)
            stages = _stages(store, resident, [(0.0, 0.0, 0.0)] * warm + moments)
            store.close()
        figures |= {name: values[warm:] for name, values in stages.items()}
    told: dict[str, object] = {
        name: {"p50": quantile(values, 0.5), "p95": quantile(values, 0.95)}
        for name, values in figures.items()
    }
    told |= {
        "messages": len(moments),
        "store": options.database_url.split(":", 1)[0],
        "cores": os.cpu_count(),
        "load": [round(value, 1) for value in os.getloadavg()],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
