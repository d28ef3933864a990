"""How the channel stands, for those who look after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from connectors.whatsapp.contacts.people import CHANNEL
from connectors.whatsapp.outbound.number_health import read_number_health
from foundation.clock import WIB
from storage import Transaction, messages_by_month, tables


@dataclass(frozen=True)
class ChannelState:
    """The number and its queue.

    ``waiting`` replies leave by themselves unless ``stopped_code`` says that nothing leaves;
    of ``unknown`` ones nobody knows whether they arrived. ``service_messages`` were delivered in
    this calendar month (WIB); the first 1,000 are free.
    """

    stopped_code: str | None
    stopped_at: datetime | None
    waiting: int
    unknown: int
    service_messages: int


def channel_state(tx: Transaction, phone_number_id: str) -> ChannelState:
    """Return how the channel stands now. Reads indexed tables only."""
    health = read_number_health(tx, phone_number_id)
    outbox = tables.outbox
    counts: dict[str, int] = {
        row.state: row.number
        for row in tx.connection.execute(
            sa.select(outbox.c.state, sa.func.count().label("number"))
            .where(
                outbox.c.channel == CHANNEL,
                sa.text("outbox.state IN ('pending', 'sending', 'unknown')"),
            )
            .group_by(outbox.c.state)
        )
    }
    today = tx.now.astimezone(WIB).date()
    [month] = messages_by_month(tx, today, today)
    return ChannelState(
        stopped_code=health.stopped_code,
        stopped_at=health.stopped_at,
        waiting=counts.get("pending", 0) + counts.get("sending", 0),
        unknown=counts.get("unknown", 0),
        service_messages=month.service,
    )
