"""A running clock that can be turned forward, for the 24-hour window, retries and speed limits."""

from __future__ import annotations

from datetime import datetime, timedelta

from foundation.clock import Clock
from foundation.errors import InvalidFormError


class TurnableClock:
    """Shows the time of ``base`` plus what it was turned forward by."""

    def __init__(self, base: Clock) -> None:
        self._base = base
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """Return the present moment of the emulator, in UTC."""
        return self._base() + self._ahead

    def turn(self, seconds: float) -> None:
        """Go forward by ``seconds``.

        Raises :class:`InvalidFormError` for a step backward: due times would never come.
        """
        if not 0 <= seconds <= 366 * 24 * 3600:
            raise InvalidFormError(f"the clock only goes forward, not by {seconds}")
        self._ahead += timedelta(seconds=seconds)
