"""The projector behind the event log: it alone writes the counters, never the message path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Table, delete, insert, select, update

from reports.counting import CaseClock, ChatState, Tally
from reports.volume import COLUMNS
from service_hours import Calendar
from storage import Cursor, Store, StoredEvent, Transaction, events_beyond, upsert
from storage.office_tables import (
    report_begun,
    report_case,
    report_chat,
    report_count,
    report_unanswered,
)
from storage.tables import conversation, projection, volume_day

_NAME = "volume"
_BATCH = 500
_COUNTERS = (
    volume_day,
    report_count,
    report_chat,
    report_case,
    report_unanswered,
    report_begun,
)
_RULES = 4
"""Raise it when ``reports.counting`` counts in another way: the log is then counted anew."""


def catch_up(store: Store, calendar: Calendar, *, batch: int = _BATCH) -> int:
    """Count all events that are not counted yet; return how many were read.

    Each batch is a transaction under the projection's row, so that two processes never count twice.
    """
    total = 0
    while True:
        if not _something_is_new(store):
            return total
        with store.write() as tx:
            cursor = _locked_cursor(tx)
            events, beyond = events_beyond(tx, cursor, limit=batch)
            if events:
                _write(tx, _count(tx, events, calendar))
                _save_cursor(tx, beyond)
        total += len(events)
        if len(events) < batch:
            return total


def rebuild(store: Store, calendar: Calendar, *, batch: int = _BATCH) -> int:
    """Forget all counters and count the whole log anew; return the number of events read."""
    with store.write() as tx:
        _locked_cursor(tx)
        _forget(tx)
    return catch_up(store, calendar, batch=batch)


def _something_is_new(store: Store) -> bool:
    """Look before taking the write lock: a page that is opened must not wait for a writer."""
    with store.read() as tx:
        row = tx.connection.execute(select(projection).where(projection.c.name == _NAME)).first()
        if row is None or row.state != {"rules": _RULES}:
            return True
        return bool(events_beyond(tx, Cursor(xid=row.xid, id=row.id), limit=1)[0])


def _count(tx: Transaction, events: Sequence[StoredEvent], calendar: Calendar) -> Tally:
    ids = {event.conversation for event in events}
    channels = _channels(tx, ids)
    tally = Tally(calendar, chats=_chats(tx, ids), cases=_cases(tx, events))
    for event in events:
        tally.add(event, channels[event.conversation])
    return tally


def _channels(tx: Transaction, ids: set[str]) -> dict[str, str]:
    rows = tx.connection.execute(
        select(conversation.c.id, conversation.c.channel).where(conversation.c.id.in_(ids))
    )
    return {row.id: row.channel for row in rows}


def _chats(tx: Transaction, ids: set[str]) -> dict[str, ChatState]:
    rows = tx.connection.execute(select(report_chat).where(report_chat.c.conversation_id.in_(ids)))
    return {
        row.conversation_id: ChatState(
            row.began_on, row.last_message_at, row.substantial, row.asked_on, row.district
        )
        for row in rows
    }


def _cases(tx: Transaction, events: Iterable[StoredEvent]) -> dict[int, CaseClock]:
    ids = {event.data.get("case_id") for event in events if event.type.startswith("case_")}
    ids.discard(None)
    if not ids:
        return {}
    rows = tx.connection.execute(select(report_case).where(report_case.c.case_id.in_(ids)))
    return {row.case_id: CaseClock(row.opened_at, row.claimed_at, row.waited) for row in rows}


def _write(tx: Transaction, tally: Tally) -> None:
    _add(
        tx,
        report_count,
        [
            dict(zip(("date", "channel", "measure", "key", "amount"), (*cell, number), strict=True))
            for cell, number in sorted(tally.cells.items())
            if number
        ],
        amounts=("amount",),
    )
    _add(tx, volume_day, _volume(tally), amounts=COLUMNS)
    _put(
        tx,
        report_chat,
        [{"conversation_id": key, **vars(state)} for key, state in tally.chats.items()],
    )
    _put(tx, report_case, [{"case_id": key, **vars(clock)} for key, clock in tally.cases.items()])
    if tally.ended:
        tx.connection.execute(delete(report_case).where(report_case.c.case_id.in_(tally.ended)))
    if tally.begun:
        begun = [
            {"event_id": key, "date": day, "channel": channel}
            for key, (day, channel) in tally.begun.items()
        ]
        tx.connection.execute(insert(report_begun), begun)
    if tally.unanswered:
        rows = [
            {"event_id": key, "date": day, "decision": decision}
            for key, (day, decision) in tally.unanswered.items()
        ]
        tx.connection.execute(insert(report_unanswered), rows)


def _volume(tally: Tally) -> list[dict[str, Any]]:
    """Return the contract's columns, which stand in a table of their own."""
    rows: dict[tuple[date, str], dict[str, Any]] = {}
    for (day, channel, measure, _), number in tally.cells.items():
        if measure in COLUMNS:
            empty = {"date": day, "channel": channel, **dict.fromkeys(COLUMNS, 0)}
            rows.setdefault((day, channel), empty)[measure] += number
    return [rows[place] for place in sorted(rows)]


def _add(
    tx: Transaction, table: Table, rows: Sequence[Mapping[str, Any]], *, amounts: Sequence[str]
) -> None:
    """Insert the rows, adding to the amounts of those that are there."""
    if not rows:
        return
    statement = upsert(tx, table)
    summed = {name: table.c[name] + statement.excluded[name] for name in amounts}
    tx.connection.execute(
        statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=summed),
        list(rows),
    )


def _put(tx: Transaction, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows, or replace those that are there."""
    if not rows:
        return
    statement = upsert(tx, table)
    others = {c.name: statement.excluded[c.name] for c in table.c if not c.primary_key}
    tx.connection.execute(
        statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=others),
        list(rows),
    )


def _locked_cursor(tx: Transaction) -> Cursor:
    """Return how far the log is counted; with other rules than these, its beginning."""
    query = select(projection).where(projection.c.name == _NAME).with_for_update()
    row = tx.connection.execute(query).one_or_none()
    if row is None:
        tx.connection.execute(insert(projection).values(name=_NAME, xid=0, id=0, state=None))
    elif row.state == {"rules": _RULES}:
        return Cursor(xid=row.xid, id=row.id)
    _forget(tx)
    return Cursor(xid=0, id=0)


def _forget(tx: Transaction) -> None:
    for table in _COUNTERS:
        tx.connection.execute(delete(table))
    _save_cursor(tx, Cursor(xid=0, id=0))


def _save_cursor(tx: Transaction, cursor: Cursor) -> None:
    tx.connection.execute(
        update(projection)
        .where(projection.c.name == _NAME)
        .values(xid=cursor.xid, id=cursor.id, state={"rules": _RULES})
    )
