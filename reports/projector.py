"""The projector behind the event log: it alone writes the counters, never the message path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Row, delete, insert, select, update

from foundation.clock import WIB
from reports.volume import COLUMNS
from service_hours import Calendar
from storage import Cursor, Store, StoredEvent, Transaction, events_beyond
from storage.tables import conversation, projection, volume_day, volume_open_chat

CHAT_GAP = timedelta(hours=24)
"""A message after so long without one begins a new chat (the office's way of counting)."""

_NAME = "volume"
_BATCH = 500
_DECISIONS = {"answer": "bot_answered", "clarify": "clarified"}


def catch_up(store: Store, calendar: Calendar) -> int:
    """Count all events that are not counted yet; return how many were read.

    Each batch is a transaction under the projection's row, so that two processes never count twice.
    """
    total = 0
    while True:
        with store.write() as tx:
            cursor = _locked_cursor(tx)
            events, beyond = events_beyond(tx, cursor, limit=_BATCH)
            if events:
                _write(tx, _count(tx, events, calendar))
                _save_cursor(tx, beyond)
        total += len(events)
        if len(events) < _BATCH:
            return total


def rebuild(store: Store, calendar: Calendar) -> int:
    """Forget all counters and count the whole log anew; return the number of events read."""
    with store.write() as tx:
        _locked_cursor(tx)
        tx.connection.execute(delete(volume_day))
        tx.connection.execute(delete(volume_open_chat))
        _save_cursor(tx, Cursor(xid=0, id=0))
    return catch_up(store, calendar)


@dataclass
class _Counts:
    cells: Counter[tuple[date, str, str]] = field(default_factory=Counter)
    last_messages: dict[str, datetime] = field(default_factory=dict)


def _count(tx: Transaction, events: list[StoredEvent], calendar: Calendar) -> _Counts:
    ids = {event.conversation for event in events}
    channels = _channels(tx, ids)
    counts = _Counts(last_messages=_last_messages(tx, ids))
    for event in events:
        day, channel = event.at.astimezone(WIB).date(), channels[event.conversation]
        for column in _columns(event, counts, calendar):
            counts.cells[day, channel, column] += 1
    return counts


def _columns(event: StoredEvent, counts: _Counts, calendar: Calendar) -> Iterable[str]:
    if event.type == "user":
        yield "messages"
        if not calendar.is_open(event.at):
            yield "outside_hours"
        previous = counts.last_messages.get(event.conversation)
        if previous is None or event.at - previous >= CHAT_GAP:
            yield "chats"
        counts.last_messages[event.conversation] = event.at
    elif event.type == "decided" and event.data.get("decision") in _DECISIONS:
        yield _DECISIONS[event.data["decision"]]
    elif event.type == "case_opened":
        yield "handed_over"


def _channels(tx: Transaction, ids: set[str]) -> dict[str, str]:
    rows = tx.connection.execute(
        select(conversation.c.id, conversation.c.channel).where(conversation.c.id.in_(ids))
    )
    return {row.id: row.channel for row in rows}


def _last_messages(tx: Transaction, ids: set[str]) -> dict[str, datetime]:
    rows = tx.connection.execute(
        select(volume_open_chat).where(volume_open_chat.c.conversation_id.in_(ids))
    )
    return {row.conversation_id: row.last_message_at for row in rows}


def _write(tx: Transaction, counts: _Counts) -> None:
    for day, channel in sorted({(day, channel) for day, channel, _ in counts.cells}):
        added = {column: counts.cells[day, channel, column] for column in COLUMNS}
        here = (volume_day.c.date == day) & (volume_day.c.channel == channel)
        row: Row[tuple[int, ...]] | None = tx.connection.execute(
            select(*(volume_day.c[column] for column in COLUMNS)).where(here)
        ).one_or_none()
        if row is None:
            tx.connection.execute(insert(volume_day).values(date=day, channel=channel, **added))
        else:
            summed = {column: added[column] + getattr(row, column) for column in COLUMNS}
            tx.connection.execute(update(volume_day).where(here).values(**summed))
    for conversation_id, moment in counts.last_messages.items():
        _remember_message(tx, conversation_id, moment)


def _remember_message(tx: Transaction, conversation_id: str, moment: datetime) -> None:
    here = volume_open_chat.c.conversation_id == conversation_id
    changed = tx.connection.execute(
        update(volume_open_chat).where(here).values(last_message_at=moment)
    )
    if changed.rowcount == 0:
        tx.connection.execute(
            insert(volume_open_chat).values(conversation_id=conversation_id, last_message_at=moment)
        )


def _locked_cursor(tx: Transaction) -> Cursor:
    query = select(projection).where(projection.c.name == _NAME).with_for_update()
    row = tx.connection.execute(query).one_or_none()
    if row is None:
        tx.connection.execute(insert(projection).values(name=_NAME, xid=0, id=0, state={}))
        return Cursor(xid=0, id=0)
    return Cursor(xid=row.xid, id=row.id)


def _save_cursor(tx: Transaction, cursor: Cursor) -> None:
    tx.connection.execute(
        update(projection).where(projection.c.name == _NAME).values(xid=cursor.xid, id=cursor.id)
    )
