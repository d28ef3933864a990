"""Prometheus counts of one process, or of all web processes of a host together.

Several web processes share the listening socket, so whoever asks ``/metrics`` gets any of them.
With ``PROMETHEUS_MULTIPROC_DIR`` in the environment prometheus_client keeps every process's numbers
in files of that folder, and each of them can tell the sum. ``halo serve`` sets it.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable, MutableMapping
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest, multiprocess

FOLDER_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
_LIVE_FILE = re.compile(r"gauge_live\w*_(\d+)\.db")


def exposition(registries: Iterable[CollectorRegistry]) -> bytes:
    """Return Prometheus' text: of these registries, or of everything that the processes keep."""
    if FOLDER_VARIABLE not in os.environ:
        return b"".join(generate_latest(registry) for registry in registries)
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return generate_latest(together)


def count_together(environment: MutableMapping[str, str], folder: Path) -> None:
    """Let the processes that are started with ``environment`` count in ``folder``, from zero."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    environment[FOLDER_VARIABLE] = str(folder)


def forget_ended_processes(alive: Callable[[int], bool]) -> None:
    """Take what ended processes held open out of the sums; what they counted stays."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return
    for path in Path(folder).iterdir():
        found = _LIVE_FILE.fullmatch(path.name)
        if found and not alive(int(found[1])):
            multiprocess.mark_process_dead(int(found[1]))  # type: ignore[no-untyped-call]


def runs(pid: int) -> bool:
    """Whether a process of this number runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
