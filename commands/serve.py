"""`halo serve` and `halo worker`: the processes of one host."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from types import FrameType

import click
import requests

from commands import wiring
from commands.check_ready import check_ready, surroundings
from commands.demo import DEMO_ACCOUNTS, ensure_demo_accounts, refuse_demo_accounts
from commands.ready_watch import ReadyWatch
from commands.supervisor import Supervisor
from commands.training_process import start_process
from connectors import Alarm, LocalServer, Upkeep, Worker, socket_folder
from dialogue import Assets
from foundation.errors import SettingsError
from foundation.logs import configure_logging
from foundation.settings import Settings
from handoff import CalendarFollower
from learning import InboxKeeper, JobKeeper, StudioHelp, note_answers_given
from nlu.types import Understands
from reports import catch_up, do_due_records
from service_hours import Calendar
from storage import Store, open_wakeups

logger = logging.getLogger(__name__)


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
    listener = _listen(config)
    click.echo(_greeting(config), err=False)
    stop = threading.Event()
    stop_on_signals(stop)

    def start(command: Sequence[str]) -> subprocess.Popen[bytes]:
        # The command is our own interpreter with our own module; nothing comes from outside.
        return subprocess.Popen(command, pass_fds=[listener.fileno()])  # noqa: S603

    Supervisor(_commands(config, listener), start=start).run(stop)


@click.command()
@click.option("--name", default="", help="Nama proses ini; harus berbeda di setiap mesin.")
@click.option("--parent", default=0, hidden=True, help="Berhenti bila proses ini tidak ada lagi.")
def worker(name: str, parent: int) -> None:
    """Jalankan satu proses asisten (NLU dan dialog) tanpa web."""
    config = wiring.settings()
    configure_logging(config.log_level, process="worker")
    # Whoever writes to us is acknowledged first; thinking can wait a little.
    os.nice(5)
    stop = threading.Event()
    stop_on_signals(stop)
    if parent:
        threading.Thread(target=watch_parent, args=(parent, stop), daemon=True).start()
    store = wiring.open_store(config)
    bundles = wiring.WorkerBundles(config, store)
    hours = wiring.office_calendar(config, store)
    this = Worker(
        name=name or f"{socket.gethostname()}:{os.getpid()}",
        store=store,
        wakeups=open_wakeups(store, config.redis_url),
        calendar=hours.calendar,
        current_bundle=bundles.latest,
        new_ticket=wiring.fresh_ticket,
        new_turn_id=wiring.fresh_id,
        behind_the_log=lambda: _project(config, store, hours),
        public_url=config.public_url,
        more_answers=StudioHelp(
            store,
            config.training_data,
            hours.calendar,
            _words_and_model(bundles),
            config.models_dir,
        ).answers(),
    )
    bundles.current()
    # Listen only now: while the model loads an asker would wait for nothing.
    server = LocalServer(
        socket_folder(config.data_dir) / f"worker-{os.getpid()}.sock", this.answer_request
    )
    server.start()
    threading.Thread(target=bundles.follow, args=(stop,), name="halo-bundle", daemon=True).start()
    threading.Thread(target=hours.follow, args=(stop,), name="halo-hours", daemon=True).start()
    upkeep = _upkeep(config, store, hours.calendar, this)
    threading.Thread(target=upkeep.run, args=(stop,), name="halo-desk", daemon=True).start()
    keeper = InboxKeeper(store, wiring.control_sample(config))
    threading.Thread(target=keeper.run, args=(stop,), name="halo-learning", daemon=True).start()
    runner = f"{socket.gethostname()}:{os.getpid()}"
    jobs = JobKeeper(store, runner, start_process(runner))
    training = threading.Thread(target=jobs.run, args=(stop,), name="halo-training")
    training.start()
    watching = (config, store, hours.calendar, stop)
    threading.Thread(target=_watch_readiness, args=watching, name="halo-ready", daemon=True).start()
    try:
        this.run(stop)
    finally:
        server.close()
        stop.set()
        training.join()


def _words_and_model(
    bundles: wiring.WorkerBundles,
) -> Callable[[], tuple[Assets, Understands | None]]:
    def current() -> tuple[Assets, Understands | None]:
        bundle = bundles.latest()
        return bundle.assets, bundle.model

    return current


def _upkeep(
    config: Settings, store: Store, service_calendar: Calendar, worker_here: Worker
) -> Upkeep:
    address = (config.public_url or f"http://{config.bind}") + "/petugas"
    return Upkeep(
        store=store,
        calendar=service_calendar,
        alarm=Alarm(config.alerts, console_url=address, target_minutes=config.wait_target_minutes),
        target=timedelta(minutes=config.wait_target_minutes),
        publish=worker_here.wakeups.publish,
    )


def _project(config: Settings, store: Store, hours: CalendarFollower) -> None:
    hours.refresh()  # what happened after a change is counted by it
    catch_up(store, hours.calendar)
    note_answers_given(store)
    do_due_records(
        store,
        hours.calendar,
        days=config.evaluation_after_days,
        target=config.wait_target_minutes,
    )


def _watch_readiness(
    config: Settings, store: Store, service_calendar: Calendar, stop: threading.Event
) -> None:
    with requests.Session() as session:
        here = surroundings(config, store, session)
        ReadyWatch(store, service_calendar, lambda: check_ready(here)).run(stop)


def _listen(config: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
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


def stop_on_signals(stop: threading.Event) -> None:
    """Set ``stop`` when this process is asked to end."""

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)


def watch_parent(parent: int, stop: threading.Event) -> None:
    """Set ``stop`` when the process that started this one is gone."""
    while os.getppid() == parent:
        time.sleep(0.5)
    stop.set()
