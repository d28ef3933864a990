"""The event log: what happened in a conversation, in order, without gaps, never changed.

An event is a skeleton without personal content and, where it has any, a content row that can be
erased. ``docs/architecture.md`` has the table of types.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from foundation.errors import NotFoundError
from storage.columns import TransactionId, storable_document
from storage.store import Transaction
from storage.tables import conversation, event, event_content


class EventType(StrEnum):
    """What an event says; see the table in ``docs/architecture.md``."""

    USER = "user"
    UNDERSTOOD = "understood"
    DECIDED = "decided"
    BOT = "bot"
    OFFICER = "officer"
    SYSTEM = "system"
    CASE_OPENED = "case_opened"
    CASE_CLAIMED = "case_claimed"
    CASE_RELEASED = "case_released"
    CASE_RETURNED = "case_returned"
    CASE_RESOLVED = "case_resolved"
    CASE_EXPIRED = "case_expired"
    CASE_TRANSFERRED = "case_transferred"
    CASE_TAKEN_OVER = "case_taken_over"
    OFFICER_NOTE = "officer_note"
    INTENT_LABELLED = "intent_labelled"
    LABELS_CHANGED = "labels_changed"
    RATED = "rated"
    REPLY_DROPPED = "reply_dropped"
    TURN_FAILED = "turn_failed"
    URGENCY_RAISED = "urgency_raised"
    URGENCY_ACKNOWLEDGED = "urgency_acknowledged"
    MADE_CONFIDENTIAL = "made_confidential"


@dataclass(frozen=True)
class StoredEvent:
    """An event as it stands in the log.

    ``id`` is unique in the store, ``seq`` counts 1, 2, 3 … within the conversation. ``content`` is
    None when the event has none or it was erased. The order of keys in ``data`` and ``content``
    is not kept.
    """

    id: int
    conversation: str
    seq: int
    type: str
    actor: str
    at: datetime
    turn_id: str | None
    data: dict[str, Any]
    content: dict[str, Any] | None


@dataclass(frozen=True)
class NewEvent:
    """What :func:`append_events` writes; ``content`` is the part that can be erased."""

    type: str
    actor: str
    data: Mapping[str, Any]
    content: Mapping[str, Any] | None = None


@dataclass(frozen=True, order=True)
class Cursor:
    """A place in the log of all conversations; ``Cursor()`` is its beginning."""

    xid: int = 0
    id: int = 0


_COLUMNS = (
    event.c.id,
    event.c.conversation_id,
    event.c.seq,
    event.c.type,
    event.c.actor,
    event.c.at,
    event.c.turn_id,
    event.c.data,
    event_content.c.content,
)

# Built once: they stand on the path of every message.
_ALLOT_SEQS = (
    sa.update(conversation)
    .where(conversation.c.id == sa.bindparam("wanted"))
    .values(last_seq=conversation.c.last_seq + sa.bindparam("many"))
    .returning(conversation.c.last_seq)
)
_INSERT_EVENT = sa.insert(event).returning(event.c.id, event.c.seq)
_INSERT_CONTENT = sa.insert(event_content)
_READ = (
    sa.select(*_COLUMNS)
    .outerjoin_from(event, event_content, event_content.c.event_id == event.c.id)
    .where(event.c.conversation_id == sa.bindparam("wanted"), event.c.seq > sa.bindparam("after"))
    .order_by(event.c.seq)
    .limit(sa.bindparam("most"))
)
_READ_BUT = _READ.where(event.c.type.not_in(sa.bindparam("left_out", expanding=True)))


def append_event(
    tx: Transaction,
    conversation_id: str,
    *,
    type: str,
    actor: str,
    data: Mapping[str, Any],
    content: Mapping[str, Any] | None = None,
    turn_id: str | None = None,
) -> StoredEvent:
    """Write the next event of a conversation, dated ``tx.now``, and lock the conversation.

    Raises :class:`NotFoundError` for an unknown conversation.
    """
    new = NewEvent(type, actor, data, content)
    return append_events(tx, conversation_id, [new], turn_id=turn_id)[0]


def append_events(
    tx: Transaction,
    conversation_id: str,
    events: Sequence[NewEvent],
    *,
    turn_id: str | None = None,
) -> list[StoredEvent]:
    """Write the next events of a conversation in their order, as :func:`append_event` does one.

    Three statements however many there are. Raises :class:`NotFoundError`.
    """
    if not events:
        return []
    allotted = {"wanted": conversation_id, "many": len(events)}
    last = tx.connection.execute(_ALLOT_SEQS, allotted).scalar_one_or_none()
    if last is None:
        raise NotFoundError(f"no conversation {conversation_id!r}")
    rows = [
        {
            "conversation_id": conversation_id,
            "seq": seq,
            "type": str(new.type),
            "actor": new.actor,
            "at": tx.now,
            "turn_id": turn_id,
            "data": storable_document(new.data),
        }
        for seq, new in enumerate(events, start=last - len(events) + 1)
    ]
    said = [None if new.content is None else storable_document(new.content) for new in events]
    ids = _insert(tx, rows, said)
    return [
        StoredEvent(
            id=ids[row["seq"]], content=content, conversation=row.pop("conversation_id"), **row
        )
        for row, content in zip(rows, said, strict=True)
    ]


def _insert(
    tx: Transaction, rows: list[dict[str, Any]], said: Sequence[dict[str, Any] | None]
) -> dict[int, int]:
    """Write skeletons and contents; return the ids by ``seq``."""
    # The store may return them in any order.
    inserted = tx.connection.execute(_INSERT_EVENT, rows if len(rows) > 1 else rows[0])
    ids = {row.seq: row.id for row in inserted}
    contents = [
        {"event_id": ids[row["seq"]], "content": content}
        for row, content in zip(rows, said, strict=True)
        if content is not None
    ]
    if contents:
        tx.connection.execute(_INSERT_CONTENT, contents)
    return ids


def read_events(
    tx: Transaction,
    conversation_id: str,
    *,
    after: int = 0,
    limit: int = 1000,
    but: Collection[str] = (),
) -> list[StoredEvent]:
    """Return the events whose ``seq`` is above ``after``, in order, with content.

    Types in ``but`` are left out.
    """
    wanted: dict[str, Any] = {"wanted": conversation_id, "after": after, "most": limit}
    if but:
        rows = tx.connection.execute(_READ_BUT, {**wanted, "left_out": sorted(but)})
    else:
        rows = tx.connection.execute(_READ, wanted)
    return [_stored(row) for row in rows]


def read_latest_events(tx: Transaction, conversation_id: str, limit: int) -> list[StoredEvent]:
    """Return the last ``limit`` events of the conversation, in order, with content."""
    statement = (
        _select_events()
        .where(event.c.conversation_id == conversation_id)
        .order_by(event.c.seq.desc())
        .limit(limit)
    )
    return [_stored(row) for row in tx.connection.execute(statement)][::-1]


def events_beyond(
    tx: Transaction, cursor: Cursor, *, limit: int
) -> tuple[list[StoredEvent], Cursor]:
    """Return the next events of all conversations and the cursor that stands behind them.

    No event is ever skipped or given twice: on PostgreSQL, where ids become visible out of order,
    an event is given only when every transaction that began writing before its own has ended
    (``xid < pg_snapshot_xmin``), so a long writing transaction anywhere in the cluster delays it.
    Two transactions that wrote at the same moment may come in the other order: whoever needs the
    order within a conversation compares ``seq``.
    """
    statement = _select_events(event.c.xid).limit(limit)
    if tx.dialect == "postgresql":
        place = sa.tuple_(event.c.xid, event.c.id)
        reached = sa.tuple_(sa.literal(cursor.xid, TransactionId()), sa.literal(cursor.id))
        settled = event.c.xid < sa.func.pg_snapshot_xmin(sa.func.pg_current_snapshot())
        statement = statement.where(place > reached, settled).order_by(event.c.xid, event.c.id)
    else:
        statement = statement.where(event.c.id > cursor.id).order_by(event.c.id)
    rows = tx.connection.execute(statement).all()
    if not rows:
        return [], cursor
    return [_stored(row) for row in rows], Cursor(xid=rows[-1].xid, id=rows[-1].id)


def _select_events(*more: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return sa.select(*_COLUMNS, *more).outerjoin_from(
        event, event_content, event_content.c.event_id == event.c.id
    )


def _stored(row: Any) -> StoredEvent:
    return StoredEvent(
        id=row.id,
        conversation=row.conversation_id,
        seq=row.seq,
        type=row.type,
        actor=row.actor,
        at=row.at,
        turn_id=row.turn_id,
        data=row.data,
        content=row.content,
    )
