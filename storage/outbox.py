"""The outbox: replies on their way to a channel, and what became of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from storage.conversations import Conversation
from storage.events import StoredEvent
from storage.store import Transaction
from storage.tables import outbox

OutboxState = Literal[
    "pending", "sending", "unknown", "accepted", "sent", "delivered", "read", "failed", "dropped"
]


@dataclass(frozen=True)
class OutboxRow:
    """A reply. Moments are in UTC.

    ``event_id`` and ``seq`` are those of the event that shows it; ``epoch`` is the conversation's
    when it was written; ``payload`` is in the channel's form (None once erased);
    ``channel_message_id`` is the id that the channel gave it; ``attempts`` counts tries to send.
    """

    id: int
    conversation: str
    channel: str
    event_id: int
    seq: int
    epoch: int
    state: OutboxState
    payload: dict[str, Any] | None
    turn_id: str | None
    channel_message_id: str | None
    created_at: datetime
    state_at: datetime
    attempts: int
    next_attempt_at: datetime | None
    error_code: str | None


# Built once: it stands on the path of every reply.
_INSERT = sa.insert(outbox).returning(*outbox.c)


def enqueue(
    tx: Transaction,
    conversation: Conversation,
    *,
    event: StoredEvent,
    state: Literal["pending", "sent"],
    epoch: int,
    payload: Mapping[str, Any],
) -> OutboxRow:
    """Write a reply. ``sent``: the channel reads the log itself and nothing is left to do."""
    values = {
        "conversation_id": conversation.id,
        "channel": conversation.channel,
        "event_id": event.id,
        "seq": event.seq,
        "epoch": epoch,
        "state": state,
        "payload": dict(payload),
        "turn_id": event.turn_id,
        "created_at": tx.now,
        "state_at": tx.now,
    }
    return outbox_row(tx.connection.execute(_INSERT, values).one())


def get_outbox_row(tx: Transaction, outbox_id: int) -> OutboxRow | None:
    """Return the reply, or None."""
    row = tx.connection.execute(sa.select(outbox).where(outbox.c.id == outbox_id)).one_or_none()
    return None if row is None else outbox_row(row)


def due_outbox(tx: Transaction, *, channel: str, limit: int) -> list[OutboxRow]:
    """Return pending replies that may be sent now, oldest first, at most one per conversation.

    A conversation's replies go out in order: none is due while an older one is being sent or
    waits for its next try.
    """
    in_line = (outbox.c.channel == channel) & sa.text("outbox.state IN ('pending', 'sending')")
    heads = (
        sa.select(sa.func.min(outbox.c.id).label("id"))
        .where(in_line)
        .group_by(outbox.c.conversation_id)
        .subquery()
    )
    statement = (
        sa.select(outbox)
        .join(heads, heads.c.id == outbox.c.id)
        .where(
            outbox.c.state == "pending",
            outbox.c.next_attempt_at.is_(None) | (outbox.c.next_attempt_at <= tx.now),
        )
        .order_by(outbox.c.id)
        .limit(limit)
    )
    return [outbox_row(row) for row in tx.connection.execute(statement)]


def unsettled_outbox(
    tx: Transaction, *, channel: str, state: Literal["sending", "unknown"], before: datetime
) -> list[OutboxRow]:
    """Return replies that have been in ``state`` since ``before`` or longer, oldest first."""
    statement = (
        sa.select(outbox)
        .where(
            outbox.c.channel == channel,
            outbox.c.state == state,
            sa.text("outbox.state IN ('pending', 'sending', 'unknown')"),
            outbox.c.state_at <= before,
        )
        .order_by(outbox.c.id)
    )
    return [outbox_row(row) for row in tx.connection.execute(statement)]


def set_outbox_state(
    tx: Transaction,
    outbox_id: int,
    *,
    state: OutboxState,
    only_from: Collection[OutboxState] | None = None,
    channel_message_id: str | None = None,
    error_code: str | None = None,
    next_attempt_at: datetime | None = None,
) -> OutboxRow | None:
    """Move a reply to ``state``; None and no change when it is not in one of ``only_from``.

    An id that the channel gave before is kept when none is given now.
    """
    statement = sa.update(outbox).where(outbox.c.id == outbox_id)
    if only_from is not None:
        statement = statement.where(outbox.c.state.in_(list(only_from)))
    values: dict[str, Any] = {
        "state": state,
        "state_at": tx.now,
        "error_code": error_code,
        "next_attempt_at": next_attempt_at,
    }
    if channel_message_id is not None:
        values["channel_message_id"] = channel_message_id
    row = tx.connection.execute(statement.values(**values).returning(*outbox.c)).one_or_none()
    return None if row is None else outbox_row(row)


def outbox_row(row: sa.Row[Any]) -> OutboxRow:
    """Return the dataclass for a row that has all columns of the table."""
    values = dict(row._mapping)
    values["conversation"] = values.pop("conversation_id")
    return OutboxRow(**values)
