"""`halo models retrain|measure|jobs|cancel`: training as a job that pages and commands share."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from typing import Any

import click
from tqdm import tqdm

import learning
from commands import wiring
from commands.models_live import by_option, json_option, migrated_store, named
from commands.training_process import start_process
from foundation.settings import Settings
from learning import Job, JobSupervisor
from storage import Store

STAGES = {
    "normalise": "Merapikan teks",
    "embed": "Menghitung embedding",
    "fit": "Melatih dan memeriksa silang",
    "store": "Menyimpan calon",
    "load": "Memuat model",
    "gate": "Mengukur dengan pesan uji",
    "stories": "Menjalankan percakapan uji",
    "replay": "Memutar ulang pesan 30 hari",
    "doubts": "Mencari contoh yang diragukan",
}
_LOOK_SECONDS = 0.5
_STATES = {"done": "selesai", "failed": "gagal", "cancelled": "dibatalkan"}


@click.command()
@click.option("--seed", default=0, show_default=True, help="Benih pengacak.")
@click.option("--target", type=float, help="Target risiko, misalnya 0.03; bawaan 0.045.")
@click.option("--no-wait", is_flag=True, help="Hanya meminta; `halo worker` yang mengerjakan.")
@by_option
@json_option
def retrain(seed: int, target: float | None, no_wait: bool, by: str, as_json: bool) -> None:
    """Latih calon dari data latih dan label studio, lalu ukur di gerbang.

    Satu pelatihan pada satu waktu, di semua mesin. Kemajuannya juga tampil di studio.
    """
    params: dict[str, Any] = {"seed": seed}
    if target is not None:
        params["target"] = learning.checked_target(target)
    config = wiring.settings()
    store = migrated_store(config)
    with store.write() as tx:
        job = learning.request_job(tx, "train", author=named(by), account_id=None, params=params)
    _finish(config, store, job, no_wait=no_wait, as_json=as_json)


@click.command()
@click.argument("version")
@click.option("--no-wait", is_flag=True, help="Hanya meminta; `halo worker` yang mengerjakan.")
@by_option
@json_option
def measure(version: str, no_wait: bool, by: str, as_json: bool) -> None:
    """Ukur VERSION di gerbang dan putar ulang pesan 30 hari, sebagai pekerjaan."""
    config = wiring.settings()
    store = migrated_store(config)
    with store.write() as tx:
        learning.registered(tx, version)
        job = learning.request_job(tx, "gate", author=named(by), account_id=None, version=version)
    _finish(config, store, job, no_wait=no_wait, as_json=as_json)


@click.command()
@json_option
def jobs(as_json: bool) -> None:
    """Tampilkan pelatihan yang berjalan dan yang terakhir."""
    with migrated_store(wiring.settings()).read() as tx:
        found = learning.latest_jobs(tx)
    for job in found:
        click.echo(json.dumps(_as_json(job), ensure_ascii=False) if as_json else _plain(job))


@click.command()
@by_option
@json_option
def cancel(by: str, as_json: bool) -> None:
    """Batalkan pelatihan yang menunggu atau berjalan."""
    with migrated_store(wiring.settings()).write() as tx:
        job = learning.cancel_job(tx, author=named(by), account_id=None)
    click.echo(json.dumps(_as_json(job)) if as_json else f"Pelatihan {job.id} dibatalkan.")


def _finish(config: Settings, store: Store, job: Job, *, no_wait: bool, as_json: bool) -> None:
    if no_wait:
        click.echo(json.dumps(_as_json(job)) if as_json else f"Pelatihan {job.id} diminta.")
        return
    ended = _follow(store, job.id, quiet=as_json)
    if ended.state == "done" and ended.version:
        live = learning.live_pointer(store, config.models_dir)
        with store.read() as tx:
            verdict = learning.latest_gate(tx, ended.version)
        passed = verdict.passed if verdict else bool(live and live.version == ended.version)
    else:
        passed = False
    if as_json:
        click.echo(json.dumps({**_as_json(ended), "passed": passed}, ensure_ascii=False))
    else:
        click.echo(_plain(ended))
        if ended.state == "done":
            click.echo("Gerbang: LULUS" if passed else "Gerbang: TERTAHAN")
            click.echo(ended.version)
    sys.exit(0 if ended.state == "done" else 1)


def _follow(store: Store, job_id: int, *, quiet: bool) -> Job:
    """Show the job's progress until it ended; do it here unless a worker took it first."""
    stop = threading.Event()
    runner = f"{socket.gethostname()}:{os.getpid()}"
    job_supervisor = JobSupervisor(store, runner, start_process(runner), poll_seconds=_LOOK_SECONDS)
    thread = threading.Thread(target=job_supervisor.run, args=(stop,))
    thread.start()
    try:
        with tqdm(
            total=1,
            desc="Menunggu",
            disable=quiet,
            bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt} {elapsed}",
        ) as bar:
            while True:
                with store.read() as tx:
                    job = learning.read_job(tx, job_id)
                bar.set_description(STAGES.get(job.stage, "Menunggu"), refresh=False)
                bar.total = max(job.total, 1)
                bar.n = job.done
                bar.refresh()
                if not job.active:
                    return job
                time.sleep(_LOOK_SECONDS)
    finally:
        stop.set()
        thread.join()


def _as_json(job: Job) -> dict[str, Any]:
    return {
        "job": job.id,
        "kind": job.kind,
        "state": job.state,
        "by": job.author,
        "stage": job.stage,
        "done": job.done,
        "total": job.total,
        "version": job.version,
        "error": job.error,
    }


def _plain(job: Job) -> str:
    state = _STATES.get(job.state)
    if state is None:
        place = f"{job.done}/{job.total}" if job.total else ""
        state = " ".join(("berjalan:", STAGES.get(job.stage, "menunggu"), place)).strip()
    kind = "pelatihan" if job.kind == "train" else "pengukuran"
    parts = [f"{kind} {job.id}", state, job.author, job.version or "", job.error or ""]
    return "\t".join(part for part in parts if part)
