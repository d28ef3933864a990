"""What became of a try to send, written down: in one place for answers and for statuses."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from connectors.whatsapp.outbound.failures import (
    MAX_TRIES_OF_UNKNOWN_CODE,
    Action,
    failure_of,
    pause_before_retry,
    pause_for_recipient,
    reason_text,
)
from connectors.whatsapp.outbound.number_health import slow_down, stop_number
from handoff import Reason, open_case, window_end
from storage import (
    Attempt,
    OutboxRow,
    Transaction,
    advance_attempt,
    append_event,
    get_conversation,
    get_outbox_row,
    set_outbox_state,
    tables,
)

logger = logging.getLogger(__name__)

WINDOW: Final = timedelta(hours=24)
"""After a resident's message anything may be sent for so long (SPEC section 10)."""

LONGEST_RETRY: Final = timedelta(hours=24)


@dataclass(frozen=True)
class FailurePolicy:
    """Decides what follows from a refusal. ``jitter`` gives a number in 0..1."""

    phone_number_id: str
    access_token: str
    new_ticket: Callable[[], str]
    jitter: Callable[[], float]

    def refused(
        self, tx: Transaction, attempt: Attempt, code: str, *, wamid: str | None = None
    ) -> None:
        """Meta says that this try failed with ``code``; a try that is past that stays."""
        moved = advance_attempt(tx, attempt.id, state="failed", error_code=code, wamid=wamid)
        row = get_outbox_row(tx, attempt.outbox_id)
        if moved is None or row is None or row.state != "failed":
            return
        logger.warning("outbox row %d: try %d failed with code %s", row.id, attempt.number, code)
        failure = failure_of(code)
        if failure.action is Action.STOP:
            stop_number(tx, self.phone_number_id, code, access_token=self.access_token)
            self._again(tx, row, code, None)
        elif failure.action is Action.WAIT_NUMBER:
            until = slow_down(tx, self.phone_number_id, jitter=self.jitter())
            self._again(tx, row, code, until)
        elif failure.action is Action.WAIT_RECIPIENT:
            self._again(tx, row, code, tx.now + pause_for_recipient(row.attempts - 1))
        elif failure.action is Action.PLAIN and not (row.payload or {}).get("plain"):
            _change_payload(tx, row, plain=True)
            self._again(tx, row, code, None)
        elif self._may_retry(tx, row, failure.action):
            pause = pause_before_retry(row.attempts, jitter=self.jitter())
            self._again(tx, row, code, tx.now + pause)
        else:
            self.give_up(tx, row, code)

    def give_up(self, tx: Transaction, row: OutboxRow, code: str) -> None:
        """Fail the reply for good; somebody sees it, with the reason."""
        set_outbox_state(tx, row.id, state="failed", error_code=code)
        if failure_of(code).operator:
            logger.error("outbox row %d failed for good with code %s: to be mended", row.id, code)
        self.tell_officer(tx, row, code)

    def tell_officer(self, tx: Transaction, row: OutboxRow, code: str) -> None:
        """Show the failure in the transcript; open a case unless an officer is there already.

        Nobody is called for an announcement of the desk.
        """
        reason = reason_text(code)
        append_event(
            tx,
            row.conversation,
            type="delivery_failed",
            actor="system",
            data={"outbox_id": row.id, "seq": row.seq, "code": code, "reason": reason},
        )
        conversation = get_conversation(tx, row.conversation)
        if conversation is None or conversation.owner is not None:
            return
        if _is_announcement(tx, row):
            # There is nothing to say instead; a case about it would only announce something again.
            return
        open_case(
            tx,
            row.conversation,
            reason=Reason.DELIVERY,
            ticket=self.new_ticket(),
            card={"delivery": {"outbox_id": row.id, "code": code, "reason": reason}},
            actor="system",
        )

    def _may_retry(self, tx: Transaction, row: OutboxRow, action: Action) -> bool:
        if action is Action.TRY_THRICE:
            return row.attempts < MAX_TRIES_OF_UNKNOWN_CODE
        if action is not Action.RETRY:
            return False
        end = row.created_at + LONGEST_RETRY
        closes = end_of_window(tx, row.conversation)
        return tx.now < (min(end, closes) if closes else end)

    def _again(self, tx: Transaction, row: OutboxRow, code: str, at: datetime | None) -> None:
        set_outbox_state(
            tx,
            row.id,
            state="pending",
            only_from=["failed"],
            error_code=code,
            next_attempt_at=at,
        )


def end_of_window(tx: Transaction, conversation_id: str) -> datetime | None:
    """Return when the resident's 24 hours end, ``None`` when they never wrote."""
    conversation = get_conversation(tx, conversation_id)
    return None if conversation is None else window_end(conversation.last_resident_at, WINDOW)


def _is_announcement(tx: Transaction, row: OutboxRow) -> bool:
    event = tables.event
    statement = sa.select(event.c.type).where(event.c.id == row.event_id)
    return str(tx.connection.execute(statement).scalar_one()) == "system"


def _change_payload(tx: Transaction, row: OutboxRow, **more: Any) -> None:
    tx.connection.execute(
        sa.update(tables.outbox)
        .where(tables.outbox.c.id == row.id)
        .values(payload={**(row.payload or {}), **more})
    )
