"""How long after a resident's last message a channel takes free words: the rule stands here once.

Which channel has such a window, and how long it is, says the channel's port.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import ColumnElement, and_, or_

from storage.tables import conversation

Windows = Mapping[str, timedelta]
"""The windows of the channels that have one, by the channel's name."""

NO_WINDOWS: Windows = MappingProxyType({})
"""Where every channel takes free words at any time."""


def window_end(last_resident_at: datetime | None, window: timedelta | None) -> datetime | None:
    """Return when the window closes; ``None`` without a window or before the first message."""
    if window is None or last_resident_at is None:
        return None
    return last_resident_at + window


def window_closed(
    last_resident_at: datetime | None, window: timedelta | None, now: datetime
) -> bool:
    """Whether free words could not be delivered now: the window is over, or was never opened.

    >>> from datetime import UTC
    >>> noon, day = datetime(2026, 11, 24, 12, tzinfo=UTC), timedelta(days=1)
    >>> window_closed(noon, day, noon + day), window_closed(noon, None, noon + day)
    (True, False)
    """
    if window is None:
        return False
    end = window_end(last_resident_at, window)
    return end is None or end <= now


def window_opened_until(window: timedelta, now: datetime) -> datetime:
    """Return the moment until which a last message has no open window any more (for SQL)."""
    return now - window


def window_open(windows: Windows, moment: datetime) -> ColumnElement[bool]:
    """Return the condition that a row of ``conversation`` takes free words at a moment.

    It is NULL for a resident who never wrote on a channel with a window.
    """
    channel, last = conversation.c.channel, conversation.c.last_resident_at
    return or_(
        channel.not_in(sorted(windows)),
        *(
            and_(channel == name, last > window_opened_until(window, moment))
            for name, window in sorted(windows.items())
        ),
    )
