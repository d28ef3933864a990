"""How long a promotion and a withdrawal take on two hosts, and what becomes of the turns meanwhile.

    python -m benchmarks.promotion --database-url URL [--redis-url URL] [--rounds 3] [--rate 2]

Two ``halo serve`` with folders of their own (two hosts), two workers each, on one empty PostgreSQL
database. Only the first host has the live bundle; the second fetches it from the store. A second
bundle, the same but for the words of one answer, is put into the store; then residents on both
hosts ask for just that answer all the time while the bundle is promoted, rolled back, and the
answer withdrawn and given again. Every worker is asked over its own socket and every web process
over HTTP which words it uses.

Prints one JSON object a change: seconds until every worker and every web process had it, until
the last turn with the old words (both counted from the commit), and at the end the turns: lost
ones, those answered by a mixture (events and words of more than one bundle), and the residents'
milliseconds, before (the baseline) and during the changes. Exit code 1 when a turn is lost or
mixed or a change takes longer than the bar of 5 s.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

from benchmarks.learning_fixture import Host, Resident, machine, quantiles
from connectors.local_socket import ask_worker_at
from foundation.clock import system_clock
from foundation.errors import WorkerTimeoutError
from learning import promote_noted, restore_answer, rollback_noted, store_bundle, withdraw_answer
from learning.bundles import BundleInfo, keep_bundle
from storage import Store, Transaction, list_events, list_inbox

BAR_SECONDS = 5.0
LABEL = "pendirian_koperasi/jumlah_pendiri"
QUESTION = "berapa orang minimal buat bikin koperasi?"
OLD, NEW = "dibentuk paling sedikit oleh 9", "dibentuk sekurang-kurangnya oleh 9"
_LONGEST = 120.0
_AFTER = 4.0
"""Seconds for which turns go on after a change reached everybody."""


@dataclass(frozen=True)
class Change:
    """One change of what answers, and the words that the answer has from then on ("" none)."""

    name: str
    do: Callable[[Transaction], object]
    words: str

    def has(self, text: str) -> bool:
        """Whether a text is as it should be after the change."""
        return [one for one in (OLD, NEW) if one in text] == ([self.words] if self.words else [])


@dataclass
class Load:
    """Residents of both hosts who ask all the time; every answer with its moment."""

    hosts: list[Host]
    rate: float
    heard: list[tuple[float, float]] = field(default_factory=list)
    asked: int = 0

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._talk, args=(host, number / 2 / self.rate), daemon=True)
            for host in self.hosts
            for number in range(2)
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Let the last answers come and stop."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def seconds(self, start: float, end: float) -> list[float]:
        """Return the seconds of the answers to questions asked in this span."""
        return [took for at, took in self.heard if start <= at < end]

    def _talk(self, host: Host, later: float) -> None:
        time.sleep(later)
        resident = Resident(host.url)
        while not self._stop.is_set():
            began = time.monotonic()
            answer = resident.ask(QUESTION)
            with self._lock:
                self.asked += 1
                if answer is not None:
                    self.heard.append((began, answer[0]))
            self._stop.wait(max(0.0, began + 1 / self.rate - time.monotonic()))
        resident.close()


@dataclass
class Turn:
    """What the log says of one turn."""

    at: datetime
    bundles: set[str] = field(default_factory=set)
    text: str = ""

    def is_mixed(self, old: str) -> bool:
        """Whether more than one bundle had a part in it."""
        foreign = NEW if self.bundles == {old} else OLD
        return len(self.bundles) != 1 or foreign in self.text


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database-url", required=True)
    parser.add_argument("--redis-url", default="")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=float, default=1.0, help="questions a second and resident")
    options = parser.parse_args()
    settings = {"HALO_DATABASE_URL": options.database_url, "HALO_WORKERS": "2"}
    if options.redis_url:
        settings["HALO_REDIS_URL"] = options.redis_url
    with tempfile.TemporaryDirectory(prefix="halo-promotion-") as folder:
        hosts = [Host(Path(folder) / name, settings) for name in ("satu", "dua")]
        old = hosts[0].give_live_bundle()
        try:
            for host in hosts:
                host.start()
            passed = measure(hosts, old, options)
        finally:
            for host in hosts:
                host.stop()
    sys.exit(0 if passed else 1)


def measure(hosts: list[Host], old: str, options: argparse.Namespace) -> bool:
    """Make the changes under load and print; return whether all is within the bars."""
    store = Store.open(options.database_url, clock=system_clock)
    new = other_bundle(hosts[0], old)
    store_bundle(store, new, author="data")
    load = Load(hosts, options.rate)
    time.sleep(20)
    began = time.monotonic()
    done = [
        (change, *timed(store, hosts, change))
        for _ in range(options.rounds)
        for change in changes(old, new.version)
    ]
    ended = time.monotonic()
    load.end()
    turns, unread = turns_of(store)
    worst = 0.0
    ends = [*(moment for _, moment, _ in done[1:]), system_clock()]
    for (change, moment, row), end in zip(done, ends, strict=True):
        late = [one.at for one in turns if moment < one.at < end and not change.has(one.text)]
        last = max(((at - moment).total_seconds() for at in late), default=0.0)
        row["last_old_turn_s"] = round(last, 2)
        worst = max(worst, row["workers_s"], row["web_s"], row["last_old_turn_s"])
        print(json.dumps({"change": change.name, **row}), flush=True)
    lost = unread + load.asked - len(load.heard)
    mixed = sum(one.is_mixed(old) for one in turns)
    told = {
        "changes": len(done),
        "worst_s": worst,
        "turns": len(turns),
        "lost": lost,
        "mixed": mixed,
        "answer_ms": {
            "before": quantiles(load.seconds(0, began)),
            "during": quantiles(load.seconds(began, ended)),
        },
        **machine(),
    }
    print(json.dumps(told))
    return not lost and not mixed and worst <= BAR_SECONDS


def changes(old: str, new: str) -> list[Change]:
    """Return one round: promoted, rolled back, withdrawn, given again."""

    def promote(tx: Transaction) -> object:
        return promote_noted(tx, new, author="data", note="Diukur.", account_id=None, forced=True)

    def withdraw(tx: Transaction) -> object:
        return withdraw_answer(tx, LABEL, reason="Diukur.", author="data", account_id=None)

    return [
        Change("promote", promote, NEW),
        Change(
            "rollback", lambda tx: rollback_noted(tx, author="data", note="", account_id=None), OLD
        ),
        Change("withdraw", withdraw, ""),
        Change(
            "restore", lambda tx: restore_answer(tx, LABEL, author="data", account_id=None), OLD
        ),
    ]


def timed(store: Store, hosts: list[Host], change: Change) -> tuple[datetime, dict[str, Any]]:
    """Make the change and watch every process until it has it; return when, and the seconds."""
    with store.write() as tx:
        change.do(tx)
    committed, moment = time.monotonic(), system_clock()
    waits: dict[str, list[float]] = {"workers": [], "web": []}

    def watch(kind: str, read: Callable[[], str]) -> None:
        while not change.has(read()) and time.monotonic() - committed < _LONGEST:
            time.sleep(0.1)
        waits[kind].append(time.monotonic() - committed)

    threads = [
        threading.Thread(target=watch, args=("workers", lambda path=path: words_of_worker(path)))
        for host in hosts
        for path in host.sockets()
    ] + [
        threading.Thread(target=watch, args=("web", lambda host=host: words_of_page(host)))
        for host in hosts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    time.sleep(_AFTER)
    return moment, {
        "processes": len(threads),
        "workers_s": round(max(waits["workers"]), 2),
        "web_s": round(max(waits["web"]), 2),
    }


def words_of_worker(path: Path) -> str:
    """Return what a worker would answer, over its own socket."""
    try:
        return json.dumps(ask_worker_at(path, {"op": "parse", "text": QUESTION}, timeout=30))
    except (OSError, ValueError, WorkerTimeoutError):
        return OLD + NEW


def words_of_page(host: Host) -> str:
    """Return the answer's public page on a host."""
    return requests.get(f"{host.url}/jawaban/{LABEL}", timeout=30).text


