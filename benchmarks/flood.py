"""One anonymous resident tries to stop the service; what do the others notice?

    python -m benchmarks.flood [--messages 200] [--seconds 60]

Starts ``halo serve`` on a throw-away store with the live model. One resident sends 200 messages of
20,000 characters each ("0812-" over and over) as fast as they are taken, while another resident
asks and an officer signs in and opens the console, again and again. Prints one JSON object: for
each kind of request p50 and p95 in milliseconds and how many were refused (no answer, 429 or 5xx),
before the attack (the baseline) and from its beginning until all its messages are answered, but at
least ``--seconds``; with cores and load. Exit code 1 when a request was refused or one of the p95
during the attack is over 1 s.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import requests

from benchmarks.stages import TEXTS, Resident
from benchmarks.widgets import quantile, serving
from foundation.clock import system_clock
from storage import Store, list_inbox

ATTACK = "0812-" * 4000
BAR_MS = 1000.0
BASELINE_SECONDS = 15.0
MOST_SECONDS = 900.0
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_OFFICER = ("petugas", "peragaan-petugas")


@dataclass
class Watch:
    """Times of requests by kind, and how many were refused."""

    taken: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def time(self, kind: str, action: Callable[[], object]) -> None:
        """Run and note a request; what it raises counts as refused.

        An action that pauses by itself returns the seconds that count.
        """
        began, counted = time.perf_counter(), None
        try:
            counted = action()
        except Exception as error:  # noqa: BLE001 - whatever it is, the reader had no answer
            self.refused[kind] += 1
            sys.stderr.write(f"{kind}: {error!r}\n")
        lasted = time.perf_counter() - began
        self.taken[kind].append(counted if isinstance(counted, float) else lasted)

    def figures(self) -> dict[str, dict[str, float]]:
        """Return p50, p95, how many there were and how many were refused, by kind."""
        return {
            kind: {
                "p50": quantile(times, 0.5),
                "p95": quantile(times, 0.95),
                "requests": len(times),
                "refused": self.refused[kind],
            }
            for kind, times in self.taken.items()
        }


@dataclass
class Bystanders:
    """A resident and an officer who go on with what they do."""

    port: int
    resident: Resident
    watch: Watch = field(default_factory=Watch)
    over: threading.Event = field(default_factory=threading.Event)

    def start(self) -> list[threading.Thread]:
        """Begin; they go on until ``over`` is set."""
        threads = [threading.Thread(target=one) for one in (self._ask, self._work)]
        for thread in threads:
            thread.start()
        return threads

    def _ask(self) -> None:
        number = 0
        while not self.over.is_set():
            text, number = TEXTS[number % len(TEXTS)], number + 1
            self.watch.time("a resident's answer", lambda text=text: self._answered(text))

    def _answered(self, text: str) -> float:
        sent, _, seen = self.resident.message(text)
        return seen - sent

    def _work(self) -> None:
        while not self.over.is_set():
            session = requests.Session()
            self.watch.time("an officer's sign-in", lambda s=session: self._sign_in(s))
            self.watch.time("an officer's console", lambda s=session: self._get(s, "/petugas"))
            self.over.wait(1.0)

    def _sign_in(self, session: requests.Session) -> None:
        found = _TOKEN.search(self._get(session, "/masuk"))
        if found is None:
            raise RuntimeError("no sign-in form")
        name, password = _OFFICER
        form = {"csrf_token": found[1], "username": name, "password": password}
        answer = session.post(f"http://127.0.0.1:{self.port}/masuk", data=form, timeout=30)
        answer.raise_for_status()

    def _get(self, session: requests.Session, path: str) -> str:
        answer = session.get(f"http://127.0.0.1:{self.port}{path}", timeout=30)
        answer.raise_for_status()
        return answer.text


def _flood(attacker: Resident, messages: int, watch: Watch) -> None:
    for _ in range(messages):
        body = {"client_message_id": uuid.uuid4().hex, "text": ATTACK}
        watch.time("the attacker's message", lambda b=body: attacker.ask("POST", _MESSAGES, b))


_MESSAGES = "/api/chat/messages"


def _unanswered(store: Store) -> int:
    with store.read() as tx:
        return sum(not row["turn"] for row in list_inbox(tx, limit=100_000, after=0))


def _watched(port: int, resident: Resident, during: Callable[[Watch], None]) -> Watch:
    bystanders = Bystanders(port, resident)
    threads = bystanders.start()
    during(bystanders.watch)
    bystanders.over.set()
    for thread in threads:
        thread.join()
    return bystanders.watch


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--web-processes", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="halo-flood-") as folder:
        options.database_url, options.redis_url = f"sqlite:///{folder}/halo.sqlite3", ""
        with serving(options) as server:
            resident, attacker = Resident(server.port), Resident(server.port)
            for one in (resident, attacker):
                one.open()
            store = Store.open(options.database_url, clock=system_clock)

            def attack(watch: Watch) -> None:
                began = time.monotonic()
                _flood(attacker, options.messages, watch)
                while (lasted := time.monotonic() - began) < MOST_SECONDS and (
                    lasted < options.seconds or _unanswered(store) > 1
                ):
                    time.sleep(1.0)

            before = _watched(server.port, resident, lambda _: time.sleep(BASELINE_SECONDS))
            during = _watched(server.port, resident, attack)
            store.close()
    figures = during.figures()
    told = {
        "before": before.figures(),
        "during": figures,
        "messages": options.messages,
        "characters": len(ATTACK),
        "cores": os.cpu_count(),
        "load": [round(value, 1) for value in os.getloadavg()],
    }
    print(json.dumps(told))
    others = [row for kind, row in figures.items() if not kind.startswith("the attacker")]
    if any(row["refused"] or row["p95"] > BAR_MS for row in others):
        sys.exit(1)


if __name__ == "__main__":
    main()
