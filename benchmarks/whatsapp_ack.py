"""How fast the webhook says 200 while the assistant works through what comes in.

    python -m benchmarks.whatsapp_ack [--rate 100] [--seconds 20] [--postgresql URL]

Posts signed bodies at a steady rate, a fifth of them twice: to two peers (``whatsapp_peers``: a
bare view that answers 200, and a handler that does the work inside the request), then to
``halo serve`` on a throw-away SQLite store and, with ``--postgresql``, on that empty database.
Prints JSON with the cores. ``request_ms`` runs from sending a body to its answer; ``since_due_ms``
from the moment at which it should have been sent, so that waiting for a slow server counts.
Exit code 1 when ``halo serve`` takes over 100 ms at the 99th percentile of ``since_due_ms``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.whatsapp_fixture import ROOT, Fixture, GraphStandIn, Posting, bodies
from foundation.clock import system_clock
from storage import Store, tables

BAR_MS = 100.0


def measured(fixture: Fixture, *, seconds: int) -> dict[str, Any]:
    """Post for ``seconds`` and return the figures."""
    options = fixture.options
    options.webhooks = options.rate * seconds
    posting = Posting(fixture.port, options.rate)
    took = posting.run(list(bodies(options)))
    return {
        "posted": len(posting.seconds),
        "posts_per_second": round(len(posting.seconds) / took, 1),
        "posted_again": posting.refused,
        "request_ms": _milliseconds(posting.seconds),
        "since_due_ms": _milliseconds(posting.since_due),
    }


def _milliseconds(seconds: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=100)
    named = {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "max": max(seconds)}
    return {name: round(value * 1000, 1) for name, value in named.items()}


def peer(kind: str, options: argparse.Namespace, *, seconds: int) -> dict[str, Any]:
    """Measure a peer of ``benchmarks.whatsapp_peers``."""
    with tempfile.TemporaryDirectory(prefix="halo-ack-") as folder:
        fixture = Fixture(options, Path(folder), GraphStandIn())
        command = [sys.executable, "-m", "benchmarks.whatsapp_peers", kind, str(fixture.port)]
        process = subprocess.Popen(command, cwd=ROOT, env=fixture.environment(), stderr=fixture.log)
        try:
            _wait_for(fixture.port)
            return measured(fixture, seconds=seconds)
        finally:
            process.kill()
            process.wait()


def ours(options: argparse.Namespace, database_url: str) -> dict[str, Any]:
    """Measure ``halo serve``; say how much the assistant had done when the last body came."""
    options.database_url = database_url
    with _serving(options) as fixture:
        store = Store.open(fixture.store_url, clock=system_clock)
        figures = measured(fixture, seconds=options.seconds)
        with store.read() as tx:
            answered, waiting = tx.connection.execute(
                sa.select(sa.func.count(tables.inbox.c.turn_id), sa.func.count())
            ).one()
        store.close()
    return {**figures, "messages": waiting, "messages_in_turns_by_then": answered}


@contextmanager
def _serving(options: argparse.Namespace) -> Iterator[Fixture]:
    with tempfile.TemporaryDirectory(prefix="halo-ack-") as folder:
        fixture = Fixture(options, Path(folder), GraphStandIn())
        fixture.start()
        try:
            yield fixture
        finally:
            fixture.stop()


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/")
            connection.getresponse()
        except (OSError, HTTPException):
            time.sleep(0.2)
        else:
            return
    sys.exit("the peer did not start")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rate", type=int, default=100, help="per second")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--naive-seconds", type=int, default=3, help="it falls ever further behind")
    parser.add_argument("--residents", type=int, default=400)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--postgresql", default="", help="URL of an empty database")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.database_url = ""
    return options


def main() -> int:
    """Run the measurement; return the exit code."""
    options = _options()
    figures = {
        "cores": len(os.sched_getaffinity(0)),
        "load_average_before": round(os.getloadavg()[0], 1),
        "bare view": peer("bare", options, seconds=options.seconds),
        "work in the request": peer("naive", options, seconds=options.naive_seconds),
        "halo serve, SQLite": ours(options, ""),
    }
    if options.postgresql:
        figures["halo serve, PostgreSQL"] = ours(options, options.postgresql)
    print(json.dumps(figures, indent=2))
    own = [value for name, value in figures.items() if name.startswith("halo")]
    return 1 if any(figure["since_due_ms"]["p99"] > BAR_MS for figure in own) else 0


if __name__ == "__main__":
    sys.exit(main())
