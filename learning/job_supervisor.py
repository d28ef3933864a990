"""Looks for a job, lets a process of its own do it, and keeps its lease alive meanwhile."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from foundation.errors import JobConflictError, StoreUnavailableError
from learning.jobs import (
    Job,
    active_job,
    beat,
    close_cancelled,
    read_job,
    release_job,
    take_job,
)
from storage import Store

logger = logging.getLogger(__name__)


class Process(Protocol):
    """What is needed of :class:`subprocess.Popen`."""

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs."""

    def terminate(self) -> None:
        """Ask it to stop."""

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code when it has stopped."""


@dataclass(frozen=True)
class JobSupervisor:
    """Runs in a thread of a worker (or of a command that waits); several keepers do no harm.

    ``start`` begins a process that does the job, closes it and ends; ``runner`` names this keeper
    among all hosts.
    """

    store: Store
    runner: str
    start: Callable[[Job], Process]
    poll_seconds: float = 1.0

    def run(self, stop: threading.Event) -> None:
        """Look until ``stop`` is set. A store that is down is waited for, loudly."""
        while not stop.wait(self.poll_seconds):
            try:
                self.once(stop)
            except StoreUnavailableError:
                logger.exception("no job can be looked for: the store does not answer")

    def once(self, stop: threading.Event) -> Job | None:
        """Do the job that waits, if any, to its end; return how it ended."""
        with self.store.read() as tx:
            if active_job(tx) is None:
                return None
        with self.store.write() as tx:
            job = take_job(tx, self.runner)
        if job is None:
            return None
        logger.info("job %s (%s) begins", job.id, job.kind)
        process = self.start(job)
        try:
            self._watch(job, process, stop)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        with self.store.write() as tx:
            # Ended by us or by itself without a word: cancelled, or to be tried again.
            close_cancelled(tx, job.id, self.runner)
            release_job(tx, job.id, self.runner)
            ended = read_job(tx, job.id)
        logger.info("job %s: %s", job.id, ended.state)
        return ended

    def _watch(self, job: Job, process: Process, stop: threading.Event) -> None:
        while process.poll() is None and not stop.wait(self.poll_seconds):
            try:
                with self.store.write() as tx:
                    beat(tx, job.id, self.runner)
            except JobConflictError:
                return
            except StoreUnavailableError:
                logger.exception("job %s goes on without a sign of life", job.id)
