"""The conversations behind a number of the report. Whoever shows them masks what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa

from storage import Transaction
from storage.office_tables import report_begun, report_unanswered
from storage.tables import conversation, event, event_content

Which = Literal["chat", "clarify", "handoff"]

PAGE = 50


@dataclass(frozen=True)
class DrillDownRow:
    """One chat or turn: its event, the conversation, and the words (empty when erased)."""

    event_id: int
    conversation: str
    channel: str
    at: datetime
    text: str


def drill_down(
    tx: Transaction, day: date, *, channel: str = "", which: Which = "chat", after: int = 0
) -> list[DrillDownRow]:
    """Return a page of the chats of a WIB day, or of its turns without an answer, oldest first."""
    source = report_begun if which == "chat" else report_unanswered
    query: sa.Select[Any] = (
        sa.select(
            event.c.id,
            event.c.conversation_id,
            conversation.c.channel,
            event.c.at,
            event_content.c.content,
        )
        .select_from(source)
        .join(event, event.c.id == source.c.event_id)
        .join(conversation, conversation.c.id == event.c.conversation_id)
        .outerjoin(event_content, event_content.c.event_id == event.c.id)
        .where(source.c.date == day, source.c.event_id > after)
        .order_by(source.c.event_id)
        .limit(PAGE)
    )
    if which == "chat" and channel:
        query = query.where(report_begun.c.channel == channel)
    elif channel:
        query = query.where(conversation.c.channel == channel)
    if which != "chat":
        query = query.where(report_unanswered.c.decision == which)
    return [_from_row(row, which) for row in tx.connection.execute(query)]


def _from_row(row: sa.Row[Any], which: Which) -> DrillDownRow:
    content = row.content or {}
    text = content.get("text" if which == "chat" else "question") or ""
    return DrillDownRow(row.id, row.conversation_id, row.channel, row.at, str(text))
