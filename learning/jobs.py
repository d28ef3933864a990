"""Training and measuring as jobs in the store: one at a time, with progress, to be cancelled.

Whoever works on a job holds a lease that its signs of life renew; a job whose runner died is
taken again by another. A worker that was only slow finds the job no longer its own and stops.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from foundation.errors import InvalidFormError, JobConflictError
from nlu import RiskTarget
from storage import Transaction, add_audit_entry, insert_if_absent
from storage.bundle_tables import training_job

LEASE = timedelta(seconds=20)
"""Without a sign of life for so long, the runner of a job is taken for dead."""

MOST_ATTEMPTS = 3
"""A job that brought its runner down so many times is not tried again."""

LEAST_TARGET, MOST_TARGET = 0.005, 0.10
"""Risk targets that can be asked for: shares of wrong answers among the automatic ones."""

USUAL_TARGET = RiskTarget().share
"""What is aimed at where nobody asks for another target."""

STAGES = ("normalise", "embed", "fit", "store", "load", "gate", "stories", "replay", "doubts")
"""What a training reports, in order; without an embedding model it leaves out ``embed``."""

Kind = Literal["train", "gate"]
_job = training_job.c


@dataclass(frozen=True)
class Job:
    """One training (``train``: bundle, gate, replay) or measuring (``gate``) of a bundle.

    ``state``: queued, running, done, failed or cancelled. ``stage``, ``done`` and ``total`` say
    how far it is. ``version`` is the bundle that came of it, or that is measured.
    """

    id: int
    kind: Kind
    state: str
    author: str
    at: datetime
    params: Mapping[str, Any]
    stage: str
    done: int
    total: int
    runner: str | None
    attempts: int
    cancel_by: str | None
    started_at: datetime | None
    finished_at: datetime | None
    version: str | None
    error: str | None

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ("queued", "running")


def checked_target(share: float) -> float:
    """Return a risk target that may be asked for. Raises ``InvalidFormError``."""
    if not LEAST_TARGET <= share <= MOST_TARGET:
        raise InvalidFormError(
            f"risk target {share}", reader_text="Target risiko harus antara 0,5% dan 10%."
        )
    return round(share, 4)


def request_job(
    tx: Transaction,
    kind: Kind,
    *,
    author: str,
    account_id: int | None,
    params: Mapping[str, Any] | None = None,
    version: str | None = None,
) -> Job:
    """Ask for a job. Raises ``JobConflictError`` while another one waits or runs."""
    values = {
        "kind": kind,
        "state": "queued",
        "active": 1,
        "author": author,
        "at": tx.now,
        "params": dict(params or {}),
        "stage": "",
        "version": version,
    }
    row = insert_if_absent(tx, training_job, values, unique=("active",))
    if row is None:
        raise JobConflictError("a job waits or runs already")
    data = {"job": row.id, "kind": kind, "by": author, **({"version": version} if version else {})}
    add_audit_entry(tx, "training_requested", account_id=account_id, data=data)
    return _read(row)


def take_job(tx: Transaction, runner: str) -> Job | None:
    """Take the job that waits, or whose runner died; ``None`` when there is nothing to do.

    One that was cancelled while nobody held it, or was tried too often, is closed instead.
    """
    row = tx.connection.execute(
        sa.select(training_job).where(_job.active == 1).with_for_update()
    ).one_or_none()
    if row is None or (row.state == "running" and not _expired(row.beat_at, tx.now)):
        return None
    if row.cancel_by is not None:
        _close(tx, row.id, "cancelled")
        return None
    if row.attempts >= MOST_ATTEMPTS:
        _close(tx, row.id, "failed", error=f"Pekerjaan terputus {MOST_ATTEMPTS} kali.")
        return None
    taken = tx.connection.execute(
        sa.update(training_job)
        .where(_job.id == row.id)
        .values(
            state="running",
            runner=runner,
            beat_at=tx.now,
            attempts=row.attempts + 1,
            started_at=row.started_at or tx.now,
            stage="",
            done=0,
            total=0,
        )
        .returning(training_job)
    ).one()
    return _read(taken)


def beat(tx: Transaction, job_id: int, runner: str) -> None:
    """Give a sign of life. Raises ``JobConflictError`` when the job is to stop or was lost."""
    _touch(tx, job_id, runner, {"beat_at": tx.now})


def report_progress(
    tx: Transaction, job_id: int, runner: str, *, stage: str, done: int, total: int
) -> None:
    """Say how far the job is; raises as :func:`beat` does."""
    _touch(tx, job_id, runner, {"stage": stage, "done": done, "total": total})


def finish_job(tx: Transaction, job_id: int, runner: str, *, version: str) -> None:
    """Close a job that is done; raises as :func:`beat` does."""
    _touch(tx, job_id, runner, {"version": version})
    _close(tx, job_id, "done")


def fail_job(tx: Transaction, job_id: int, runner: str, *, error: str) -> None:
    """Close a job that cannot be done, unless it is no longer this runner's."""
    found = read_job(tx, job_id)
    if found.state == "running" and found.runner == runner:
        _close(tx, job_id, "cancelled" if found.cancel_by else "failed", error=error)


