"""`halo check ready`: every thing is really looked at, told when it is wrong, and filed."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner
from flask import Flask, Response
from werkzeug.serving import make_server

from commands.check import check
from commands.check_ready import CheckContext, check_ready, own_address
from commands.readiness_monitor import ReadinessMonitor
from connectors import LocalServer, socket_folder
from connectors.whatsapp.outbound.number_health import stop_number
from connectors.whatsapp_emulator import EmulatorServer
from foundation.clock import StillClock, parse_moment
from foundation.errors import ForbiddenError, WorkerTimeoutError
from foundation.settings import PROJECT_ROOT, Settings, WhatsAppSettings
from reports import Finding, readiness
from service_hours import Calendar
from storage import Store, add_audit_entry, create_account, receive
from tests.builders import a_conversation, an_inbound
from tests.connectors.whatsapp_emulator.emulator_kit import (
    PHONE_ID,
    SECRET,
    TOKEN,
    VERIFY,
    an_emulator,
)

CERTIFICATE = Path(__file__).parent / "tls" / "localhost.pem"
"""For localhost, signed by itself; valid until 31 October 2120."""

READY = {"version": "abcdef0123456789", "usable_model": True}
GIB = 1 << 30


@dataclass
class Place:
    """The context of a check, to be made worse by a test."""

    store: Store
    clock: StillClock
    config: Settings
    model: Mapping[str, Any] | None = field(default_factory=lambda: READY)
    space: tuple[int, int, int] = (100 * GIB, 20 * GIB, 80 * GIB)
    tls: ssl.SSLContext = field(
        default_factory=lambda: ssl.create_default_context(cafile=str(CERTIFICATE))
    )

    def check(self) -> dict[str, Finding]:
        def ask(_request: Mapping[str, Any]) -> Mapping[str, Any]:
            if self.model is None:
                raise WorkerTimeoutError("nobody")
            return self.model

        with requests.Session() as session:
            # The site of these tests is signed by itself.
            session.verify = str(CERTIFICATE)
            session.trust_env = False
            found = check_ready(
                CheckContext(
                    config=self.config,
                    store=self.store,
                    session=session,
                    clock=self.clock,
                    ask_worker=ask,
                    new_challenge=lambda: "7788990011",
                    tls=self.tls,
                    free_space=lambda _: self.space,
                )
            )
        return {one.name: one for one in found}


@contextmanager
def a_site(*, status: int = 200, tls: bool = False) -> Iterator[str]:
    """A real web server on a port of its own; gives its address."""
    app = Flask("situs")
    app.add_url_rule("/", "home", lambda: Response("HALO", status))
    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
    server = make_server("127.0.0.1", 0, app, threaded=True, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def place(sqlite_store: Store, clock: StillClock, tmp_path: Path) -> Iterator[Place]:
    with a_site() as site:
        yield Place(sqlite_store, clock, Settings(data_dir=tmp_path, public_url=site))


def test_all_is_well(place: Place, clock: StillClock) -> None:
    with place.store.write() as tx:
        add_audit_entry(tx, "backup", account_id=None, data={"file": "halo-1.tar"})
    clock.advance(hours=20)
    found = place.check()
    assert {name: one.state for name, one in found.items()} == {
        "site": "ok",
        "certificate": "skipped",
        "token": "skipped",
        "webhook": "skipped",
        "model": "ok",
        "queue": "ok",
        "disk": "ok",
        "backup": "ok",
    }
    assert "abcdef012345" in found["model"].text
    assert "20 jam lalu" in found["backup"].text
    assert "80,0 GiB" in found["disk"].text


def test_silent_and_refusing_site(place: Place) -> None:
    place.config = Settings(public_url="http://127.0.0.1:9")
    assert "tidak menjawab" in place.check()["site"].text
    with a_site(status=503) as site:
        place.config = Settings(public_url=site)
        site_found = place.check()["site"]
    assert (site_found.state, "503" in site_found.text) == ("bad", True)


def test_certificate_days_are_counted_by_our_clock(place: Place, clock: StillClock) -> None:
    with a_site(tls=True) as site:
        place.config = Settings(public_url=site)
        found = place.check()
        assert found["site"].state == "ok"
        assert found["certificate"].state == "ok"
        clock.set(parse_moment("2120-10-20T09:00"))
        short = place.check()["certificate"]
        assert short.state == "bad"
        assert "10 hari" in short.text
        place.tls = ssl.create_default_context()
        assert "Tidak dipercaya" in place.check()["certificate"].text


def test_model_that_does_not_answer_or_is_none(place: Place) -> None:
    place.model = {"version": "", "usable_model": False}
    assert "tanpa model" in place.check()["model"].text
    place.model = None
    assert "Tidak ada proses" in place.check()["model"].text


def test_message_that_nobody_took_is_told(place: Place, clock: StillClock) -> None:
    conversation = a_conversation(place.store, "a")
    with place.store.write() as tx:
        receive(tx, an_inbound(conversation, "m1"))
    clock.advance(minutes=2)
    assert place.check()["queue"].state == "ok"
    clock.advance(minutes=1)
    assert "3 menit" in place.check()["queue"].text


def test_stopped_whatsapp_is_told(place: Place) -> None:
    place.config = Settings(
        public_url=place.config.public_url, whatsapp=WhatsAppSettings(phone_number_id=PHONE_ID)
    )
    with place.store.write() as tx:
        stop_number(tx, PHONE_ID, "190", access_token="lama")
    queue = place.check()["queue"]
    assert (queue.state, "berhenti" in queue.text) == ("bad", True)


@pytest.mark.parametrize("space", [(100 * GIB, 95 * GIB, 5 * GIB), (2 * GIB, GIB, GIB // 2)])
def test_full_disk_is_told(place: Place, space: tuple[int, int, int]) -> None:
    place.space = space
    assert place.check()["disk"].state == "bad"


def test_missing_and_old_backup_are_told(place: Place, clock: StillClock) -> None:
    assert "Belum pernah" in place.check()["backup"].text
    with place.store.write() as tx:
        add_audit_entry(tx, "backup", account_id=None, data={"file": "halo-1.tar"})
    clock.advance(hours=27)
    assert "sudah 27 jam" in place.check()["backup"].text


def test_whatsapp_is_asked_at_meta_and_at_our_own_webhook(place: Place, clock: StillClock) -> None:
    with EmulatorServer(an_emulator(clock)) as graph:
        place.config = Settings(
            public_url=place.config.public_url,
            whatsapp_number="6281000000001",
            whatsapp=WhatsAppSettings(
                verify_token=VERIFY,
                app_secrets=(SECRET,),
                access_token=TOKEN,
                phone_number_id=PHONE_ID,
                graph_url=graph.url,
            ),
        )
        found = place.check()
    assert found["token"].state == "ok"
    # The site of this test has no webhook.
    assert found["webhook"].state == "bad"
    assert not any(secret in str(found) for secret in (VERIFY, SECRET, TOKEN))


@pytest.mark.parametrize(
    ("bind", "address"),
    [("0.0.0.0:80", "http://127.0.0.1:80"), ("127.0.0.1:8000", "http://127.0.0.1:8000")],
)
def test_our_own_address(bind: str, address: str) -> None:
    assert own_address(Settings(bind=bind)) == address


def test_service_checks_itself_once_before_each_service_day(
    store: Store, clock: StillClock
) -> None:
    asked = []

    def look() -> list[Finding]:
        asked.append(clock())
        return [Finding("site", "bad", "Situs", "Mati.")]

    watch = ReadinessMonitor(store, Calendar(), look)
    done = []
    for moment in (
        "2026-11-24T06:59",
        "2026-11-24T07:00",
        "2026-11-24T07:01",
        "2026-11-24T12:00",
        "2026-11-25T07:00",
        "2026-11-28T09:00",
    ):
        clock.set(parse_moment(moment))
        done.append(watch.once())
    assert done == [False, True, False, False, True, False]
    assert len(asked) == 2


def test_check_that_another_process_filed_meanwhile_is_not_filed_twice(
    sqlite_store: Store, clock: StillClock
) -> None:
    other = ReadinessMonitor(sqlite_store, Calendar(), list)

    def look() -> list[Finding]:
        assert other.once()
        return []

    assert not ReadinessMonitor(sqlite_store, Calendar(), look).once()
    with sqlite_store.read() as tx:
        assert len(readiness.readiness_of(tx, clock().date())) == 1


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[None]:
    server = LocalServer(socket_folder(tmp_path) / "worker-1.sock", lambda _: READY)
    server.start()
    yield
    server.close()


@pytest.mark.usefixtures("worker")
def test_command_prints_files_and_says_by_its_exit_whether_all_is_well(
    sqlite_store: Store, clock: StillClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_store.write() as tx:
        create_account(tx, "rina", "sandi-yang-panjang", "supervisor", display_name="Rina S")
        create_account(tx, "ahmad", "sandi-yang-panjang", "petugas")
    monkeypatch.setenv("HALO_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HALO_TEST_NOW", clock().isoformat())
    with a_site() as site:
        monkeypatch.setenv("HALO_PUBLIC_URL", site)
        first = CliRunner().invoke(check, ["ready", "--json"], catch_exceptions=False)
        named = CliRunner().invoke(check, ["ready", "--by", "Rina"], catch_exceptions=False)
        with pytest.raises(ForbiddenError):
            CliRunner().invoke(check, ["ready", "--by", "ahmad"], catch_exceptions=False)
    findings = {row["name"]: row["state"] for row in map(json.loads, first.stdout.splitlines())}
    assert (findings["site"], findings["model"], findings["backup"]) == ("ok", "ok", "bad")
    assert first.exit_code == 1
    assert "SALAH  Cadangan: Belum pernah dibuat" in named.stdout
    with sqlite_store.read() as tx:
        checks = readiness.readiness_of(tx, (clock() + timedelta(hours=7)).date())
    assert [one.signed_by for one in checks] == ["HALO KOP-UKM", "Rina S"]


def test_program_ends_with_1_when_something_is_wrong(tmp_path: Path) -> None:
    settings = {"HALO_DATA_DIR": str(tmp_path), "HALO_PUBLIC_URL": "http://127.0.0.1:9"}
    done = subprocess.run(
        [sys.executable, "-m", "halo", "check", "ready", "--json"],
        cwd=PROJECT_ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert '"bad"' in done.stdout
