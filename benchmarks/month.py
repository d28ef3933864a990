"""A month of 200,000 messages: counted, compared, shown and printed.

Run: ``python -m benchmarks.month [--messages N] [--sqlite] [--url URL]``. Fills a store of its own
with October 2026, counts it, compares every counter with a count by plain SQL over the events, and
prints one JSON object: the differences (there must be none), milliseconds of the report page over
HTTP, seconds of each file. Bars: page 500 ms, PDF and XLSX 5 s.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.month_events import FIRST, LAST, write_month
from benchmarks.month_sql import Cells, recount
from benchmarks.queue import NOW, POSTGRESQL, Browser, fresh_store, make_officers, serving
from dialogue import Assets
from foundation.clock import StillClock
from foundation.settings import PROJECT_ROOT
from reports import (
    catch_up,
    complaints_between,
    document_file,
    evaluation,
    evaluation_document,
    figures_document,
    read_figures,
    volume_rows,
)
from service_hours import Calendar
from storage import Store
from storage.office_tables import report_count
from storage.tables import event, projection

CALENDAR = Calendar.load(PROJECT_ROOT / "training_data" / "kalender.yml")
ASSETS = Assets.load(PROJECT_ROOT / "training_data")
CONTEXT = evaluation.EvaluationContext(CALENDAR, answers=tuple(ASSETS.knowledge.values()))
_PATIENCE = 600.0


@contextmanager
def sqlite_store() -> Iterator[Store]:
    """Give a migrated SQLite store in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{Path(folder) / 'halo.sqlite3'}", clock=StillClock(NOW))
        store.migrate()
        yield store
        store.close()


def counted(store: Store) -> Cells:
    """Return every counter."""
    with store.read() as tx:
        return {
            (row.date.isoformat(), row.channel, row.measure, row.key): row.amount
            for row in tx.connection.execute(sa.select(report_count))
            if row.amount
        }


def count_all(store: Store) -> None:
    """Count to the end of the log. Raises ``TimeoutError`` when it is not reached."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        catch_up(store, CALENDAR)
        with store.read() as tx:
            newest = tx.connection.execute(sa.select(sa.func.max(event.c.id))).scalar_one()
            if tx.connection.execute(sa.select(projection.c.id)).scalar_one() == newest:
                return
        time.sleep(0.2)
    raise TimeoutError("the projector did not reach the end of the log")


def timed(action: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that it took and what came of it."""
    start = time.perf_counter()
    result = action()
    return round(time.perf_counter() - start, 2), result


def measure_pages(store: Store, paths: dict[str, str], times: int = 20) -> dict[str, Any]:
    """Return p50 and the worst in milliseconds of each page, after two that do not count."""
    found = {}
    with serving(store) as url:
        browser = Browser.sign_in(url, "siti")
        for name, path in paths.items():
            took = []
            for _ in range(times + 2):
                start = time.perf_counter()
                answer = browser.session.get(url + path, timeout=60)
                took.append((time.perf_counter() - start) * 1000)
                assert answer.status_code == 200, answer.text[:500]
            kept = took[2:]
            found[name] = {"p50": round(statistics.median(kept), 1), "worst": round(max(kept), 1)}
    return found


def measure(store: Store, messages: int) -> dict[str, Any]:
    """Fill, count, compare, show and print; return what was found."""
    write_seconds, events = timed(lambda: write_month(store, messages))
    count_seconds, _ = timed(lambda: count_all(store))
    sql_seconds, (cells, extra) = timed(lambda: recount(store))
    ours = counted(store)
    with store.read() as tx:
        shown = read_figures(tx, FIRST, LAST)
        complaints = len(complaints_between(tx, FIRST, LAST))
    same = {name: getattr(shown, name) == value for name, value in extra.items()}
    same["complaints"] = complaints == shown.sums["handover"]["keluhan"]
    make_officers(store)
    month = f"from={FIRST}&to={LAST}"
    pages = measure_pages(store, {"report": f"/laporan?{month}"})
    with store.write() as tx:
        opened = evaluation.open_evaluation(tx, FIRST, LAST)
    return {
        "store": store.dialect,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "messages": messages,
        "events": events,
        "write_s": write_seconds,
        "count_s": count_seconds,
        "plain_sql_s": sql_seconds,
        "counters": len(ours),
        "differing_counters": len(set(ours.items()) ^ set(cells.items())),
        "figures_equal": same,
        "page_ms": pages,
        **_documents(store, opened),
    }


def _documents(store: Store, opened: evaluation.Evaluation) -> dict[str, Any]:
    with store.read() as tx:
        gather_seconds, content = timed(lambda: evaluation.document_content(tx, opened, CONTEXT))
        now = read_figures(tx, FIRST, LAST, with_answers=True)
        rows = volume_rows(tx, FIRST, LAST)
    documents = {
        "evaluation": (evaluation_document(content, NOW), content),
        "figures": (figures_document(now, now, rows, names={}, made_at=NOW), now.to_json()),
    }
    files = {
        f"{kind}.{name}": timed(lambda what=what, name=name: document_file(*what, name))[0]
        for kind, what in documents.items()
        for name in ("pdf", "xlsx", "csv", "json")
    }
    return {"evaluation_gathered_s": gather_seconds, "files_s": files}


def main() -> None:
    """Measure on PostgreSQL, or with ``--sqlite`` on SQLite."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--sqlite", action="store_true")
    parser.add_argument("--url", default=POSTGRESQL)
    options = parser.parse_args()
    with sqlite_store() if options.sqlite else fresh_store(options.url) as store:
        print(json.dumps(measure(store, options.messages), indent=2))


if __name__ == "__main__":
    main()