def release_job(tx: Transaction, job_id: int, runner: str) -> None:
    """Give a job back that this runner leaves, so that another takes it at once."""
    tx.connection.execute(
        sa.update(training_job)
        .where(_job.id == job_id, _job.runner == runner, _job.state == "running")
        .values(state="queued", runner=None, beat_at=None)
    )


def cancel_job(tx: Transaction, *, author: str, account_id: int | None) -> Job:
    """Cancel what waits or runs; who runs it stops within seconds.

    Raises ``JobConflictError`` when nothing does.
    """
    row = tx.connection.execute(
        sa.select(training_job).where(_job.active == 1).with_for_update()
    ).one_or_none()
    if row is None:
        raise JobConflictError(
            "nothing to cancel", reader_text="Tidak ada pelatihan yang sedang berjalan."
        )
    tx.connection.execute(sa.update(training_job).where(_job.id == row.id).values(cancel_by=author))
    if row.state == "queued":
        _close(tx, row.id, "cancelled")
    data = {"job": row.id, "by": author}
    add_audit_entry(tx, "training_cancelled", account_id=account_id, data=data)
    return read_job(tx, row.id)


def close_cancelled(tx: Transaction, job_id: int, runner: str) -> None:
    """Close a job whose work was ended because it is cancelled."""
    found = read_job(tx, job_id)
    if found.state == "running" and found.runner == runner and found.cancel_by:
        _close(tx, job_id, "cancelled")


def active_job(tx: Transaction) -> Job | None:
    """Return what waits or runs now."""
    row = tx.connection.execute(sa.select(training_job).where(_job.active == 1)).one_or_none()
    return None if row is None else _read(row)


def read_job(tx: Transaction, job_id: int) -> Job:
    """Return one job. Raises ``JobConflictError`` for one that never was."""
    row = tx.connection.execute(sa.select(training_job).where(_job.id == job_id)).one_or_none()
    if row is None:
        raise JobConflictError(f"no job {job_id}")
    return _read(row)


def latest_jobs(tx: Transaction, *, limit: int = 20) -> list[Job]:
    """Return the last jobs, newest first."""
    statement = sa.select(training_job).order_by(_job.id.desc()).limit(limit)
    return [_read(row) for row in tx.connection.execute(statement)]


def _touch(tx: Transaction, job_id: int, runner: str, values: Mapping[str, Any]) -> None:
    done = tx.connection.execute(
        sa.update(training_job)
        .where(
            _job.id == job_id,
            _job.runner == runner,
            _job.state == "running",
            _job.cancel_by.is_(None),
        )
        .values(**values)
    )
    if done.rowcount != 1:
        raise JobConflictError(f"job {job_id} is cancelled or another runner's")


def _close(tx: Transaction, job_id: int, state: str, *, error: str | None = None) -> None:
    tx.connection.execute(
        sa.update(training_job)
        .where(_job.id == job_id)
        .values(state=state, active=None, finished_at=tx.now, error=error)
    )


def _expired(beat_at: datetime | None, now: datetime) -> bool:
    return beat_at is None or now - beat_at > LEASE


def _read(row: sa.Row[Any]) -> Job:
    hidden = ("active", "beat_at")
    return Job(**{name: value for name, value in row._mapping.items() if name not in hidden})
