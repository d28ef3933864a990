"""Failed sign-ins slow down whoever makes them: per name and address, in this process."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from foundation.clock import Clock

FREE_FAILURES = 5
"""So many failures in a row cost nothing; people mistype."""

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FORGET_AFTER = timedelta(hours=1)
"""A series of failures ends when so long nobody tried."""

_MOST_SERIES = 10_000
_LAST_DOUBLING = 10


@dataclass
class _Series:
    tries: int
    last_at: datetime
    blocked_until: datetime


@dataclass
class SignInThrottle:
    """Counts the tries of each key (name and address) that did not succeed.

    A try is counted before the password is looked at, so that many at once cannot slip through.
    """

    clock: Clock
    _series: OrderedDict[tuple[str, str], _Series] = field(default_factory=OrderedDict)

    def begin(self, key: tuple[str, str]) -> timedelta:
        """Count a try; return how long the caller still has to wait (zero: go ahead).

        A refused try is not counted: waiting it out is enough.
        """
        now = self.clock()
        series = self._series.get(key)
        if series is None or now - series.last_at > FORGET_AFTER:
            series = _Series(tries=0, last_at=now, blocked_until=now)
        elif series.blocked_until > now:
            return series.blocked_until - now
        series.tries += 1
        series.last_at = now
        series.blocked_until = now + _wait_after(series.tries)
        self._series[key] = series
        self._series.move_to_end(key)
        while len(self._series) > _MOST_SERIES:
            self._series.popitem(last=False)
        return timedelta()

    def succeeded(self, key: tuple[str, str]) -> None:
        """End the series: the password was right."""
        self._series.pop(key, None)


def _wait_after(tries: int) -> timedelta:
    beyond = tries - FREE_FAILURES
    if beyond < 0:
        return timedelta()
    return min(FIRST_WAIT * (1 << min(beyond, _LAST_DOUBLING)), LONGEST_WAIT)
