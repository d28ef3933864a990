"""How long a channel with a reply window still takes free text."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from connectors import reply_windows
from handoff import window_end
from storage import Transaction, tables


def minutes_of_windows(tx: Transaction, conversation_ids: Collection[str]) -> dict[str, int]:
    """Return the minutes left of each conversation's reply window, negative once it is over.

    Conversations on channels without one have none and are left out.
    """
    windows = reply_windows()
    one = tables.conversation
    rows = tx.connection.execute(
        sa.select(one.c.id, one.c.channel, one.c.last_resident_at).where(
            one.c.id.in_(conversation_ids),
            one.c.channel.in_(sorted(windows)),
            one.c.last_resident_at.is_not(None),
        )
    )
    ends = {row.id: window_end(row.last_resident_at, windows[row.channel]) for row in rows}
    return {name: int((end - tx.now).total_seconds() // 60) for name, end in ends.items() if end}
