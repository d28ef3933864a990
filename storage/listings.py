"""Rows for ``halo inbox|outbox|events --json``: plain dicts that ``json.dumps`` accepts.

All are sorted by ``id`` and go on after the last one seen. Moments are ISO 8601 in UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.store import Transaction
from storage.tables import event, event_content, inbox, outbox

Listed = dict[str, Any]


def list_inbox(tx: Transaction, *, limit: int = 1000, after: int = 0) -> list[Listed]:
    """Return inbox rows without what was said; ``state``: waiting, processed or failed."""
    state = sa.case(
        (inbox.c.turn_id.is_(None), "waiting"), (inbox.c.failed, "failed"), else_="processed"
    )
    statement = sa.select(
        inbox.c.id,
        inbox.c.channel,
        inbox.c.channel_message_id,
        inbox.c.conversation_id.label("conversation"),
        state.label("state"),
        inbox.c.turn_id.label("turn"),
        inbox.c.seq,
        inbox.c.kind,
        inbox.c.sent_at,
        inbox.c.received_at,
        inbox.c.attempts,
        inbox.c.last_error,
    )
    return _page(tx, statement, inbox.c.id, limit=limit, after=after)


def list_outbox(tx: Transaction, *, limit: int = 1000, after: int = 0) -> list[Listed]:
    """Return outbox rows without what was said."""
    statement = sa.select(
        outbox.c.id,
        outbox.c.channel,
        outbox.c.channel_message_id,
        outbox.c.conversation_id.label("conversation"),
        outbox.c.state,
        outbox.c.turn_id.label("turn"),
        outbox.c.seq,
        outbox.c.epoch,
        outbox.c.created_at,
        outbox.c.attempts,
        outbox.c.error_code,
    )
    return _page(tx, statement, outbox.c.id, limit=limit, after=after)


def list_events(tx: Transaction, *, limit: int = 1000, after: int = 0) -> list[Listed]:
    """Return events with their content as it was said; the caller masks it."""
    statement = sa.select(
        event.c.id,
        event.c.conversation_id.label("conversation"),
        event.c.seq,
        event.c.type,
        event.c.actor,
        event.c.at,
        event.c.turn_id.label("turn"),
        event.c.data,
        event_content.c.content,
    ).outerjoin_from(event, event_content, event_content.c.event_id == event.c.id)
    return _page(tx, statement, event.c.id, limit=limit, after=after)


def _page(
    tx: Transaction, statement: sa.Select[Any], key: sa.Column[int], *, limit: int, after: int
) -> list[Listed]:
    page = statement.where(key > after).order_by(key).limit(limit)
    return [
        {name: _plain(value) for name, value in row._mapping.items()}
        for row in tx.connection.execute(page)
    ]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
