"""How the processes of one host learn that they are to end."""

from __future__ import annotations

import os
import signal
import threading
import time
from types import FrameType


def stop_on_signals(stop: threading.Event) -> None:
    """Set ``stop`` when this process is asked to end."""

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)


def watch_parent(parent: int, stop: threading.Event) -> None:
    """Set ``stop`` when the process that started this one is gone."""
    while os.getppid() == parent:
        time.sleep(0.5)
    stop.set()
