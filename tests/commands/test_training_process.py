"""A training that is ended leaves none of its processes behind."""

from __future__ import annotations

import subprocess
import sys

from commands.training_process import Group

_PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("begun", flush=True)
child.wait()
"""


def test_ending_a_training_ends_the_processes_that_it_started() -> None:
    command = [sys.executable, "-c", _PARENT]
    with Group(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        process.terminate()
        # The end of the pipe comes when nobody holds it any more, the child of the child neither.
        assert process.stdout.read() == b""
        assert process.wait() != 0
        process.terminate()
