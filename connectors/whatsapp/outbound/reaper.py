"""What stayed behind: tries cut off by a crash, replies of unknown status, windows that closed.

Every row that is not settled ends before a person; nothing is sent a second time on a guess.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import sqlalchemy as sa

from connectors.whatsapp.contacts.people import CHANNEL
from connectors.whatsapp.outbound.compose import needs_window
from connectors.whatsapp.outbound.failure_policy import WINDOW, FailurePolicy
from connectors.whatsapp.outbound.failures import WINDOW_CLOSED
from handoff import window_opened_until
from storage import (
    Attempt,
    OutboxRow,
    Store,
    Transaction,
    advance_attempt,
    find_attempt,
    get_outbox_row,
    lock_conversation,
    set_outbox_state,
    tables,
    unsettled_outbox,
)

logger = logging.getLogger(__name__)

CUT_OFF_AFTER: Final = timedelta(seconds=60)
"""No call lasts so long: whoever is ``sending`` since then was cut off."""

LOOK_FOR: Final = timedelta(seconds=60)
"""A status comes within seconds; so long is waited for one before a server error is believed."""

TELL_AFTER: Final = timedelta(minutes=15)
NO_NEWS: Final = "no_news"
_BATCH: Final = 50
_LOOKED_AT: Final = 500
_UNSETTLED: Final = sa.text("outbox.state IN ('pending', 'sending', 'unknown')")
"""The condition of the index, word for word."""

_Settle = Callable[[Transaction, OutboxRow], None]
_Unsettled = Literal["sending", "unknown"]


@dataclass(frozen=True)
class Reaper:
    """Looks after rows that nobody works on."""

    store: Store
    failure_policy: FailurePolicy

    def settle(self) -> None:
        """Settle all that is due. Each row is a transaction of its own."""
        with self.store.read() as tx:
            now = tx.now
            cut_off = _unsettled(tx, "sending", now - CUT_OFF_AFTER)
            unknown = _unsettled(tx, "unknown", now - min(LOOK_FOR, TELL_AFTER))
            closed = _window_closed(tx)
        self._each(cut_off, self._cut_off)
        self._each(unknown, self._unknown)
        self._each(closed, self._closed)

    def _each(self, row_ids: Iterable[int], settle: _Settle) -> None:
        for row_id in row_ids:
            with self.store.write() as tx:
                row = get_outbox_row(tx, row_id)
                if row is None:
                    continue
                lock_conversation(tx, row.conversation)
                current = get_outbox_row(tx, row_id)
                if current is not None:
                    settle(tx, current)

    def _cut_off(self, tx: Transaction, row: OutboxRow) -> None:
        attempt = last_attempt(tx, row.id)
        if row.state == "sending" and attempt is not None:
            logger.warning("outbox row %d was cut off while it was sent", row.id)
            advance_attempt(tx, attempt.id, state="unknown")

    def _unknown(self, tx: Transaction, row: OutboxRow) -> None:
        attempt = last_attempt(tx, row.id)
        if row.state != "unknown" or attempt is None:
            return
        if row.error_code is not None:
            # Meta's answer was a refusal by code, and no status has said otherwise.
            self.failure_policy.refused(tx, attempt, row.error_code)
        elif row.state_at <= tx.now - TELL_AFTER:
            self.failure_policy.tell_officer(tx, row, NO_NEWS)
            set_outbox_state(tx, row.id, state="unknown", error_code=NO_NEWS)

    def _closed(self, tx: Transaction, row: OutboxRow) -> None:
        if row.state == "pending" and needs_window(row):
            self.failure_policy.give_up(tx, row, WINDOW_CLOSED)


def last_attempt(tx: Transaction, outbox_id: int) -> Attempt | None:
    """Return the reply's latest try."""
    attempt = tables.outbox_attempt
    found = tx.connection.execute(
        sa.select(attempt.c.id)
        .where(attempt.c.outbox_id == outbox_id)
        .order_by(attempt.c.number.desc())
        .limit(1)
    ).scalar_one_or_none()
    return None if found is None else find_attempt(tx, attempt_id=found)


def next_moment(tx: Transaction) -> datetime | None:
    """Return when the outbox has something to do next; a moment in the past means now."""
    outbox = tables.outbox
    in_line = (outbox.c.channel == CHANNEL) & _UNSETTLED
    heads = (
        sa.select(sa.func.min(outbox.c.id).label("id"))
        .where(in_line, outbox.c.state.in_(("pending", "sending")))
        .group_by(outbox.c.conversation_id)
        .subquery()
    )
    rows = tx.connection.execute(
        sa.select(outbox.c.state, outbox.c.state_at, outbox.c.next_attempt_at, outbox.c.error_code)
        .outerjoin(heads, heads.c.id == outbox.c.id)
        .where(in_line, heads.c.id.is_not(None) | (outbox.c.state == "unknown"))
        .where(sa.func.coalesce(outbox.c.error_code, "") != NO_NEWS)
        .order_by(outbox.c.id)
        .limit(_LOOKED_AT)
    ).all()
    return min((_moment_of(row) for row in rows), default=None)


def _moment_of(row: Any) -> datetime:
    since: datetime = row.state_at
    next_try: datetime | None = row.next_attempt_at
    if row.state == "pending":
        return next_try or since
    if row.state == "sending":
        return since + CUT_OFF_AFTER
    return since + (TELL_AFTER if row.error_code is None else LOOK_FOR)


def _unsettled(tx: Transaction, state: _Unsettled, before: datetime) -> list[int]:
    rows = unsettled_outbox(tx, channel=CHANNEL, state=state, before=before)
    return [row.id for row in rows if row.error_code != NO_NEWS][:_BATCH]


def _window_closed(tx: Transaction) -> list[int]:
    """Return replies that wait although nothing may be sent to their resident any more."""
    outbox, conversation = tables.outbox, tables.conversation
    statement = (
        sa.select(outbox.c.id)
        .join(conversation, conversation.c.id == outbox.c.conversation_id)
        .where(
            outbox.c.channel == CHANNEL,
            outbox.c.state == "pending",
            _UNSETTLED,
            conversation.c.last_resident_at <= window_opened_until(WINDOW, tx.now),
        )
        .order_by(outbox.c.id)
        .limit(_BATCH)
    )
    return list(tx.connection.execute(statement).scalars())