def other_bundle(host: Host, version: str) -> BundleInfo:
    """Make a bundle that differs from this one in the words of one answer."""
    building = host.models / ".lain"
    shutil.copytree(host.models / version, building)
    changed = 0
    for path in (building / "assets" / "knowledge").glob("*.yml"):
        text = path.read_text(encoding="utf-8")
        changed += text.count(OLD)
        path.write_text(text.replace(OLD, NEW), encoding="utf-8")
    if not changed:
        sys.exit(f"no answer says {OLD!r}")
    return keep_bundle(building, host.models, "")


def turns_of(store: Store) -> tuple[list[Turn], int]:
    """Return all turns in order, and how many messages are in none."""
    turns: dict[str, Turn] = {}
    unread = after = 0
    with store.read() as tx:
        while page := list_events(tx, limit=1000, after=after):
            after = page[-1]["id"]
            for event in page:
                if event["turn"]:
                    at = datetime.fromisoformat(event["at"])
                    turn = turns.setdefault(event["turn"], Turn(at))
                    if bundle := event["data"].get("bundle"):
                        turn.bundles.add(bundle)
                    if event["type"] == "bot":
                        turn.text += str((event["content"] or {}).get("text"))
        after = 0
        while page := list_inbox(tx, limit=1000, after=after):
            after = page[-1]["id"]
            unread += sum(row["turn"] is None for row in page)
    return list(turns.values()), unread


if __name__ == "__main__":
    main()
