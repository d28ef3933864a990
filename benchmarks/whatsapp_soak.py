"""Ten thousand webhooks, a fifth of them twice, shuffled, with workers killed all the while.

    python -m benchmarks.whatsapp_soak [--webhooks 10000] [--rate 100] [--database-url URL]

Starts ``halo serve`` on a throw-away store with a stand-in for the Graph API, posts signed bodies
at a steady rate, kills a worker process with SIGKILL every few seconds, waits until all is
answered, and then reads the store: is every message in exactly one turn, in order within it, is
every turn answered once, was nothing that had been accepted sent again? Prints figures as JSON;
exit code 1 when anything was lost, doubled or out of order.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from random import Random
from typing import Any

import sqlalchemy as sa

from connectors.whatsapp import sign
from foundation.clock import system_clock
from storage import Store, tables

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
class House:
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
        self.process = subprocess.Popen(
            [sys.executable, "-m", "halo", "serve"],
            cwd=ROOT,
            env={**os.environ, **{key: value for key, value in settings.items() if value}},
            stdout=self.log,
            stderr=self.log,
        )
        deadline = time.monotonic() + 120
        while not self._ready():
            if time.monotonic() > deadline or self.process.poll() is not None:
                sys.exit(f"halo serve did not start; see {self.log.name}")
            time.sleep(0.2)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)

    def children(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def workers(self) -> list[int]:
        return [pid for pid in self.children() if "worker" in _command(pid)]

    def cpu_seconds(self) -> dict[str, float]:
        """Processor time so far; of workers only those that live."""
        spent = {"web": 0.0, "worker": 0.0, "client": time.process_time()}
        for pid in self.children():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks = int(fields[11]) + int(fields[12])
            kind = "worker" if "worker" in _command(pid) else "web"
            spent[kind] += ticks / os.sysconf("SC_CLK_TCK")
        return {kind: round(seconds, 1) for kind, seconds in spent.items()}

    def _ready(self) -> bool:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def bodies(options: argparse.Namespace) -> Iterator[bytes]:
    """Signed later; a fifth comes twice; order is shuffled within stretches of a few seconds."""
    random = Random(options.seed)
    now = int(time.time())
    made = [_body(number, now, random, options.residents) for number in range(options.webhooks)]
    stretch = max(options.rate * 5, 1)
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


def killing(house: House, every: float, stop: threading.Event, seed: int) -> int:
    """Kill a worker every few seconds; return how many died."""
    random, killed = Random(seed), 0
    while not stop.wait(every):
        if workers := house.workers():
            os.kill(random.choice(workers), signal.SIGKILL)
            killed += 1
    return killed


def wait_until_quiet(store: Store, limit: float) -> float:
    """Wait until every message is in a turn and every reply is settled; return the seconds."""
    began = time.monotonic()
    waiting = sa.select(sa.func.count()).where(tables.inbox.c.turn_id.is_(None))
    pending = sa.select(sa.func.count()).where(tables.outbox.c.state.in_(("pending", "sending")))
    while time.monotonic() - began < limit:
        with store.read() as tx:
            left = [tx.connection.execute(query).scalar_one() for query in (waiting, pending)]
        if not any(left):
            break
        time.sleep(1)
    return time.monotonic() - began


def verdict(store: Store, graph: GraphStandIn, webhooks: int) -> dict[str, int]:
    """Count what must be nought."""
    with store.read() as tx:
        execute = tx.connection.execute
        inbox = {row.id: row for row in execute(tables.inbox.select())}
        understood = execute(
            tables.event.select()
            .where(tables.event.c.type == "understood")
            .order_by(tables.event.c.conversation_id, tables.event.c.seq)
        ).all()
        outbox = execute(tables.outbox.select()).all()
        attempts = {row.id: row.outbox_id for row in execute(tables.outbox_attempt.select())}
        last = execute(sa.select(tables.conversation.c.id, tables.conversation.c.last_seq)).all()
        events = Counter(execute(sa.select(tables.event.c.conversation_id)).scalars())
    turns: dict[str, list[Any]] = {}
    for event in understood:
        turns.setdefault(str(event.turn_id), []).append(inbox[event.data["inbox_id"]])
    heard = Counter(row.id for rows in turns.values() for row in rows)
    sent = Counter(attempts[body["biz_opaque_callback_data"]] for body in graph.accepted)
    replies = Counter(row.turn_id for row in outbox)
    return {
        "lost": webhooks - len(inbox),
        "in_no_turn": sum(row.turn_id is None for row in inbox.values()),
        "not_in_exactly_one_turn": sum(heard[number] != 1 for number in inbox),
        "in_another_turn": sum(row.turn_id != turn for turn, rows in turns.items() for row in rows),
        "turns_out_of_order": sum(
            rows != sorted(rows, key=lambda row: (row.sent_at, row.id)) for rows in turns.values()
        ),
        "turns_without_exactly_one_reply": sum(replies[turn] != 1 for turn in turns),
        "conversations_with_gaps": sum(row.last_seq != events[row.id] for row in last),
        "replies_sent_twice": sum(number > 1 for number in sent.values()),
        "replies_never_sent": sum(row.state in ("pending", "sending", "failed") for row in outbox),
    }


def _figures(
    posting: Posting, seconds: float, drained: float, store: Store, graph: GraphStandIn
) -> dict[str, Any]:
    quantiles = statistics.quantiles(posting.seconds, n=1000)
    with store.read() as tx:
        states = Counter(tx.connection.execute(sa.select(tables.outbox.c.state)).scalars())
    return {
        "posted": len(posting.seconds),
        "posted_again": posting.refused,
        "posts_per_second": round(len(posting.seconds) / seconds, 1),
        "acknowledged_ms": {
            "p50": round(quantiles[499] * 1000, 1),
            "p95": round(quantiles[949] * 1000, 1),
            "p99": round(quantiles[989] * 1000, 1),
            "max": round(max(posting.seconds) * 1000, 1),
        },
        "seconds_until_quiet": round(drained, 1),
        "replies": dict(states),
        "sent": len(graph.accepted),
        "read_marks": graph.marks,
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--webhooks", type=int, default=10_000)
    parser.add_argument("--residents", type=int, default=400)
    parser.add_argument("--rate", type=int, default=100, help="per second; 0: as fast as possible")
    parser.add_argument("--kill-every", type=float, default=4.0, help="seconds; 0: never")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--database-url", default="")
    parser.add_argument("--limit", type=float, default=900.0, help="seconds to wait for the rest")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> int:
    """Run the soak; return the exit code."""
    options = _options()
    graph = GraphStandIn()
    with tempfile.TemporaryDirectory(prefix="halo-soak-") as folder:
        house = House(options, Path(folder), graph)
        house.start()
        store = Store.open(house.store_url, clock=system_clock)
        stop, killed = threading.Event(), [0]

        def kill() -> None:
            killed[0] = killing(house, options.kill_every, stop, options.seed)

        killer = threading.Thread(target=kill)
        try:
            if options.kill_every:
                killer.start()
            posting = Posting(house.port, options.rate)
            before = house.cpu_seconds()
            seconds = posting.run(list(bodies(options)))
            after = house.cpu_seconds()
            stop.set()
            drained = wait_until_quiet(store, options.limit)
        finally:
            stop.set()
            if options.kill_every:
                killer.join()
            house.stop()
        faults = verdict(store, graph, options.webhooks)
        figures = _figures(posting, seconds, drained, store, graph)
        store.close()
    figures["cpu_seconds"] = {
        kind: round(max(0.0, after[kind] - before[kind]), 1) for kind in after
    }
    print(json.dumps({**figures, "workers_killed": killed[0], "faults": faults}, indent=2))
    return 1 if any(faults.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
