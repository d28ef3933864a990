"""How often one resident may be written to (SPEC section 12): Meta's own arithmetic.

One message per six seconds; a few at once are borrowed from later, and nothing more may leave
until they are paid off. Pure.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

INTERVAL: Final = timedelta(seconds=6)
BURST: Final = 10
"""Messages that may leave at once; Meta would take 45, and make the resident wait for 270 s."""

_BURST_LASTS: Final = timedelta(seconds=5)
_MARGIN: Final = timedelta(seconds=1)
"""What separates our clock from Meta's: a request may take longer than the next one."""


def next_burst(
    since: datetime | None, paid_at: datetime | None, now: datetime
) -> tuple[datetime, datetime] | None:
    """Return when the burst began and when it is paid off, if a message leaves now.

    ``None``: it has to wait until ``paid_at``.

    >>> from datetime import UTC
    >>> now = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    >>> since, paid_at = next_burst(None, None, now)
    >>> next_burst(since, paid_at, now + timedelta(seconds=2))[1] - paid_at
    datetime.timedelta(seconds=6)
    >>> next_burst(since, paid_at, now + timedelta(seconds=6)) is None
    True
    """
    if paid_at is None or paid_at <= now:
        return now, now + INTERVAL + _MARGIN
    if since is None or now > since + _BURST_LASTS:
        return None
    longer = paid_at + INTERVAL
    return (since, longer) if longer <= since + BURST * INTERVAL + _MARGIN else None
