"""Replies that a person should look at: nothing that did not settle stays out of sight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from connectors.whatsapp.contacts.people import CHANNEL
from connectors.whatsapp.outbound.failures import reason_text
from connectors.whatsapp.outbound.number_health import NumberHealth, read_number_health
from connectors.whatsapp.texts import say
from storage import OutboxState, Transaction, tables

SHOWN_FOR: Final = timedelta(days=7)
"""How long a reply that failed for good stays on the list."""


@dataclass(frozen=True)
class UndeliveredReply:
    """A reply that has not arrived as it should. Moments are in UTC.

    ``word`` (the state) and ``reason`` are Indonesian; ``next_try_at`` is set while it will be
    tried again by itself; ``may_resend``: only an officer decides whether it goes out once more.
    """

    outbox_id: int
    conversation: str
    event_id: int
    state: OutboxState
    word: str
    since: datetime
    tries: int
    code: str
    reason: str
    next_try_at: datetime | None
    may_resend: bool


def undelivered_replies(tx: Transaction, phone_number_id: str) -> list[UndeliveredReply]:
    """Return all of them, the newest trouble first.

    That is: failed within :data:`SHOWN_FOR`, unknown, waiting for another try, and everything
    that waits while the number is stopped. Reads indexes only.
    """
    outbox = tables.outbox
    health = read_number_health(tx, phone_number_id)
    waits = sa.true() if health.stopped else outbox.c.error_code.is_not(None)
    unsettled = sa.select(outbox).where(
        outbox.c.channel == CHANNEL,
        sa.text("outbox.state IN ('pending', 'sending', 'unknown')"),
        (outbox.c.state == "unknown") | ((outbox.c.state == "pending") & waits),
    )
    failed = sa.select(outbox).where(
        outbox.c.channel == CHANNEL,
        sa.text("outbox.state = 'failed'"),
        outbox.c.state_at > tx.now - SHOWN_FOR,
    )
    rows = [row for statement in (unsettled, failed) for row in tx.connection.execute(statement)]
    rows.sort(key=lambda row: (row.state_at, row.id), reverse=True)
    return [_reply(row, health) for row in rows]


def _reply(row: sa.Row[Any], health: NumberHealth) -> UndeliveredReply:
    stopped = health.stopped and row.state == "pending"
    code = str((health.stopped_code if stopped else row.error_code) or "")
    return UndeliveredReply(
        outbox_id=row.id,
        conversation=row.conversation_id,
        event_id=row.event_id,
        state=row.state,
        word=say(f"nasib.{row.state}"),
        since=row.state_at,
        tries=row.attempts,
        code=code,
        reason=reason_text(code) if code else say("gagal.no_answer"),
        next_try_at=row.next_attempt_at if row.state == "pending" and not stopped else None,
        may_resend=row.state in ("failed", "unknown"),
    )
