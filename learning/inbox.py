"""The inbox of turns, kept behind the log by a projector of its own and rebuilt from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from learning.turns import ControlSample, row_of
from storage import (
    Cursor,
    Store,
    StoredEvent,
    Transaction,
    events_beyond,
    insert_if_absent,
)
from storage.learning_tables import learning_turn
from storage.tables import conversation, event, event_content, inbox, projection

NAME = "learning"
_BATCH = 500
_KINDS = ("decided", "case_opened", "rated", "intent_labelled")


def take_in(store: Store, control: ControlSample, *, batch: int = _BATCH) -> int:
    """Take in all events that are not in the inbox yet; return how many were read.

    What residents wrote is read and worked on before the transaction that writes: on SQLite only
    one process writes at a time, and a long text must keep nobody waiting. Each batch is written
    under the projection's row and only if nobody else took it in meanwhile, so that two processes
    never take the same event in twice.
    """
    total = 0
    while (found := _read(store, batch)).events:
        rows = [row_of(one, **found.about(one), control=control) for one in found.understood]
        with store.write() as tx:
            if locked_cursor(tx) != found.behind:
                continue
            _write(tx, found.events, rows)
            save_cursor(tx, found.beyond)
        total += len(found.events)
        if len(found.events) < batch:
            break
    return total


def rebuild_inbox(store: Store, control: ControlSample, *, batch: int = _BATCH) -> int:
    """Forget the inbox (never a judgement) and read the whole log anew."""
    with store.write() as tx:
        locked_cursor(tx)
        tx.connection.execute(sa.delete(learning_turn))
        save_cursor(tx, Cursor())
    return take_in(store, control, batch=batch)


def locked_cursor(tx: Transaction) -> Cursor:
    """Return how far the log was read, and keep others from going on at the same time."""
    insert_if_absent(
        tx, projection, {"name": NAME, "xid": 0, "id": 0, "state": {}}, unique=("name",)
    )
    query = sa.select(projection).where(projection.c.name == NAME).with_for_update()
    row = tx.connection.execute(query).one()
    return Cursor(xid=row.xid, id=row.id)


def save_cursor(tx: Transaction, cursor: Cursor) -> None:
    """Remember how far the log was read."""
    tx.connection.execute(
        sa.update(projection).where(projection.c.name == NAME).values(xid=cursor.xid, id=cursor.id)
    )


@dataclass(frozen=True)
class _Found:
    """Events between two places of the log, and what their rows need to know beside them."""

    behind: Cursor
    beyond: Cursor
    events: Sequence[StoredEvent]
    understood: Sequence[StoredEvent]
    channels: Mapping[str, str]
    said: Mapping[int, tuple[int, str]]

    def about(self, one: StoredEvent) -> dict[str, Any]:
        return {
            "channel": self.channels[one.conversation],
            "said": self.said.get(one.data.get("inbox_id", 0)),
        }


def _read(store: Store, batch: int) -> _Found:
    with store.read() as tx:
        row = tx.connection.execute(sa.select(projection).where(projection.c.name == NAME)).first()
        behind = Cursor(xid=row.xid, id=row.id) if row else Cursor()
        events, beyond = events_beyond(tx, behind, limit=batch)
        understood = [one for one in events if one.type == "understood"]
        channels = _channels(tx, {one.conversation for one in understood})
        return _Found(behind, beyond, events, understood, channels, _said(tx, understood))


def _write(
    tx: Transaction, events: Sequence[StoredEvent], understood: Sequence[dict[str, Any]]
) -> None:
    of_kind: dict[str, list[StoredEvent]] = {kind: [] for kind in _KINDS}
    for one in events:
        if one.type in of_kind:
            of_kind[one.type].append(one)
    if understood:
        tx.connection.execute(sa.insert(learning_turn), understood)
    for one in of_kind["decided"]:
        _set_turn(tx, one.turn_id, decision=str(one.data.get("decision") or ""))
    for one in of_kind["case_opened"]:
        _set_turn(tx, one.turn_id, handed_over=True)
    for one in of_kind["rated"]:
        if one.data.get("kind") == "thumb":
            _set_turn(tx, _turn_at(tx, one), thumb=str(one.data.get("value") or ""))
    for one in of_kind["intent_labelled"]:
        label = str(one.data.get("label") or "")
        _set_turn(tx, str(one.data.get("turn_id") or ""), real_intent=label)


def _said(tx: Transaction, events: Iterable[StoredEvent]) -> dict[int, tuple[int, str]]:
    """Return the event and the text of each inbox row that the events are about."""
    wanted = {one.data["inbox_id"] for one in events if one.data.get("inbox_id")}
    joined = inbox.join(
        event,
        sa.and_(event.c.conversation_id == inbox.c.conversation_id, event.c.seq == inbox.c.seq),
    ).outerjoin(event_content, event_content.c.event_id == event.c.id)
    query = sa.select(inbox.c.id, event.c.id.label("said"), event_content.c.content).select_from(
        joined
    )
    rows = tx.connection.execute(query.where(inbox.c.id.in_(wanted)))
    return {row.id: (row.said, str((row.content or {}).get("text") or "")) for row in rows}


def _channels(tx: Transaction, ids: set[str]) -> dict[str, str]:
    rows = tx.connection.execute(
        sa.select(conversation.c.id, conversation.c.channel).where(conversation.c.id.in_(ids))
    )
    return {row.id: row.channel for row in rows}


def _turn_at(tx: Transaction, rating: StoredEvent) -> str:
    """Return the turn of the message that was rated."""
    found = tx.connection.execute(
        sa.select(event.c.turn_id).where(
            event.c.conversation_id == rating.conversation, event.c.seq == rating.data.get("seq")
        )
    ).scalar_one_or_none()
    return found or ""


def _set_turn(tx: Transaction, turn_id: str | None, **values: Any) -> None:
    if turn_id:
        tx.connection.execute(
            sa.update(learning_turn).where(learning_turn.c.turn_id == turn_id).values(**values)
        )
