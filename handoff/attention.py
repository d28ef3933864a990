"""The live list "Perlu dilihat": turns of low confidence where an officer may step in at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from foundation.errors import CaseConflictError, NotFoundError
from handoff.access import visible_attention
from handoff.case import Case, Reason
from handoff.cases import claim, open_case
from storage import Account, Transaction
from storage.tables import attention


@dataclass(frozen=True)
class AttentionItem:
    """A turn that somebody should look at; ``event_id`` is its ``decided`` event."""

    id: int
    conversation: str
    event_id: int
    at: datetime
    kind: str


def note_attention(tx: Transaction, conversation_id: str, *, event_id: int, kind: str) -> None:
    """Put a turn onto the list."""
    tx.connection.execute(
        insert(attention).values(
            conversation_id=conversation_id, event_id=event_id, at=tx.now, kind=kind
        )
    )


def attention_list(
    tx: Transaction, *, limit: int = 100, seen_by: Account | None = None
) -> list[AttentionItem]:
    """Return what nobody has looked at yet (and that account may see), newest first."""
    rows = tx.connection.execute(
        select(attention)
        .where(attention.c.resolved_at.is_(None), visible_attention(seen_by))
        .order_by(attention.c.at.desc(), attention.c.id.desc())
        .limit(limit)
    )
    return [_item(row) for row in rows]


def attention_of(tx: Transaction, conversation_id: str) -> AttentionItem | None:
    """Return the conversation's newest item that nobody has looked at."""
    row = tx.connection.execute(
        select(attention)
        .where(attention.c.conversation_id == conversation_id, attention.c.resolved_at.is_(None))
        .order_by(attention.c.id.desc())
        .limit(1)
    ).one_or_none()
    return _item(row) if row else None


def attention_item(tx: Transaction, item_id: int, officer: Account) -> AttentionItem:
    """Return an item that the officer may see, on the list or not. Raises ``NotFoundError``."""
    row = tx.connection.execute(
        select(attention).where(attention.c.id == item_id, visible_attention(officer))
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"attention item {item_id}")
    return _item(row)


def dismiss_attention(tx: Transaction, item_id: int, *, officer: Account) -> AttentionItem:
    """Take an item off the list.

    Raises ``NotFoundError`` for an unknown one, ``CaseConflictError`` when another was quicker.
    """
    item = attention_item(tx, item_id, officer)
    taken = tx.connection.execute(
        update(attention)
        .where(attention.c.id == item_id, attention.c.resolved_at.is_(None))
        .values(resolved_at=tx.now, resolved_by=officer.id)
    )
    if taken.rowcount != 1:
        raise CaseConflictError(f"attention item {item_id} is already taken")
    return item


def step_in(tx: Transaction, item_id: int, *, officer: Account, actor: str, ticket: str) -> Case:
    """Take the conversation of an item over: its case (a new one if need be) becomes claimed."""
    item = dismiss_attention(tx, item_id, officer=officer)
    case = open_case(
        tx,
        item.conversation,
        reason=Reason.STEPPED_IN,
        ticket=ticket,
        card={"attention": item.kind},
        actor=actor,
    )
    return claim(tx, case.id, officer_id=officer.id, actor=actor)


def _item(row: Row[Any]) -> AttentionItem:
    return AttentionItem(row.id, row.conversation_id, row.event_id, row.at, row.kind)
