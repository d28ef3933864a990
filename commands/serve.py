"""`halo serve`: starts the processes of one host and keeps them running."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

import click

from commands import wiring
from commands.demo import DEMO_ACCOUNTS, ensure_demo_accounts, refuse_demo_accounts
from commands.shutdown import stop_on_signals
from commands.supervisor import Supervisor
from foundation.counting import count_together
from foundation.errors import SettingsError
from foundation.logs import configure_logging
from foundation.settings import Settings


@click.command()
def serve() -> None:
    """Jalankan layanan: proses web dan proses asisten di mesin ini."""
    config = wiring.settings()
    configure_logging(config.log_level, process="serve")
    store = wiring.open_store(config)
    store.migrate()
    wiring.secret_key(config)
    if config.on_loopback:
        ensure_demo_accounts(store)
    else:
        refuse_demo_accounts(store)
    store.close()
    count_together(os.environ, config.data_dir / f"metrics-{config.port}")
    listener = _listen(config)
    click.echo(_greeting(config), err=False)
    stop = threading.Event()
    stop_on_signals(stop)

    def start(command: Sequence[str]) -> subprocess.Popen[bytes]:
        # The command is our own interpreter with our own module; nothing comes from outside.
        return subprocess.Popen(command, pass_fds=[listener.fileno()])  # noqa: S603

    Supervisor(_commands(config, listener), start=start).run(stop)


def _listen(config: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Accepted connections take it over. Head and body of an answer are sent apart, and without it
    # the second waits for the client's delayed acknowledgement of the first: 40 ms on Linux.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    deadline = time.monotonic() + 5
    while True:
        try:
            listener.bind((config.host, config.port))
            break
        except OSError as error:
            if time.monotonic() > deadline:
                raise SettingsError(f"HALO_BIND {config.bind}: {error.strerror}") from error
            time.sleep(0.2)
    listener.listen(1024)
    listener.set_inheritable(True)
    return listener


def _greeting(config: Settings) -> str:
    lines = [f"HALO KOP-UKM berjalan di http://{config.bind}", ""]
    if config.on_loopback:
        lines += ["Akun peragaan (hanya ada di mesin ini):"]
        lines += [f"  {a.name:<12} {a.password:<22} {a.role}" for a in DEMO_ACCOUNTS]
        lines += [f"Masuk petugas: http://{config.bind}/masuk", ""]
    lines += ["Tekan Ctrl+C untuk berhenti."]
    return "\n".join(lines)


def _commands(config: Settings, listener: socket.socket) -> list[list[str]]:
    parent = str(os.getpid())
    halo = [sys.executable, "-m", "halo"]
    commands = [
        [*halo, "worker", "--name", f"{socket.gethostname()}:{config.port}:{index}"]
        for index in range(config.workers)
    ]
    if config.whatsapp.can_send:
        commands.append([*halo, "deliver"])
    commands = [[*command, "--parent", parent] for command in commands]
    web = [sys.executable, "-m", "commands.web_process", str(listener.fileno()), parent]
    return commands + [web] * config.web_processes
