"""Answers that are withdrawn: at once, everywhere, without training; and who received them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from foundation.errors import InvalidFormError, NotFoundError
from storage import (
    Cursor,
    Store,
    StoredEvent,
    Transaction,
    add_audit_entry,
    events_beyond,
    insert_if_absent,
    upsert,
)
from storage.bundle_tables import answer_given, answer_withdrawal
from storage.tables import conversation, projection

REASON_LIMIT = 500
_NAME = "answers_given"
_BATCH = 500


@dataclass(frozen=True)
class Withdrawal:
    """An answer taken back; ``restored_at`` None while it is in force."""

    id: int
    label: str
    reason: str
    author: str
    at: datetime
    restored_by: str | None
    restored_at: datetime | None


@dataclass(frozen=True)
class Receiver:
    """A conversation that was given an answer. ``address`` names nobody."""

    conversation: str
    channel: str
    times: int
    first: datetime
    last: datetime


def withdraw_answer(
    tx: Transaction, label: str, *, reason: str, author: str, account_id: int | None
) -> Withdrawal:
    """Take an answer back; one that is taken back already stays so.

    Raises ``InvalidFormError`` without a reason or a name.
    """
    reason = reason.strip()
    if not author.strip() or not 0 < len(reason) <= REASON_LIMIT:
        raise InvalidFormError(
            "withdrawal without name or reason",
            reader_text=f"Tulis alasan penarikan (paling banyak {REASON_LIMIT} huruf).",
        )
    values = {"label": label, "active": 1, "reason": reason, "author": author, "at": tx.now}
    insert_if_absent(tx, answer_withdrawal, values, unique=("label", "active"))
    add_audit_entry(
        tx, "answer_withdrawn", account_id=account_id, data={"label": label, "by": author}
    )
    (found,) = [one for one in withdrawals(tx) if one.label == label and one.restored_at is None]
    return found


def restore_answer(tx: Transaction, label: str, *, author: str, account_id: int | None) -> None:
    """Give an answer again. Raises ``NotFoundError`` when it is not withdrawn."""
    done = tx.connection.execute(
        sa.update(answer_withdrawal)
        .where(answer_withdrawal.c.label == label, answer_withdrawal.c.active == 1)
        .values(active=None, restored_by=author, restored_at=tx.now)
    )
    if done.rowcount != 1:
        raise NotFoundError(
            f"answer {label} is not withdrawn", reader_text=f"Jawaban {label} tidak sedang ditarik."
        )
    add_audit_entry(
        tx, "answer_restored", account_id=account_id, data={"label": label, "by": author}
    )


def withdrawn_labels(tx: Transaction) -> frozenset[str]:
    """Return the labels whose answers are withdrawn now."""
    statement = sa.select(answer_withdrawal.c.label).where(answer_withdrawal.c.active == 1)
    return frozenset(tx.connection.execute(statement).scalars())


def withdrawals(tx: Transaction, *, limit: int = 200) -> list[Withdrawal]:
    """Return the withdrawals, newest first."""
    table = answer_withdrawal
    columns = [column for column in table.c if column.name != "active"]
    statement = sa.select(*columns).order_by(table.c.id.desc()).limit(limit)
    return [Withdrawal(**row._mapping) for row in tx.connection.execute(statement)]


def count_receivers(tx: Transaction, label: str) -> tuple[int, int]:
    """Return how many conversations were given an answer, and how many times it was given."""
    row = tx.connection.execute(
        sa.select(
            sa.func.count(sa.distinct(answer_given.c.conversation_id)), sa.func.count()
        ).where(answer_given.c.label == label)
    ).one()
    return int(row[0]), int(row[1])


def receivers(tx: Transaction, label: str, *, limit: int = 200) -> list[Receiver]:
    """Return the conversations that were given an answer, the latest first."""
    given = answer_given.c
    statement = (
        sa.select(
            given.conversation_id.label("conversation"),
            conversation.c.channel,
            sa.func.count().label("times"),
            sa.func.min(given.at).label("first"),
            sa.func.max(given.at).label("last"),
        )
        .join(conversation, conversation.c.id == given.conversation_id)
        .where(given.label == label)
        .group_by(given.conversation_id, conversation.c.channel)
        .order_by(sa.desc("last"))
        .limit(limit)
    )
    return [Receiver(**row._mapping) for row in tx.connection.execute(statement)]


def note_answers_given(store: Store, *, batch: int = _BATCH) -> int:
    """Write down, behind the log, who was given which answer; return how many events were read."""
    total = 0
    while True:
        with store.read() as tx:
            if not events_beyond(tx, _cursor(tx), limit=1)[0]:
                return total
        with store.write() as tx:
            events, beyond = events_beyond(tx, _locked_cursor(tx), limit=batch)
            _write(tx, events)
            tx.connection.execute(
                sa.update(projection)
                .where(projection.c.name == _NAME)
                .values(xid=beyond.xid, id=beyond.id)
            )
        total += len(events)
        if len(events) < batch:
            return total


def _write(tx: Transaction, events: Sequence[StoredEvent]) -> None:
    rows = [
        {
            "label": label,
            "event_id": event.id,
            "conversation_id": event.conversation,
            "at": event.at,
            "bundle": str(event.data.get("bundle", "")),
        }
        for event in events
        if event.type == "decided"
        for label in dict.fromkeys(event.data.get("answers") or ())
    ]
    if rows:
        statement = upsert(tx, answer_given).on_conflict_do_nothing()
        tx.connection.execute(statement, rows)


def _cursor(tx: Transaction) -> Cursor:
    row = tx.connection.execute(
        sa.select(projection).where(projection.c.name == _NAME)
    ).one_or_none()
    return Cursor() if row is None else Cursor(xid=row.xid, id=row.id)


def _locked_cursor(tx: Transaction) -> Cursor:
    insert_if_absent(
        tx, projection, {"name": _NAME, "xid": 0, "id": 0, "state": {}}, unique=("name",)
    )
    row = tx.connection.execute(
        sa.select(projection).where(projection.c.name == _NAME).with_for_update()
    ).one()
    return Cursor(xid=row.xid, id=row.id)
