"""The platform's speed limits (SPEC section 12), on the emulator's clock."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from connectors.whatsapp_emulator.graph_errors import GraphError

PAIR_PAUSE = timedelta(seconds=6)
PAIR_BURST = 45


class RecipientRateLimit:
    """One message per 6 s to one resident; up to 45 within 6 s, borrowed from later."""

    def __init__(self) -> None:
        self._spells: dict[str, tuple[datetime, int]] = {}

    def take(self, recipient: str, now: datetime) -> None:
        """Count one message to ``recipient``. Raises :class:`GraphError` 131056."""
        start, count = self._spells.get(recipient, (now, 0))
        if now >= start + PAIR_PAUSE * count:
            self._spells[recipient] = (now, 1)
        elif now < start + PAIR_PAUSE and count < PAIR_BURST:
            self._spells[recipient] = (start, count + 1)
        else:
            paid_at = start + PAIR_PAUSE * count
            raise GraphError(131056, f"wait {(paid_at - now).total_seconds():.0f} s for this user")


class NumberRateLimit:
    """So many messages a second through the business number, in and out together."""

    def __init__(self) -> None:
        self._moments: deque[datetime] = deque()

    def count(self, now: datetime) -> None:
        """Count a message that came in: it is never refused, but takes its place."""
        self._forget(now)
        self._moments.append(now)

    def take(self, now: datetime, *, limit: int) -> None:
        """Count a message that goes out. Raises :class:`GraphError` 130429."""
        self._forget(now)
        if len(self._moments) >= limit:
            raise GraphError(130429, "Cloud API message throughput has been reached")
        self._moments.append(now)

    def _forget(self, now: datetime) -> None:
        while self._moments and now - self._moments[0] >= timedelta(seconds=1):
            self._moments.popleft()
