"""The complaints of a period: when, on what channel, how they stand. No resident's words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa

from handoff import CaseState, Reason
from reports.figures import day_bounds
from storage import Transaction
from storage.tables import case_, conversation

_OPEN: Final = (CaseState.WAITING.value, CaseState.CLAIMED.value)


@dataclass(frozen=True)
class Complaint:
    """A complaint's case. ``outcome`` is empty while it has none."""

    ticket: str
    opened_at: datetime
    channel: str
    state: str
    outcome: str

    def to_json(self) -> dict[str, Any]:
        """Return it as a document."""
        return asdict(self) | {"opened_at": self.opened_at.isoformat()}


def complaints_between(tx: Transaction, first: date, last: date) -> list[Complaint]:
    """Return the complaints that were opened on the WIB days of the period, oldest first.

    Those in confidential conversations are only in the numbers.
    """
    start, beyond = day_bounds(first, last)
    c = case_.c
    rows = tx.connection.execute(
        sa.select(c.ticket, c.opened_at, conversation.c.channel, c.state, c.outcome)
        .join(conversation, conversation.c.id == c.conversation_id)
        .where(
            c.reason == Reason.COMPLAINT.value,
            c.confidential.is_(False),
            c.opened_at >= start,
            c.opened_at < beyond,
            # What was opened then is open still or was closed since: both are indexed.
            c.state.in_(_OPEN) | (c.closed_at >= start),
        )
        .order_by(c.opened_at, c.id)
    )
    return [
        Complaint(row.ticket, row.opened_at, row.channel, row.state, row.outcome or "")
        for row in rows
    ]
