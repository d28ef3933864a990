"""The officers' queue under load, on PostgreSQL, over HTTP.

Run: ``python -m benchmarks.queue [--open N] [--events N] [--claims N] [--url URL]``. Fills a
schema of its own (dropped at the end) with ``--open`` waiting cases and ``--events`` past events,
then prints one JSON object: milliseconds of the queue page and of a claim (p50, p95), and how two
officers who claim at once ``--claims`` times came out. Bars: page 150 ms, claim 50 ms at p95.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import re
import secrets
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Barrier

import requests
import sqlalchemy as sa
from argon2 import PasswordHasher
from werkzeug.serving import WSGIRequestHandler, make_server

from dialogue import Assets
from foundation.clock import StillClock, parse_moment
from foundation.settings import PROJECT_ROOT, Settings
from service_hours import Calendar
from storage import Store, create_account, open_wakeups
from web import LiveBundle, Services, create_app

POSTGRESQL = os.environ.get(
    "HALO_TEST_DATABASE_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/test"
)
OFFICERS = ("siti", "dedi")
PASSWORD = "sandi-yang-panjang"
NOW = parse_moment("2026-11-24T10:00")
_EVENTS_PER_CONVERSATION = 25


class Quiet(WSGIRequestHandler):
    """Writes no line for each request, and keeps connections open."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving(store: Store) -> Iterator[str]:
    """Serve the web application on a port of its own; give its address."""
    tickets = itertools.count(1)
    assets = Assets.load(PROJECT_ROOT / "training_data")
    bundle = LiveBundle("uji", assets)
    services = Services(
        settings=Settings(),
        store=store,
        wakeups=open_wakeups(store),
        clock=StillClock(NOW),
        calendar=Calendar.load(PROJECT_ROOT / "training_data" / "kalender.yml"),
        live_bundle=lambda: bundle,
        ask_worker=lambda request: {},
        new_ticket=lambda: f"HK-UJI-{next(tickets)}",
        new_id=lambda: secrets.token_urlsafe(8),
        secret_key="rahasia-untuk-pengujian-saja-0123456789",
        hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1),
    )
    server = make_server("127.0.0.1", 0, create_app(services), threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Browser:
    """A signed-in officer over HTTP."""

    url: str
    session: requests.Session
    token: str

    @classmethod
    def sign_in(cls, url: str, name: str) -> Browser:
        session = requests.Session()
        form = {
            "csrf_token": _token(session.get(f"{url}/masuk", timeout=30).text),
            "username": name,
            "password": PASSWORD,
        }
        session.post(f"{url}/masuk", data=form, timeout=30)
        return cls(url, session, _token(session.get(f"{url}/petugas", timeout=30).text))

    def page(self) -> requests.Response:
        """Read the list panel, as every console does when something happened."""
        return self.session.get(
            f"{self.url}/petugas/antrean", headers={"HX-Request": "true"}, timeout=60
        )

    def claim(self, case_id: int) -> requests.Response:
        return self.session.post(
            f"{self.url}/petugas/kasus/{case_id}/ambil",
            data={"csrf_token": self.token},
            headers={"HX-Request": "true"},
            timeout=60,
        )


def make_officers(store: Store) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with store.write() as tx:
        for name in OFFICERS:
            create_account(
                tx, name, PASSWORD, "petugas", display_name=f"Petugas {name}", hasher=hasher
            )


def race(browsers: Sequence[Browser], cases: Sequence[int]) -> list[tuple[int, ...]]:
    """Let all officers claim each case at once; return the statuses, and check the words.

    Raises ``AssertionError`` when the loser is not told who won.
    """
    outcomes = []
    gate = Barrier(len(browsers))

    def one(browser: Browser, case_id: int) -> requests.Response:
        gate.wait(timeout=30)
        return browser.claim(case_id)

    with ThreadPoolExecutor(len(browsers)) as pool:
        for case_id in cases:
            answers = list(pool.map(one, browsers, [case_id] * len(browsers)))
            statuses = [answer.status_code for answer in answers]
            if sorted(statuses) == [204, 409]:
                winner = OFFICERS[statuses.index(204)]
                loser = answers[statuses.index(409)]
                assert f"sudah diambil Petugas {winner}" in loser.text, loser.text
            outcomes.append(tuple(sorted(statuses)))
    return outcomes


def fill(store: Store, *, open_cases: int, events: int) -> None:
    """Write conversations with waiting cases, and others with nothing but a long past."""
    past = max(events // _EVENTS_PER_CONVERSATION, 1)
    with store.write() as tx:
        run = tx.connection.exec_driver_sql
        # The real tables, in bulk: the same rows through the program would take hours.
        run(
            "INSERT INTO conversation (id, channel, address, created_at, last_seq, epoch,"
            " last_resident_at) SELECT 'c' || n, 'webchat', 'w' || n, now(), 25, 0, now()"
            f" FROM generate_series(1, {past + open_cases}) n"
        )
        run(
            "INSERT INTO event (conversation_id, seq, type, actor, at, data)"
            " SELECT 'c' || n, s, CASE mod(s, 4) WHEN 1 THEN 'user' WHEN 2 THEN 'understood'"
            " WHEN 3 THEN 'decided' ELSE 'bot' END, 'bot',"
            " timestamptz '2026-01-01' + n * interval '1 second', '{}'"
            f" FROM generate_series(1, {past}) n, generate_series(1, {_EVENTS_PER_CONVERSATION}) s"
        )
        run(
            "INSERT INTO inbox (channel, channel_message_id, conversation_id, seq, kind, text,"
            " sent_at, received_at, turn_id) SELECT 'webchat', 'm' || n, 'c' || n, 1, 'text',"
            f" 'pertanyaan ' || n, now(), now(), 't' FROM generate_series(1, {past + open_cases}) n"
        )
        run(
            "INSERT INTO case_ (ticket, conversation_id, state, reason, context, opened_at)"
            " SELECT 'HK-' || n, 'c' || n, 'waiting', 'diminta', '{}',"
            " timestamptz '2026-11-23T01:00Z' + n * interval '1 second'"
            f" FROM generate_series({past + 1}, {past + open_cases}) n"
        )
        run(
            "INSERT INTO case_ (ticket, conversation_id, state, reason, context, opened_at,"
            " claimed_at, closed_at, outcome, officer_id) SELECT 'HK-' || n, 'c' || n, 'resolved',"
            " 'diminta', '{}', timestamptz '2026-01-01' + n * interval '1 second',"
            " timestamptz '2026-01-01' + n * interval '1 second',"
            " timestamptz '2026-01-02' + n * interval '1 second', 'terjawab', 1"
            f" FROM generate_series(1, {past}) n"
        )
    with store.write() as tx:
        tx.connection.exec_driver_sql("ANALYZE")


@contextmanager
def fresh_store(url: str) -> Iterator[Store]:
    """Give a migrated store in a schema of its own, dropped at the end."""
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    schema = f"halo_{secrets.token_hex(6)}"
    with admin.connect() as connection:
        connection.execute(sa.schema.CreateSchema(schema))
    where = sa.make_url(url).update_query_dict({"options": f"-csearch_path={schema}"})
    store = Store.open(where.render_as_string(hide_password=False), clock=StillClock(NOW))
    try:
        store.migrate()
        yield store
    finally:
        store.close()
        with admin.connect() as connection:
            connection.execute(sa.schema.DropSchema(schema, cascade=True))
        admin.dispose()


def waiting(store: Store, count: int) -> list[int]:
    """Return the ids of the longest waiting cases."""
    with store.read() as tx:
        rows = tx.connection.exec_driver_sql(
            f"SELECT id FROM case_ WHERE state = 'waiting' ORDER BY opened_at, id LIMIT {count}"
        )
        return list(rows.scalars())


def measure(action: Callable[[], requests.Response], times: int) -> dict[str, float]:
    """Return p50 and p95 in milliseconds of ``times`` requests, after three that do not count."""
    took = []
    for number in range(times + 3):
        start = time.perf_counter()
        answer = action()
        if number >= 3:
            took.append((time.perf_counter() - start) * 1000)
        assert answer.status_code in (200, 204), answer.text
    cuts = statistics.quantiles(took, n=20)
    return {"p50": round(statistics.median(took), 1), "p95": round(cuts[18], 1)}


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page[:500]
    return found[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=int, default=10_000)
    parser.add_argument("--events", type=int, default=500_000)
    parser.add_argument("--claims", type=int, default=1_000)
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--url", default=POSTGRESQL)
    options = parser.parse_args()
    with fresh_store(options.url) as store:
        make_officers(store)
        fill(store, open_cases=options.open, events=options.events)
        with serving(store) as url:
            browsers = [Browser.sign_in(url, name) for name in OFFICERS]
            page = measure(browsers[0].page, options.requests)
            cases = iter(waiting(store, options.requests + 3 + options.claims))
            claim = measure(lambda: browsers[0].claim(next(cases)), options.requests)
            # A second figure for the page: now with a hundred cases of one's own.
            own = measure(browsers[0].page, options.requests)
            outcomes = race(browsers, list(cases))
    result = {
        "open_cases": options.open,
        "events": options.events,
        "queue_page_ms": page,
        "queue_page_with_own_cases_ms": own,
        "claim_ms": claim,
        "claims_at_once": len(outcomes),
        "exactly_one_won": sum(outcome == (204, 409) for outcome in outcomes),
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
