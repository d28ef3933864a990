"""Many widgets in one process, over real HTTP: each holds its stream open and asks now and then.

Run by ``benchmarks.widgets``; prints one JSON object. A widget here does what the script in a
browser does: it opens a session, holds ``GET /api/chat/stream``, posts a message, and sees the
answer when its event has arrived whole on the stream.
"""

# ruff: noqa: E402 - everything after this line must see the patched modules
from gevent import monkey

monkey.patch_all()

import argparse
import http.client
import json
import resource
import time
import uuid
from dataclasses import dataclass, field
from random import Random
from typing import Any

import gevent
import yaml
from gevent.event import Event

from foundation.settings import PROJECT_ROOT

PLACES = ("Cibinong", "Jonggol", "Ciawi", "Parung", "Leuwiliang", "Gunung Putri", "Cileungsi")
PATIENCE = 60.0
"""Seconds after which an answer is given up and counted as missing."""


@dataclass
class Widget:
    """One widget of one resident."""

    host: str
    port: int
    token: str = ""
    connected: Event = field(default_factory=Event)
    answered: Event = field(default_factory=Event)
    answered_at: float = 0.0
    asked: bool = False
    texts: list[str] = field(default_factory=list)

    def open(self) -> None:
        """Open the session and hold the stream."""
        status, body = self._ask("POST", "/api/chat/sessions", {})
        if status != 201:
            raise RuntimeError(f"session: {status} {body}")
        self.token = body["token"]
        gevent.spawn(self._listen)

    def question(self, text: str) -> tuple[float, float] | None:
        """Ask; return the seconds until the acknowledgement and until the answer was there."""
        self.answered.clear()
        self.asked = True
        began = time.perf_counter()
        status, _ = self._ask(
            "POST", "/api/chat/messages", {"client_message_id": uuid.uuid4().hex, "text": text}
        )
        if status != 202:
            return None
        acknowledged = time.perf_counter() - began
        if not self.answered.wait(PATIENCE):
            return None
        return acknowledged, self.answered_at - began

    def _ask(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        headers = {"Content-Type": "application/json", "Connection": "close"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            connection.request(method, path, json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def _listen(self) -> None:
        after = 0
        while True:
            connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
            headers = {"Authorization": f"Bearer {self.token}"}
            connection.request("GET", f"/api/chat/stream?after={after}", headers=headers)
            stream = connection.getresponse()
            while line := stream.readline():
                if line.startswith(b":"):
                    self.connected.set()
                elif line.startswith(b"data: "):
                    event = json.loads(line[6:])
                    after = event["id"]
                    self._take(event)
            connection.close()

    def _take(self, event: dict[str, Any]) -> None:
        if event["type"] == "message" and event["from"] == "bot" and self.asked:
            self.asked = False
            self.answered_at = time.perf_counter()
            self.answered.set()


def questions(random: Random) -> list[str]:
    """Return everyday questions, none of them a sentence that the model has seen as it stands."""
    found = []
    for path in sorted((PROJECT_ROOT / "training_data" / "nlu").glob("*.yml")):
        if path.name.startswith("tindak_"):
            continue
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = block["examples"].splitlines()
            found += [line.removeprefix("- ") for line in lines if len(line) < 120]
    random.shuffle(found)
    return [f"kak, saya di {random.choice(PLACES)}. {text}" for text in found]


def connect(host: str, port: int, count: int) -> list[Widget]:
    """Open ``count`` widgets, twenty at a time, and wait until each has its stream."""
    widgets = [Widget(host, port) for _ in range(count)]
    for start in range(0, count, 20):
        group = widgets[start : start + 20]
        gevent.joinall([gevent.spawn(one.open) for one in group], raise_error=True)
        for one in group:
            if not one.connected.wait(PATIENCE):
                raise RuntimeError("a stream did not begin")
    return widgets


def ask(
    widgets: list[Widget], texts: list[str], rate: float, seconds: float
) -> list[tuple[float, float] | None]:
    """Ask ``rate`` questions a second at even distances, whether or not answers come."""
    jobs = []
    began = time.perf_counter()
    for number in range(int(rate * seconds)):
        gevent.sleep(max(0.0, began + number / rate - time.perf_counter()))
        widget = widgets[number % len(widgets)]
        jobs.append(gevent.spawn(widget.question, texts[number % len(texts)]))
    gevent.joinall(jobs)
    return [job.value for job in jobs]


def main() -> None:
    """Print what was measured as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--widgets", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    texts = questions(Random(options.widgets))
    began = time.perf_counter()
    widgets = connect("127.0.0.1", options.port, options.widgets)
    connecting = time.perf_counter() - began
    ask(widgets, texts[::-1], min(options.rate, 5.0), 2.0)  # the first turns fill caches
    connected = {"connected": len(widgets), "connect_seconds": round(connecting, 1)}
    print(json.dumps(connected), flush=True)
    cpu = time.process_time()
    timed = ask(widgets, texts, options.rate, options.seconds)
    answered = [one for one in timed if one is not None]
    print(
        json.dumps(
            {
                "asked": len(timed),
                "missing": len(timed) - len(answered),
                "acknowledged": [one[0] for one in answered],
                "visible": [one[1] for one in answered],
                "client_cpu_seconds": time.process_time() - cpu,
            }
        ),
        flush=True,
    )


if __name__ == "__main__":
    main()
