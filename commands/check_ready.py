"""What must be in order before a service day (SOP steps 2 and 3): each thing is looked at."""

from __future__ import annotations

import json
import secrets
import shutil
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from commands.check_whatsapp import Finding as Detail
from commands.check_whatsapp import check_whatsapp
from connectors import ask_worker, channels, socket_folder
from foundation.clock import Clock, indonesian_date, indonesian_time
from foundation.errors import StoreUnavailableError, WorkerTimeoutError
from foundation.settings import Settings
from reports import Finding
from storage import Store, Transaction, last_audit_entry, oldest_unprocessed

CERTIFICATE_DAYS: Final = 14
"""Fewer days left are told: Let's Encrypt renews at thirty, so by then something has failed."""

LONGEST_IN_QUEUE: Final = timedelta(minutes=2)
"""A turn takes seconds; a message that waits longer was forgotten by everybody."""

OLDEST_BACKUP: Final = timedelta(hours=26)
"""One a day, and two hours for a job that ran late."""

LEAST_FREE_SHARE: Final = 0.1
LEAST_FREE_BYTES: Final = 1 << 30

_SECONDS: Final = 10
_HTTPS_PORT: Final = 443
_GIB: Final = 1 << 30

_OF_WEBHOOK: Final = ("webhook", "wrong_token", "forgery")
"""So begin the names of findings that are about the webhook; the others are about the token."""


@dataclass(frozen=True)
class CheckContext:
    """What the checks look at and by what means.

    ``ask_worker`` raises ``WorkerTimeoutError``; ``free_space`` returns the bytes of a folder's
    disk as (all, used, free); ``new_challenge`` gives a fresh random number for the handshake.
    """

    config: Settings
    store: Store
    session: requests.Session
    clock: Clock
    ask_worker: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    new_challenge: Callable[[], str]
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    free_space: Callable[[Path], tuple[int, int, int]] = shutil.disk_usage
    monotonic: Callable[[], float] = time.monotonic

    @property
    def site(self) -> str:
        """The address that residents open, or while the office has none, our own."""
        return self.config.public_url or own_address(self.config)


def check_context(config: Settings, store: Store, session: requests.Session) -> CheckContext:
    """Return the real context of a process."""
    folder = socket_folder(config.data_dir)
    return CheckContext(
        config=config,
        store=store,
        session=session,
        clock=config.clock(),
        ask_worker=lambda request: ask_worker(folder, request, timeout=_SECONDS),
        new_challenge=lambda: str(secrets.randbelow(10**10)),
    )


