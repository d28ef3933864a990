"""`halo worker`: one process of the assistant, and what it does beside its conversations."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from datetime import timedelta

import click
import requests

from commands import wiring
from commands.check_ready import check_context, check_ready
from commands.readiness_monitor import ReadinessMonitor
from commands.shutdown import stop_on_signals, watch_parent
from commands.training_process import start_process
from connectors import Alarm, LocalServer, Retention, Scheduler, Worker, socket_folder
from dialogue import Assets
from foundation.logs import configure_logging
from foundation.settings import Settings
from handoff import CalendarFollower
from learning import InboxRefresher, JobSupervisor, StudioHelp, note_answers_given
from nlu.types import Understands
from reports import catch_up, make_due_records
from service_hours import Calendar
from storage import Store, open_wakeups


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
        _beside("halo-parent", watch_parent, parent, stop)
    store = wiring.open_store(config)
    bundles = wiring.WorkerBundles(config, store)
    hours = wiring.office_calendar(config, store)
    process = f"{socket.gethostname()}:{os.getpid()}"
    this = _assistant(config, store, bundles, hours, name=name or process)
    bundles.current()
    # Listen only now: while the model loads an asker would wait for nothing.
    server = LocalServer(
        socket_folder(config.data_dir) / f"worker-{os.getpid()}.sock", this.answer_request
    )
    server.start()
    _beside("halo-bundle", bundles.follow, stop)
    _beside("halo-hours", hours.follow, stop)
    _beside("halo-desk", _scheduler(config, store, hours.calendar, this).run, stop)
    _beside("halo-learning", InboxRefresher(store, wiring.control_sample(config)).run, stop)
    _beside("halo-retention", Retention(store).run, stop)
    _beside("halo-ready", _watch_readiness, config, store, hours.calendar, stop)
    jobs = JobSupervisor(store, process, start_process(process))
    training = threading.Thread(target=jobs.run, args=(stop,), name="halo-training")
    training.start()
    try:
        this.run(stop)
    finally:
        server.close()
        stop.set()
        training.join()


def _beside(name: str, target: Callable[..., None], *args: object) -> None:
    threading.Thread(target=target, args=args, name=name, daemon=True).start()


def _assistant(
    config: Settings,
    store: Store,
    bundles: wiring.WorkerBundles,
    hours: CalendarFollower,
    *,
    name: str,
) -> Worker:
    help_for_staff = StudioHelp(
        store,
        config.training_data,
        hours.calendar,
        _words_and_model(bundles),
        config.models_dir,
    )
    return Worker(
        name=name,
        store=store,
        wakeups=open_wakeups(store, config.redis_url),
        calendar=hours.calendar,
        current_bundle=bundles.latest,
        new_ticket=wiring.fresh_ticket,
        new_turn_id=wiring.fresh_id,
        behind_the_log=lambda: _project(config, store, hours),
        public_url=config.public_url,
        more_answers=help_for_staff.answers(),
    )


def _words_and_model(
    bundles: wiring.WorkerBundles,
) -> Callable[[], tuple[Assets, Understands | None]]:
    def current() -> tuple[Assets, Understands | None]:
        bundle = bundles.latest()
        return bundle.assets, bundle.model

    return current


def _scheduler(
    config: Settings, store: Store, service_calendar: Calendar, worker_here: Worker
) -> Scheduler:
    address = (config.public_url or f"http://{config.bind}") + "/petugas"
    return Scheduler(
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
    make_due_records(
        store,
        hours.calendar,
        days=config.evaluation_after_days,
        target=config.wait_target_minutes,
    )


def _watch_readiness(
    config: Settings, store: Store, service_calendar: Calendar, stop: threading.Event
) -> None:
    with requests.Session() as session:
        here = check_context(config, store, session)
        ReadinessMonitor(store, service_calendar, lambda: check_ready(here)).run(stop)
