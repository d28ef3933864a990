"""May this reply go out now? Decided under the conversation's lock, just before the call."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from connectors.whatsapp.contacts.people import Contact, change_contact, contact_of
from connectors.whatsapp.outbound.compose import address_of, content_of, needs_window
from connectors.whatsapp.outbound.failure_policy import WINDOW, FailurePolicy
from connectors.whatsapp.outbound.failures import WINDOW_CLOSED
from connectors.whatsapp.outbound.recipient_rate_limit import next_burst
from foundation.errors import MessageTooLongError
from handoff import window_closed
from storage import (
    Attempt,
    Conversation,
    OutboxRow,
    StoredEvent,
    Transaction,
    append_event,
    begin_attempt,
    get_outbox_row,
    lock_conversation,
    read_events,
    set_outbox_state,
)

logger = logging.getLogger(__name__)

OPT_OUT_RESPONSE: Final = "wa_berhenti"
"""The confirmation of BERHENTI: the one message that still goes out after it."""


@dataclass(frozen=True)
class ClearedSend:
    """A reply that leaves now: its try and the request's body."""

    attempt: Attempt
    conversation: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class SendGuard:
    """Takes due replies; what may not be sent is dropped, postponed or given up, visibly."""

    failure_policy: FailurePolicy
    public_url: str

    def take(self, tx: Transaction, seen: OutboxRow) -> ClearedSend | None:
        """Begin a try to send a reply that was seen due; ``None`` when it does not leave now."""
        conversation = lock_conversation(tx, seen.conversation)
        row = get_outbox_row(tx, seen.id)
        if row is None or row.state != "pending":
            return None
        event = read_events(tx, row.conversation, after=row.seq - 1, limit=1)[0]
        contact = contact_of(tx, row.conversation)
        reason = _why_not(row, event, conversation, contact)
        if reason:
            self._drop(tx, row, event, conversation, reason)
            return None
        closed = window_closed(conversation.last_resident_at, WINDOW, tx.now)
        if needs_window(row) and closed:
            self.failure_policy.give_up(tx, row, WINDOW_CLOSED)
            return None
        return self._begin(tx, row, event, contact)

    def _begin(
        self, tx: Transaction, row: OutboxRow, event: StoredEvent, contact: Contact | None
    ) -> ClearedSend | None:
        address = address_of(contact) if contact else None
        if contact is None or address is None:
            self.failure_policy.give_up(tx, row, "no_address")
            return None
        try:
            content = content_of(row, event, public_url=self.public_url)
        except MessageTooLongError as error:
            logger.error("outbox row %d: %s", row.id, error)  # noqa: TRY400 - no defect of ours
            self.failure_policy.give_up(tx, row, "too_long")
            return None
        if content is None:
            set_outbox_state(tx, row.id, state="dropped")
            return None
        burst = next_burst(contact.pair_since, contact.pair_at, tx.now)
        if burst is None:
            set_outbox_state(tx, row.id, state="pending", next_attempt_at=contact.pair_at)
            return None
        change_contact(tx, row.conversation, pair_since=burst[0], pair_at=burst[1])
        attempt = begin_attempt(tx, row.id)
        if attempt is None:
            return None
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **address,
            **content,
            "biz_opaque_callback_data": attempt.id,
        }
        return ClearedSend(attempt=attempt, conversation=row.conversation, body=body)

    def _drop(
        self,
        tx: Transaction,
        row: OutboxRow,
        event: StoredEvent,
        conversation: Conversation,
        reason: str,
    ) -> None:
        set_outbox_state(tx, row.id, state="dropped", error_code=reason)
        append_event(
            tx,
            row.conversation,
            type="reply_dropped",
            actor="system",
            data={"outbox_id": row.id, "epoch": row.epoch, "reason": reason},
        )
        unanswered = reason == "taken_over" and conversation.owner is None
        if unanswered or event.type == "officer":
            # The officer who took over has gone again, or an officer's own words did not leave.
            self.failure_policy.tell_officer(tx, row, reason)


def _why_not(
    row: OutboxRow, event: StoredEvent, conversation: Conversation, contact: Contact | None
) -> str:
    """Return why the reply must not be sent any more, empty when it may."""
    if event.type == "bot" and row.epoch != conversation.epoch:
        return "taken_over"
    opted_out = contact is not None and contact.opted_out_at is not None
    if opted_out and event.data.get("response") != OPT_OUT_RESPONSE:
        return "opted_out"
    return ""
