"""Jobs: one at a time, cancelled at any point, taken again when their runner died."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from foundation.clock import StillClock
from foundation.errors import InvalidFormError, JobConflictError
from learning import (
    Job,
    JobSupervisor,
    active_job,
    cancel_job,
    checked_target,
    fail_job,
    latest_jobs,
    read_job,
    request_job,
    take_job,
)
from learning.jobs import LEASE, MOST_ATTEMPTS, beat, finish_job, report_progress
from storage import Store
from storage.audit import latest_audit_entries
from tests.builders import at_once


def _ask(store: Store) -> Job:
    with store.write() as tx:
        return request_job(tx, "train", author="rina", account_id=None)


def _take(store: Store, runner: str = "satu") -> Job | None:
    with store.write() as tx:
        return take_job(tx, runner)


def _state(store: Store, job: Job) -> str:
    with store.read() as tx:
        return read_job(tx, job.id).state


def _cancel(store: Store) -> None:
    with store.write() as tx:
        cancel_job(tx, author="budi", account_id=None)


def test_only_one_job_at_a_time_however_many_ask(store: Store) -> None:
    asked = at_once(4, lambda _: _ask(store))
    assert sum(isinstance(one, Job) for one in asked) == 1
    assert sum(isinstance(one, JobConflictError) for one in asked) == 3
    taken = at_once(3, lambda number: _take(store, f"pelari-{number}"))
    assert sum(isinstance(one, Job) for one in taken) == 1


def test_progress_is_seen_and_the_next_job_may_come_after_the_end(store: Store) -> None:
    job = _ask(store)
    assert _take(store) is not None
    with store.write() as tx:
        report_progress(tx, job.id, "satu", stage="fit", done=3, total=8)
    with store.read() as tx:
        seen = active_job(tx)
    assert seen is not None
    assert (seen.stage, seen.done, seen.total, seen.state) == ("fit", 3, 8, "running")
    with store.write() as tx:
        finish_job(tx, job.id, "satu", version="abc")
    assert _ask(store).id == job.id + 1
    with store.read() as tx:
        assert [one.state for one in latest_jobs(tx)] == ["queued", "done"]


def test_a_dead_runners_job_is_taken_again_and_the_first_may_not_go_on(
    store: Store, clock: StillClock
) -> None:
    job = _ask(store)
    _take(store, "satu")
    assert _take(store, "dua") is None
    clock.set(clock() + LEASE * 2)
    again = _take(store, "dua")
    assert again is not None
    assert again.attempts == 2
    with store.write() as tx, pytest.raises(JobConflictError):
        beat(tx, job.id, "satu")
    with store.write() as tx:
        fail_job(tx, job.id, "satu", error="terlambat")
    assert _state(store, job) == "running"


def test_a_job_that_brings_its_runners_down_is_given_up(store: Store, clock: StillClock) -> None:
    job = _ask(store)
    for number in range(MOST_ATTEMPTS):
        assert _take(store, f"pelari-{number}") is not None
        clock.set(clock() + LEASE * 2)
    assert _take(store) is None
    with store.read() as tx:
        ended = read_job(tx, job.id)
    assert ended.state == "failed"
    assert not ended.active
    assert "terputus" in str(ended.error)


def test_cancelling_what_waits_closes_it_and_is_written_down(store: Store) -> None:
    job = _ask(store)
    _cancel(store)
    assert _state(store, job) == "cancelled"
    with pytest.raises(JobConflictError):
        _cancel(store)
    with store.read() as tx:
        entries = [(entry.action, entry.data["by"]) for entry in latest_audit_entries(tx)]
    assert entries == [("training_cancelled", "budi"), ("training_requested", "rina")]


def test_a_cancelled_job_whose_runner_died_is_closed(store: Store, clock: StillClock) -> None:
    job = _ask(store)
    _take(store)
    _cancel(store)
    clock.set(clock() + LEASE * 2)
    assert _take(store, "dua") is None
    assert _state(store, job) == "cancelled"


@pytest.mark.parametrize("share", [0.0, 0.004, 0.2, -1.0, float("nan")])
def test_an_absurd_risk_target_is_refused(share: float) -> None:
    with pytest.raises(InvalidFormError):
        checked_target(share)


@dataclass
class FakeProcess:
    """Runs for as many looks as ``looks`` says, does ``then`` and ends with ``code``."""

    looks: int
    then: Callable[[], None] = lambda: None
    code: int = 0
    ended: int | None = None
    terminated: bool = False
    seen: list[int] = field(default_factory=list)

    def poll(self) -> int | None:
        if self.ended is None:
            self.looks -= 1
            if self.looks < 0:
                self.then()
                self.ended = self.code
        return self.ended

    def terminate(self) -> None:
        self.terminated, self.ended = True, -15

    def wait(self, timeout: float | None = None) -> int:
        return -15


def _supervisor(store: Store, process: FakeProcess) -> JobSupervisor:
    return JobSupervisor(store, "satu", lambda _job: process, poll_seconds=0.01)


def test_a_supervisor_does_the_job_and_finds_nothing_more(sqlite_store: Store) -> None:
    job = _ask(sqlite_store)

    def end() -> None:
        with sqlite_store.write() as tx:
            finish_job(tx, job.id, "satu", version="abc")

    supervisor = _supervisor(sqlite_store, FakeProcess(2, end))
    ended = supervisor.once(threading.Event())
    assert ended is not None
    assert (ended.state, ended.version) == ("done", "abc")
    assert supervisor.once(threading.Event()) is None


def test_a_supervisor_ends_the_process_of_a_cancelled_job(sqlite_store: Store) -> None:
    job = _ask(sqlite_store)
    process = FakeProcess(1000)

    def start(_job: Job) -> FakeProcess:
        _cancel(sqlite_store)
        return process

    JobSupervisor(sqlite_store, "satu", start, poll_seconds=0.01).once(threading.Event())
    assert process.terminated
    assert _state(sqlite_store, job) == "cancelled"


@pytest.mark.parametrize("stopping", [False, True])
def test_a_process_that_died_or_was_left_gives_the_job_back(
    sqlite_store: Store, stopping: bool
) -> None:
    job = _ask(sqlite_store)
    stop = threading.Event()
    process = FakeProcess(1000 if stopping else 1, code=-9)
    if stopping:
        stop.set()
    _supervisor(sqlite_store, process).once(stop)
    assert process.terminated is stopping
    assert _state(sqlite_store, job) == "queued"
