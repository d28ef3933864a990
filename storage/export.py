"""All that the store holds of one conversation: the copy a resident may ask for."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.conversations import lock_conversation
from storage.store import Transaction
from storage.tables import (
    EXPORTED_AS,
    case_,
    conversation,
    event,
    event_content,
    inbox,
    metadata,
)


def export_conversation(tx: Transaction, conversation_id: str) -> dict[str, Any]:
    """Return the conversation with events, messages, cases, files and who it is with.

    Moments are ISO 8601 in UTC, files base64. Raises :class:`NotFoundError`.
    """
    lock_conversation(tx, conversation_id)
    happened = (
        sa.select(event.c.seq, event.c.at, event.c.type, event.c.actor, event.c.data)
        .add_columns(event_content.c.content)
        .outerjoin_from(event, event_content, event_content.c.event_id == event.c.id)
        .where(event.c.conversation_id == conversation_id)
        .order_by(event.c.seq)
    )
    tables = {
        "conversation": conversation,
        "messages": inbox,
        "cases": case_,
        **{
            str(table.info[EXPORTED_AS]): table
            for table in metadata.tables.values()
            if EXPORTED_AS in table.info
        },
    }
    found = {
        name: _rows(
            tx,
            sa.select(table).where(
                (table.c.id if table is conversation else table.c.conversation_id)
                == conversation_id
            ),
        )
        for name, table in tables.items()
    }
    return {**found, "events": _rows(tx, happened)}


def _rows(tx: Transaction, statement: sa.Select[Any]) -> list[dict[str, Any]]:
    return [
        {name: _plain(value) for name, value in row._mapping.items()}
        for row in tx.connection.execute(statement)
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return value
