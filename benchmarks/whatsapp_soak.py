"""Ten thousand webhooks, a fifth of them twice, shuffled, with workers killed all the while.

    python -m benchmarks.whatsapp_soak [--webhooks 10000] [--rate 100] [--database-url URL]

Starts ``halo serve`` on a throw-away store with a stand-in for the Graph API, posts signed bodies
at a steady rate, kills every worker with SIGKILL in the middle of a turn after a few seconds of
work until a while after the last body, waits until all is answered, and reads the store: is every
message in exactly one turn, in order within it, is every turn answered once, was nothing that had
been accepted sent again? Prints figures as JSON; exit code 1 when anything was lost, doubled, out
of order or left waiting.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.whatsapp_fixture import Fixture, GraphStandIn, Posting, bodies
from connectors.worker import LEASE_SECONDS
from foundation.clock import system_clock
from storage import Store, tables


def killing(fixture: Fixture, store: Store, after: float, stop: threading.Event) -> int:
    """Kill each worker in the middle of a turn ``after`` seconds of work; return how many died."""
    killed, began = 0, dict[int, float]()
    while not stop.wait(0.02):
        pid = _at_work(fixture, store)
        if pid is not None and time.monotonic() - began.setdefault(pid, time.monotonic()) >= after:
            os.kill(pid, signal.SIGKILL)
            killed += 1
    return killed


def _at_work(fixture: Fixture, store: Store) -> int | None:
    """Return a worker that took a conversation a moment ago."""
    lease = tables.lease
    with store.read() as tx:
        fresh = tx.now + timedelta(seconds=LEASE_SECONDS - 1)
        names = tx.connection.execute(
            sa.select(lease.c.worker).where(lease.c.until > fresh).order_by(lease.c.until.desc())
        ).scalars()
        return next((pid for name in names if (pid := fixture.worker_named(name))), None)


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
        "turns": sum(states.values()),
        "sent": len(graph.accepted),
        "read_marks": graph.marks,
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--webhooks", type=int, default=10_000)
    parser.add_argument("--residents", type=int, default=400)
    parser.add_argument("--rate", type=int, default=100, help="per second; 0: as fast as possible")
    parser.add_argument(
        "--kill-every", type=float, default=4.0, help="seconds of its work; 0: never"
    )
    parser.add_argument("--kill-on", type=float, default=60.0, help="seconds after the last body")
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
        fixture = Fixture(options, Path(folder), graph)
        fixture.start()
        store = Store.open(fixture.store_url, clock=system_clock)
        stop, killed = threading.Event(), [0]

        def kill() -> None:
            killed[0] = killing(fixture, store, options.kill_every, stop)

        killer = threading.Thread(target=kill)
        try:
            if options.kill_every:
                killer.start()
            posting = Posting(fixture.port, options.rate)
            before = fixture.cpu_seconds()
            seconds = posting.run(list(bodies(options)))
            after = fixture.cpu_seconds()
            drained = wait_until_quiet(store, options.kill_on)
            stop.set()
            drained += wait_until_quiet(store, options.limit)
        finally:
            stop.set()
            if options.kill_every:
                killer.join()
            fixture.stop()
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
