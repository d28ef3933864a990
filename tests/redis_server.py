"""A Redis server of a test's own, behind a socket in its folder."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def redis_of_its_own(folder: Path) -> Iterator[str]:
    """Give its URL; skip the test where there is no redis-server."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("there is no redis-server")
    socket = folder / "redis.sock"
    command = [
        program,
        *("--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "ready to accept connections" in line.lower():
                break
        yield f"unix://{socket}"
        process.terminate()
        process.stdout.read()
