"""Taking back: what a message said disappears wherever it was written down; the rows stay.

That is the message itself, its later wordings (edits), the question that officers see on the card
and the tracker's memory of it. The assistant's answer stays: its words are not the resident's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from storage import Transaction, tables

REVOKED: Final[Mapping[str, Any]] = {"type": "revoked", "action": "silent"}
"""What stands in place of a message that its sender took back."""

_NOTHING: Final = {"text": "", "payload": None, "media": dict(REVOKED)}


def mask_message(tx: Transaction, inbox_id: int, *, turn_id: str) -> None:
    """Erase what a message said. One that waits for a turn needs none any more.

    The caller holds the lock of the message's conversation.
    """
    inbox, event = tables.inbox, tables.event
    row = tx.connection.execute(sa.select(inbox).where(inbox.c.id == inbox_id)).one()
    said = [str(row.text)]
    _mask_row(tx, inbox_id, turn_id)
    events = tx.connection.execute(
        sa.select(event.c.id, event.c.seq, event.c.type, event.c.data)
        .where(
            event.c.conversation_id == row.conversation_id,
            event.c.seq >= row.seq,
            event.c.type.in_(("user", "noted", "decided")),
        )
        .order_by(event.c.seq)
    ).all()
    for one in events:
        if one.seq == row.seq:
            _change_content(tx, one.id, _NOTHING)
        elif one.type == "noted" and _is_wording(one.data, inbox_id):
            said.append(_text_of(tx, one.id))
            _change_content(tx, one.id, {"text": "", "media": dict(REVOKED)})
            _mask_row(tx, one.data["inbox_id"], turn_id)
    for one in events:
        if one.type == "decided":
            _forget_question(tx, one.id, said)
    _forget_on_cases(tx, row.conversation_id, said)
    # The tracker is read again from the events.
    tx.connection.execute(
        sa.delete(tables.snapshot).where(tables.snapshot.c.conversation_id == row.conversation_id)
    )


def _is_wording(data: Mapping[str, Any], inbox_id: int) -> bool:
    """Whether an event is an edit of the message; reactions to it and the revocation stay."""
    return data.get("kind") == "edit" and data.get("about") == inbox_id


def _mask_row(tx: Transaction, inbox_id: int, turn_id: str) -> None:
    inbox = tables.inbox
    tx.connection.execute(
        sa.update(inbox)
        .where(inbox.c.id == inbox_id)
        .values(**_NOTHING, turn_id=sa.func.coalesce(inbox.c.turn_id, turn_id))
    )


def _forget_question(tx: Transaction, event_id: int, said: list[str]) -> None:
    content = _content_of(tx, event_id)
    if _repeats(content.get("question"), said):
        _change_content(tx, event_id, {**content, "question": "", "candidate": ""})


def _forget_on_cases(tx: Transaction, conversation_id: str, said: list[str]) -> None:
    case = tables.case_
    rows = tx.connection.execute(
        sa.select(case.c.id, case.c.context).where(case.c.conversation_id == conversation_id)
    ).all()
    for row in rows:
        if row.context and _repeats(row.context.get("question"), said):
            tx.connection.execute(
                sa.update(case)
                .where(case.c.id == row.id)
                .values(context={**row.context, "question": ""})
            )


def _repeats(question: Any, said: list[str]) -> bool:
    """Whether a question is made of the words that were taken back, or holds them."""
    if not isinstance(question, str) or not question:
        return False
    return any(words and (words in question or question in words) for words in said)


def _text_of(tx: Transaction, event_id: int) -> str:
    return str(_content_of(tx, event_id).get("text") or "")


def _content_of(tx: Transaction, event_id: int) -> dict[str, Any]:
    content = tables.event_content
    found = tx.connection.execute(
        sa.select(content.c.content).where(content.c.event_id == event_id)
    ).scalar_one_or_none()
    return dict(found or {})


def _change_content(tx: Transaction, event_id: int, new: Mapping[str, Any]) -> None:
    content = tables.event_content
    tx.connection.execute(
        sa.update(content).where(content.c.event_id == event_id).values(content=dict(new))
    )
