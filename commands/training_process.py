"""The process that does one training job, niced so that nobody's answer waits for it.

Started by a worker or by `halo models retrain`: ``python -m commands.training_process JOB RUNNER
PARENT``. It ends when its parent is gone.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from commands import wiring
from foundation.errors import HaloError, JobConflictError, StoreUnavailableError
from foundation.logs import configure_logging
from learning import Job, TrainingRunner, fail_job, read_job

logger = logging.getLogger(__name__)

_NICE = 10
"""A worker, whose child this is, stands at 5."""
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Group(subprocess.Popen[bytes]):
    """A process with all that it starts: training spreads over processes of its own."""

    def terminate(self) -> None:
        """End them all; a process of a pool would wait for ever for the one that is gone."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)


def start_process(runner: str) -> Callable[[Job], Group]:
    """Return what starts the process for a job that ``runner`` holds."""

    def start(job: Job) -> Group:
        command = [sys.executable, "-m", "commands.training_process"]
        environment = {**os.environ, **dict.fromkeys(_THREADS, "1")}
        # The command is our own interpreter with our own module; nothing comes from outside.
        return Group(
            [*command, str(job.id), runner, str(os.getpid())],
            env=environment,
            start_new_session=True,
        )

    return start


def main(job_id: int, runner: str, parent: int) -> None:
    """Do the job; a failure that can be told is told in the job itself."""
    config = wiring.settings()
    configure_logging(config.log_level, process="training")
    os.nice(max(0, _NICE - os.nice(0)))
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    store = wiring.open_store(config)
    training = TrainingRunner(
        store, config.training_data, config.models_dir, lambda: wiring.embedding(config)
    )
    with store.read() as tx:
        job = read_job(tx, job_id)
    try:
        training.work(job, runner)
    except JobConflictError as error:
        logger.info("job %s stops: %s", job_id, error)
    except StoreUnavailableError:
        raise
    except HaloError as error:
        logger.exception("job %s failed", job_id)
        with store.write() as tx:
            fail_job(tx, job_id, runner, error=f"{error.reader_text} ({error})")


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    logger.error("the process that asked for the training is gone")
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
