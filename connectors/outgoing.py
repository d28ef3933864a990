"""From an event to the outbox: what was said is on its way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.registry import channel_of
from storage import Conversation, StoredEvent, Transaction, enqueue, set_outbox_state


def enqueue_reply(
    tx: Transaction,
    conversation: Conversation,
    event: StoredEvent,
    *,
    payload: Mapping[str, Any] | None = None,
) -> None:
    """Write the outbox row of a message to the resident that was just appended.

    ``payload`` is for what the channel cannot make out of the event, a file for one. An
    announcement that the channel does without is dropped at once.
    """
    channel = channel_of(conversation.channel)
    row = enqueue(
        tx,
        conversation,
        event=event,
        state="sent" if channel.capabilities.pulled else "pending",
        epoch=conversation.epoch,
        payload=payload or {},
    )
    if event.type != "system":
        return
    if code := channel.why_not_announced(conversation, event.data, tx.now):
        set_outbox_state(tx, row.id, state="dropped", error_code=code)
