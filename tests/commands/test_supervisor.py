"""The supervisor starts again what stops, and never lets one broken process eat the machine."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field

from commands.supervisor import LONGEST_PAUSE, STEADY_SECONDS, Supervisor


@dataclass
class _Process:
    pid: int = 1
    code: int | None = None
    obeys: bool = True
    killed: bool = False

    def poll(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        if self.obeys:
            self.code = 0

    def kill(self) -> None:
        self.killed = True

    def wait(self, timeout: float | None = None) -> int:
        if self.code is None:
            raise subprocess.TimeoutExpired("process", timeout or 0.0)
        return self.code


@dataclass
class _Host:
    """A host whose clock the test turns."""

    clock: float = 0.0
    started: list[tuple[float, str, _Process]] = field(default_factory=list)

    def start(self, command: Sequence[str]) -> _Process:
        process = _Process()
        self.started.append((self.clock, command[0], process))
        return process

    def now(self) -> float:
        return self.clock

    def last(self, name: str) -> _Process:
        return next(p for _, command, p in reversed(self.started) if command == name)

    def times(self, name: str) -> list[float]:
        return [at for at, command, _ in self.started if command == name]


def _run(supervisor: Supervisor, host: _Host, seconds: float, *, crashing: str = "") -> None:
    end = host.clock + seconds
    while host.clock < end:
        if crashing:
            host.last(crashing).code = 1
        supervisor.look()
        host.clock += 0.25


def test_a_stopped_process_starts_again_and_the_others_are_left_alone() -> None:
    host = _Host()
    supervisor = Supervisor([["web"], ["worker"]], start=host.start, now=host.now)
    host.last("worker").code = -9
    _run(supervisor, host, 5)
    assert len(host.times("worker")) == 2
    assert host.times("web") == [0.0]


def test_a_process_that_always_dies_is_started_ever_more_slowly() -> None:
    host = _Host()
    supervisor = Supervisor([["web"], ["worker"]], start=host.start, now=host.now)
    _run(supervisor, host, 300, crashing="worker")
    times = host.times("worker")
    pauses = [after - before for before, after in itertools.pairwise(times)]
    assert [round(pause) for pause in pauses[:4]] == [1, 2, 4, 8]
    assert all(LONGEST_PAUSE <= pause < LONGEST_PAUSE + 1 for pause in pauses[5:])


def test_a_broken_process_does_not_delay_the_start_of_another() -> None:
    host = _Host()
    supervisor = Supervisor([["worker"], ["web"]], start=host.start, now=host.now)
    _run(supervisor, host, 100, crashing="worker")
    died = host.clock
    host.last("web").code = 1
    _run(supervisor, host, 3, crashing="worker")
    assert host.times("web")[-1] - died < 2


def test_after_a_long_life_the_next_start_is_quick_again() -> None:
    host = _Host()
    supervisor = Supervisor([["worker"]], start=host.start, now=host.now)
    _run(supervisor, host, 60, crashing="worker")
    _run(supervisor, host, LONGEST_PAUSE + STEADY_SECONDS + 1)
    died = host.clock
    host.last("worker").code = 1
    _run(supervisor, host, 5)
    assert host.times("worker")[-1] - died < 2


def test_who_does_not_stop_when_asked_is_killed() -> None:
    host = _Host()
    supervisor = Supervisor([["web"], ["worker"]], start=host.start, now=host.now)
    host.last("worker").obeys = False
    supervisor.end()
    assert (host.last("web").killed, host.last("worker").killed) == (False, True)
