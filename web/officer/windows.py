"""How long WhatsApp still takes free text: 24 hours from the resident's last message."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from connectors.whatsapp import CHANNEL
from handoff import WINDOW
from storage import Transaction, tables


def minutes_of_windows(tx: Transaction, conversation_ids: Collection[str]) -> dict[str, int]:
    """Return the minutes left of each WhatsApp conversation's window, negative once it is over.

    Conversations on other channels have none and are left out.
    """
    one = tables.conversation
    rows = tx.connection.execute(
        sa.select(one.c.id, one.c.last_resident_at).where(
            one.c.id.in_(conversation_ids),
            one.c.channel == CHANNEL,
            one.c.last_resident_at.is_not(None),
        )
    )
    return {
        row.id: int((row.last_resident_at + WINDOW - tx.now).total_seconds() // 60) for row in rows
    }
