"""What a turn costs without the NLU, early and late in a conversation of 500 turns.

Run: ``python -m benchmarks.dialogue [--turns N]``. Prints one JSON object of milliseconds: the
assistant alone, the whole turn (inbox, tracker, assistant, events, outbox) on SQLite, and as a
baseline a bare durable commit of as many bytes, one after each turn: what is above it is ours.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from connectors.gateway import Bundle, Gateway
from dialogue import Assets, Assistant, Conversation
from foundation.clock import StillClock, parse_moment
from nlu.types import Intent, Understanding
from service_hours import Calendar
from storage import Inbound, Store, open_conversation, receive

TRAINING_DATA = Path(__file__).parents[1] / "training_data"
NOW = parse_moment("2026-11-24T10:00")
EARLY = slice(5, 55)
BYTES_PER_TURN = 3000
SAYINGS = {
    "min brp org sih klo mau bikin koperasi": "pendirian_koperasi/jumlah_pendiri",
    "kalo biayanya?": "pendirian_koperasi/biaya",
    "cara bikin NIB gimana ya kak, saya jualan keripik di Ciomas": "izin_usaha/cara_buat_nib",
    "mau daftar pelatihan": "daftar_pelatihan",
    "Budi Santoso": "di_luar_topik",
    "batal": "batal",
    "makasih ya": "terima_kasih",
}


class KnownMeanings:
    """Stands for the NLU and takes no time."""

    version = "benchmark"

    def understand(self, text: str) -> Understanding:
        """Return what the text is known to mean."""
        intent = Intent(SAYINGS.get(text, "di_luar_topik"), 0.95)
        return Understanding(text=text, intent=intent, ranking=(intent,), decision="answer")


class BareCommit:
    """Commits one row to a SQLite file of its own, as durably as the store does."""

    def __init__(self, folder: Path) -> None:
        self._driver = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._driver.execute(f"PRAGMA {pragma}").close()
        self._driver.execute("CREATE TABLE said (words TEXT)")

    def __call__(self) -> None:
        """Write about as much as a turn does."""
        self._driver.execute("BEGIN IMMEDIATE")
        self._driver.execute("INSERT INTO said VALUES (?)", ("x" * BYTES_PER_TURN,))
        self._driver.execute("COMMIT")


class Stopwatch:
    """Collects the milliseconds of turns: on the wall, and of this process's processor time.

    On a busy machine the wall tells about the neighbours; the processor time tells the cost.
    """

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.processor: list[float] = []

    def time(self, action: Callable[[], object]) -> None:
        """Run ``action`` and note what it took."""
        wall, processor = time.perf_counter(), time.process_time()
        action()
        self.wall.append((time.perf_counter() - wall) * 1000)
        self.processor.append((time.process_time() - processor) * 1000)

    def summary(self) -> dict[str, float]:
        """Return medians and p95 of all turns, and the medians of the first and last fifty."""
        return {
            "p50": median(self.wall),
            "p95": percentile(self.wall, 0.95),
            "processor_p50": median(self.processor),
            "processor_p95": percentile(self.processor, 0.95),
            "processor_p50_early": median(self.processor[EARLY]),
            "processor_p50_late": median(self.processor[-50:]),
        }


def median(values: list[float]) -> float:
    """Return the median to a microsecond."""
    return round(statistics.median(values), 3)


def percentile(values: list[float], share: float) -> float:
    """Return the value below which ``share`` of ``values`` lie."""
    ordered = sorted(values)
    return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)], 3)


def texts_of(turns: int) -> list[str]:
    """Return what is said in ``turns`` turns."""
    return list(itertools.islice(itertools.cycle(SAYINGS), turns))


def assistant_alone(assets: Assets, calendar: Calendar, turns: int) -> dict[str, float]:
    """Time turns in memory."""
    conversation = Conversation(Assistant(assets, KnownMeanings()), calendar, NOW, lambda: "HK-1")
    watch = Stopwatch()
    for text in texts_of(turns):
        watch.time(partial(conversation.say, {"text": text}))
    return watch.summary()


def whole_turn(
    assets: Assets, calendar: Calendar, turns: int, folder: Path
) -> tuple[dict[str, float], dict[str, float]]:
    """Time turns from the inbox row to the outbox rows, without the wait for the receipt.

    Returns their figures and those of the bare commits in between.
    """
    clock = StillClock(NOW)
    store = Store.open(f"sqlite:///{folder / 'halo.sqlite3'}", clock=clock)
    store.migrate()
    with store.write() as tx:
        conversation = open_conversation(tx, channel="webchat", address="warga")
    numbers = itertools.count(1)
    gateway = Gateway(
        store=store,
        bundle=Bundle("benchmark", assets, KnownMeanings()),
        calendar=calendar,
        new_ticket=lambda: f"HK-{next(numbers)}",
        new_turn_id=lambda: f"turn-{next(numbers)}",
    )

    def receive_one(text: str) -> None:
        with store.write() as tx:
            receive(
                tx,
                Inbound(
                    channel="webchat",
                    channel_message_id=f"m{next(numbers)}",
                    conversation=conversation.id,
                    kind="text",
                    text=text,
                    sent_at=NOW,
                ),
            )

    watch, baseline, bare = Stopwatch(), Stopwatch(), BareCommit(folder)
    for text in texts_of(turns):
        receive_one(text)
        watch.time(partial(gateway.take_turn, conversation.id))
        baseline.time(bare)
    store.close()
    return watch.summary(), baseline.summary()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=500)
    turns = parser.parse_args().turns
    assets = Assets.load(TRAINING_DATA)
    calendar = Calendar.load(TRAINING_DATA / "kalender.yml")
    with tempfile.TemporaryDirectory() as folder:
        alone = assistant_alone(assets, calendar, turns)
        whole, bare = whole_turn(assets, calendar, turns, Path(folder))
    figures = {
        "turns": turns,
        "assistant_ms": alone,
        "whole_turn_sqlite_ms": whole,
        "bare_commit_sqlite_ms": {"p50": bare["p50"], "p95": bare["p95"]},
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
