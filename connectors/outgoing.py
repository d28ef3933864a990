"""From an event to the outbox: what was said is on its way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.whatsapp import CHANNEL as WHATSAPP
from connectors.whatsapp import why_not_announced
from storage import Conversation, StoredEvent, Transaction, enqueue, set_outbox_state

_INSTANT_CHANNELS = frozenset({"webchat", "rest"})
"""Channels whose readers fetch events themselves: a committed reply is a sent reply."""


def enqueue_reply(
    tx: Transaction,
    conversation: Conversation,
    event: StoredEvent,
    *,
    payload: Mapping[str, Any] | None = None,
) -> None:
    """Write the outbox row of a message to the resident that was just appended.

    ``payload`` is for what the channel cannot make out of the event, a file for one. An
    announcement that WhatsApp residents can do without is dropped at once.
    """
    row = enqueue(
        tx,
        conversation,
        event=event,
        state="sent" if conversation.channel in _INSTANT_CHANNELS else "pending",
        epoch=conversation.epoch,
        payload=payload or {},
    )
    if event.type != "system" or conversation.channel != WHATSAPP:
        return
    if code := why_not_announced(conversation, event.data, tx.now):
        set_outbox_state(tx, row.id, state="dropped", error_code=code)
