"""Keeps the processes of one host running: starts again what stops, ever more slowly."""

from __future__ import annotations

import logging
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

logger = logging.getLogger(__name__)

FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 30.0
"""Seconds; a process that can never start must not eat the machine that the others need."""

STEADY_SECONDS: Final = 10.0
"""Who ran as long as this stopped for a new reason: the next start comes quickly again."""

_LOOK_SECONDS: Final = 0.25
_STOP_SECONDS: Final = 10.0


class Process(Protocol):
    """What the supervisor needs of :class:`subprocess.Popen`."""

    pid: int

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs."""

    def terminate(self) -> None:
        """Ask it to stop."""

    def kill(self) -> None:
        """Stop it at once."""

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code; raises ``subprocess.TimeoutExpired``."""


@dataclass
class _Child:
    command: Sequence[str]
    process: Process | None
    started: float
    pause: float = FIRST_PAUSE
    due: float = 0.0


class Supervisor:
    """Runs each command until told to stop; a stopped one waits 1, 2, 4 … 30 seconds."""

    def __init__(
        self,
        commands: Sequence[Sequence[str]],
        *,
        start: Callable[[Sequence[str]], Process],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """``now`` gives seconds that only grow."""
        self._start, self._now = start, now
        self._children = [_Child(command, start(command), now()) for command in commands]

    def run(self, stop: threading.Event) -> None:
        """Look after the processes until ``stop`` is set, then end them all."""
        while not stop.wait(_LOOK_SECONDS):
            self.look()
        self.end()

    def look(self) -> None:
        """Start what is due and note what has stopped."""
        for child in self._children:
            now = self._now()
            if child.process is None:
                if now >= child.due:
                    child.process, child.started = self._start(child.command), now
            elif (code := child.process.poll()) is not None:
                self._stopped(child, code, now)

    def end(self) -> None:
        """Ask all processes to stop; kill who has not after ten seconds."""
        processes = [child.process for child in self._children if child.process is not None]
        for process in processes:
            process.terminate()
        deadline = self._now() + _STOP_SECONDS
        for process in processes:
            try:
                process.wait(max(0.1, deadline - self._now()))
            except subprocess.TimeoutExpired:
                logger.error("process %s did not stop in time and is killed", process.pid)  # noqa: TRY400
                process.kill()

    @staticmethod
    def _stopped(child: _Child, code: int, now: float) -> None:
        if now - child.started >= STEADY_SECONDS:
            child.pause = FIRST_PAUSE
        logger.error(
            "a process ended with code %s and starts again in %.0f s: %s",
            code,
            child.pause,
            " ".join(child.command[1:4]),
        )
        child.process, child.due = None, now + child.pause
        child.pause = min(child.pause * 2, LONGEST_PAUSE)
