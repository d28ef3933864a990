"""Tries to send a reply: each has an opaque id of its own, and only ever moves forward.

A row of the outbox may have several attempts; its state follows the last one. The ranks are those
of the WhatsApp status messages: ``delivered`` and ``read`` are evidence and win over ``failed``,
``failed`` wins over everything else, and no status moves an attempt back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import sqlalchemy as sa

from storage.conversations import unguessable_id
from storage.store import Transaction
from storage.tables import outbox, outbox_attempt

AttemptState = Literal["sending", "unknown", "accepted", "sent", "delivered", "read", "failed"]

_RANK: Final[dict[str, int]] = {
    "sending": 0, "unknown": 1, "accepted": 2, "sent": 3, "failed": 4, "delivered": 5, "read": 6,
}  # fmt: skip


@dataclass(frozen=True)
class Attempt:
    """One try, the ``number``-th of its reply.

    ``id`` goes out with the message; ``wamid`` is the channel's id for it.
    """

    id: str
    outbox_id: int
    number: int
    state: AttemptState
    wamid: str | None
    error_code: str | None
    at: datetime
    state_at: datetime


def begin_attempt(
    tx: Transaction, outbox_id: int, *, new_id: Callable[[], str] = unguessable_id
) -> Attempt | None:
    """Move a ``pending`` reply to ``sending`` with a fresh attempt; None when it is not pending.

    Commit this before the message leaves, so that a crash leaves a trace.
    """
    number = tx.connection.execute(
        sa.update(outbox)
        .where(outbox.c.id == outbox_id, outbox.c.state == "pending")
        .values(
            state="sending", state_at=tx.now, attempts=outbox.c.attempts + 1, next_attempt_at=None
        )
        .returning(outbox.c.attempts)
    ).scalar_one_or_none()
    if number is None:
        return None
    statement = (
        sa.insert(outbox_attempt)
        .values(
            id=new_id(),
            outbox_id=outbox_id,
            number=number,
            state="sending",
            at=tx.now,
            state_at=tx.now,
        )
        .returning(*outbox_attempt.c)
    )
    return Attempt(**tx.connection.execute(statement).one()._mapping)


def find_attempt(
    tx: Transaction, *, attempt_id: str | None = None, wamid: str | None = None
) -> Attempt | None:
    """Return the attempt with this opaque id, else the one with this wamid, else None."""
    for column, value in ((outbox_attempt.c.id, attempt_id), (outbox_attempt.c.wamid, wamid)):
        if value is not None:
            statement = sa.select(outbox_attempt).where(column == value)
            row = tx.connection.execute(statement).one_or_none()
            if row is not None:
                return Attempt(**row._mapping)
    return None


def advance_attempt(
    tx: Transaction,
    attempt_id: str,
    *,
    state: AttemptState,
    wamid: str | None = None,
    error_code: str | None = None,
) -> Attempt | None:
    """Move an attempt forward, and its reply with it when it is the reply's last attempt.

    Returns the attempt as it stands now, None when there is none. A lower or equal rank changes
    nothing but an id that was not known yet.
    """
    statement = sa.select(outbox_attempt).where(outbox_attempt.c.id == attempt_id)
    row = tx.connection.execute(statement.with_for_update()).one_or_none()
    if row is None:
        return None
    values = _forward(tx, row, state=state, wamid=wamid, error_code=error_code)
    if not values:
        return Attempt(**row._mapping)
    update = sa.update(outbox_attempt).where(outbox_attempt.c.id == attempt_id).values(**values)
    moved = Attempt(**tx.connection.execute(update.returning(*outbox_attempt.c)).one()._mapping)
    if _last_attempt_id(tx, moved.outbox_id) == moved.id:
        _follow(tx, moved)
    return moved


def _forward(
    tx: Transaction,
    row: sa.Row[Any],
    *,
    state: AttemptState,
    wamid: str | None,
    error_code: str | None,
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if wamid is not None and row.wamid is None:
        values["wamid"] = wamid
    if _RANK[state] > _RANK[row.state]:
        values |= {"state": state, "state_at": tx.now, "error_code": error_code}
    return values


def _last_attempt_id(tx: Transaction, outbox_id: int) -> str | None:
    statement = (
        sa.select(outbox_attempt.c.id)
        .where(outbox_attempt.c.outbox_id == outbox_id)
        .order_by(outbox_attempt.c.number.desc())
        .limit(1)
    )
    return tx.connection.execute(statement).scalar_one_or_none()


def _follow(tx: Transaction, attempt: Attempt) -> None:
    tx.connection.execute(
        sa.update(outbox)
        .where(outbox.c.id == attempt.outbox_id)
        .values(
            state=attempt.state,
            state_at=attempt.state_at,
            error_code=attempt.error_code,
            channel_message_id=attempt.wamid,
        )
    )