def own_address(config: Settings) -> str:
    """Return the address of this machine's web process as this machine reaches it."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(config.host, config.host)  # noqa: S104
    return f"http://{host}:{config.port}"


def check_ready(here: CheckContext) -> list[Finding]:
    """Look at everything and return what was found. Nothing is sent to any resident."""
    return [_site(here), _certificate(here), *_whatsapp(here), _model(here), *_store(here)]


def _site(here: CheckContext) -> Finding:
    start = here.monotonic()
    try:
        answer = here.session.get(here.site, timeout=_SECONDS)
    except requests.RequestException:
        return _bad("site", "silent", url=here.site)
    seconds = f"{here.monotonic() - start:.1f}".replace(".", ",")
    if answer.status_code != 200:
        return _bad("site", "refused", url=here.site, status=answer.status_code)
    return _ok("site", url=here.site, seconds=seconds)


def _certificate(here: CheckContext) -> Finding:
    address = urlsplit(here.site)
    if address.scheme != "https" or not address.hostname:
        return _skipped("certificate")
    try:
        until = _valid_until(here.tls, address.hostname, address.port or _HTTPS_PORT)
    except ssl.SSLCertVerificationError as error:
        return _bad("certificate", "untrusted", reason=error.verify_message)
    except (OSError, ValueError):
        return _bad("certificate", "unread", host=address.hostname)
    days = (until - here.clock()).days
    values = {"days": days, "until": indonesian_date(until, weekday=False)}
    if days < CERTIFICATE_DAYS:
        return _bad("certificate", "short", **values)
    return _ok("certificate", **values)


def _valid_until(tls: ssl.SSLContext, host: str, port: int) -> datetime:
    with (
        socket.create_connection((host, port), timeout=_SECONDS) as connection,
        tls.wrap_socket(connection, server_hostname=host) as secured,
    ):
        found = secured.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(found["notAfter"])), UTC)


def _whatsapp(here: CheckContext) -> Iterator[Finding]:
    settings = here.config.whatsapp
    if not settings.verify_token and not settings.access_token:
        yield _skipped("token")
        yield _skipped("webhook")
        return
    found = check_whatsapp(
        here.config,
        f"{here.site}/webhooks/whatsapp",
        session=here.session,
        challenge=here.new_challenge(),
    )
    webhook = [one for one in found if one.name.startswith(_OF_WEBHOOK)]
    yield _together("token", [one for one in found if one not in webhook])
    yield _together("webhook", webhook)


def _together(name: str, found: Sequence[Detail]) -> Finding:
    """Make one finding of the details: what is wrong, else the last thing that was seen."""
    wrong = [one.text for one in found if one.state == "bad"]
    if wrong:
        return Finding(name, "bad", _texts()[name]["title"], " ".join(wrong))
    seen = [one for one in found if one.state == "ok"]
    if not seen:
        return _skipped(name)
    return Finding(name, "ok", _texts()[name]["title"], " ".join(one.text for one in seen))


def _model(here: CheckContext) -> Finding:
    try:
        reply = here.ask_worker({"op": "ping"})
    except WorkerTimeoutError:
        return _bad("model", "silent")
    if not reply.get("usable_model"):
        return _bad("model", "none")
    return _ok("model", version=str(reply.get("version", ""))[:12])


def _store(here: CheckContext) -> Iterator[Finding]:
    try:
        current = here.store.schema_is_current()
    except StoreUnavailableError:
        yield _bad("queue", "store")
        return
    if not current:
        yield _bad("queue", "schema")
        return
    with here.store.read() as tx:
        yield _queue(tx, here.config)
        yield _disk(here)
        yield _backup(tx)


def _queue(tx: Transaction, config: Settings) -> Finding:
    oldest = oldest_unprocessed(tx)
    if oldest is not None and tx.now - oldest > LONGEST_IN_QUEUE:
        return _bad("queue", "stuck", minutes=int((tx.now - oldest).total_seconds() // 60))
    states = [channel.health(tx, config) for channel in channels()]
    if stopped := [state.stopped for state in states if state.stopped]:
        return _bad("queue", "stopped", reason=" ".join(stopped))
    if unknown := sum(state.unknown for state in states):
        return _bad("queue", "unknown", number=unknown)
    return _ok("queue", waiting=sum(state.waiting for state in states))


def _disk(here: CheckContext) -> Finding:
    folder = Path(here.store.path).parent if here.store.path else here.config.data_dir
    everything, _, free = here.free_space(folder)
    values = {"gib": f"{free / _GIB:.1f}".replace(".", ","), "percent": 100 * free // everything}
    if free < LEAST_FREE_BYTES or free < LEAST_FREE_SHARE * everything:
        return _bad("disk", "full", **values)
    return _ok("disk", **values)


def _backup(tx: Transaction) -> Finding:
    entry = last_audit_entry(tx, "backup")
    if entry is None:
        return _bad("backup", "none")
    values = {
        "file": entry.data.get("file", ""),
        "moment": f"{indonesian_date(entry.at, weekday=False)} {indonesian_time(entry.at)}",
        "hours": int((tx.now - entry.at).total_seconds() // 3600),
    }
    if tx.now - entry.at > OLDEST_BACKUP:
        return _bad("backup", "old", **values)
    return _ok("backup", **values)


@cache
def _texts() -> dict[str, dict[str, str]]:
    path = Path(__file__).with_suffix(".json")
    texts: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return texts


def _ok(name: str, **values: object) -> Finding:
    texts = _texts()[name]
    return Finding(name, "ok", texts["title"], texts["ok"].format(**values))


def _bad(name: str, what: str, **values: object) -> Finding:
    texts = _texts()[name]
    return Finding(name, "bad", texts["title"], texts[what].format(**values))


def _skipped(name: str) -> Finding:
    texts = _texts()[name]
    return Finding(name, "skipped", texts["title"], texts["skipped"])
