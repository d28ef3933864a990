"""Waiting for what another thread or process does: on the thing itself, never for a fixed while."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

LONG_ENOUGH = 60.0
"""Seconds after which something that takes milliseconds is held to be broken, on a busy machine."""


def eventually(happened: Callable[[], bool], *, seconds: float = LONG_ENOUGH) -> None:
    """Return as soon as ``happened`` says so; fail the test after so many seconds."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            pytest.fail(f"it did not happen within {seconds:g} seconds")
        time.sleep(0.02)
