"""`halo whatsapp emulate`: rehearse with a local Graph API and a phone-like page."""

from __future__ import annotations

import json
import os
import secrets
import signal
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from random import Random
from types import FrameType

import click
import requests

from commands import wiring
from commands.whatsapp_number import resume, status
from connectors.whatsapp_emulator import (
    Emulator,
    EmulatorConfig,
    EmulatorServer,
    http_post,
    verify_webhook,
)
from foundation.clock import Clock, clock_starting_at, parse_moment
from foundation.errors import SettingsError
from foundation.logs import configure_logging
from foundation.settings import Settings

ENV_FILE = "whatsapp-latihan.env"
_SENDER_THREADS = 4
_TEXTS = Path(__file__).parent / "whatsapp.json"
_RESIDENTS = Path(__file__).parent / "rehearsal_residents.json"


@click.group()
def whatsapp() -> None:
    """Alat untuk kanal WhatsApp."""


whatsapp.add_command(resume)
whatsapp.add_command(status)


@whatsapp.command()
@click.option("--port", default=9100, show_default=True, help="Porta emulator di mesin ini.")
@click.option("--webhook", default="", help="Alamat webhook HALO; bawaan: HALO_BIND mesin ini.")
@click.option("--at", "at", default="", help="Jam mulai emulator (ISO 8601); bawaan: jam mesin.")
def emulate(port: int, webhook: str, at: str) -> None:
    """Jalankan Graph API tiruan dan halaman telepon untuk berlatih tanpa Meta."""
    config = wiring.settings()
    configure_logging(config.log_level, process="whatsapp")
    webhook = webhook or f"http://{config.bind}/webhooks/whatsapp"
    secrets_file = config.data_dir / ENV_FILE
    values = rehearsal_settings(secrets_file, port=port, environ=os.environ)
    emulator = Emulator(
        EmulatorConfig(
            app_secret=values["HALO_WHATSAPP_APP_SECRET"].split(",")[0],
            verify_token=values["HALO_WHATSAPP_VERIFY_TOKEN"],
            access_token=values["HALO_WHATSAPP_ACCESS_TOKEN"],
            phone_number_id=values["HALO_WHATSAPP_PHONE_NUMBER_ID"],
        ),
        base_clock=_clock(config, at),
        rng=Random(secrets.randbits(64)),  # noqa: S311 - invented numbers, no secrets
    )
    for resident in json.loads(_RESIDENTS.read_text(encoding="utf-8")):
        emulator.people.add(**resident)
    posts = [http_post(webhook, requests.Session()) for _ in range(_SENDER_THREADS)]
    with EmulatorServer(emulator, port=port, posts=posts) as server:
        texts = json.loads(_TEXTS.read_text(encoding="utf-8"))
        click.echo(texts["started"].format(url=server.url, file=secrets_file, webhook=webhook))
        outcome = verify_webhook(
            webhook,
            emulator.config.verify_token,
            challenge=str(secrets.randbelow(10**10)),
            session=requests.Session(),
        )
        click.echo(texts[outcome].format(webhook=webhook))
        _wait_for_signal()


def rehearsal_settings(path: Path, *, port: int, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the ``HALO_WHATSAPP_*`` settings that HALO and the emulator share.

    What ``environ`` sets is used. The rest comes from ``path``, which is made with fresh secrets
    when it is missing, readable by this user only, and keeps them, so that a restart of either
    side changes nothing. Values of ``environ`` are never written.
    """
    kept = _read_env(path)
    fresh = {
        "HALO_WHATSAPP_GRAPH_URL": f"http://127.0.0.1:{port}",
        "HALO_WHATSAPP_GRAPH_VERSION": "v24.0",
        "HALO_WHATSAPP_PHONE_NUMBER_ID": EmulatorConfig.phone_number_id,
        "HALO_WHATSAPP_NUMBER": EmulatorConfig.display_phone_number,
        "HALO_WHATSAPP_TEMPLATE": "balasan_petugas_siap",
    }
    for name in ("APP_SECRET", "VERIFY_TOKEN", "ACCESS_TOKEN"):
        key = f"HALO_WHATSAPP_{name}"
        fresh[key] = kept.get(key) or secrets.token_urlsafe(24)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.writelines(f"{key}={value}\n" for key, value in fresh.items())
    return {key: environ.get(key, "").strip() or value for key, value in fresh.items()}


def _read_env(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return {key: value for key, _, value in (line.partition("=") for line in lines)}


def _clock(config: Settings, at: str) -> Clock:
    if not at:
        return config.clock()
    try:
        start: datetime = parse_moment(at)
    except ValueError as error:
        raise SettingsError(f"--at harus waktu ISO 8601, bukan {at!r}") from error
    return clock_starting_at(start)


def _wait_for_signal() -> None:
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    stop.wait()
