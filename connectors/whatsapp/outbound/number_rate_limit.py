"""How fast one process may send from the number (SPEC section 12)."""

from __future__ import annotations

from datetime import datetime, timedelta


class NumberRateLimit:
    """Spreads messages evenly: ``per_second`` of them, a few at once; slower after strikes.

    The plain number may send and receive 80 a second together; half of it leaves room for what
    comes in.
    """

    def __init__(self, *, per_second: float = 40.0, burst: int = 20) -> None:
        self._interval = timedelta(seconds=1.0 / per_second)
        self._burst = burst
        self._next: datetime | None = None

    def free_at(self, now: datetime, *, strikes: int = 0) -> datetime:
        """Return when the next message may leave; not later than ``now``: at once."""
        if self._next is None:
            return now
        burst = 0 if strikes else self._burst - 1
        return self._next - burst * self._interval

    def spend(self, now: datetime, *, strikes: int = 0) -> None:
        """Count a message that leaves now."""
        step = self._interval * 2 ** min(strikes, 6)
        self._next = max(self._next or now, now) + step
