"""Targets of the service that several packages go by."""

from __future__ import annotations

from typing import Final

WAIT_TARGETS: Final = (5, 15, 30, 60, 120)
"""Service minutes that ``HALO_WAIT_TARGET_MINUTES`` may be: the steps in which waits are counted.

With any other number the reports could not tell how many waits were over it.
"""

DEFAULT_WAIT_TARGET: Final = 15
"""Service minutes within which a waiting resident should get an officer."""
