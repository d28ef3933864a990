"""Waiting for the answer to a message, for clients that cannot listen to a stream."""

from __future__ import annotations

import time
from collections.abc import Callable

import sqlalchemy as sa

from foundation.errors import HaloError
from storage import Receipt, Store, StoredEvent, Transaction, get_conversation, read_events, tables
from web.feed import EventFeed

_SPOKEN = frozenset({"bot", "system", "officer"})


def wait_for_replies(
    store: Store,
    feed: EventFeed,
    conversation_id: str,
    receipt: Receipt,
    *,
    timeout: float,
    monotonic: Callable[[], float] = time.monotonic,
) -> list[StoredEvent]:
    """Return what was said in the turn of a message, once it has been taken.

    Empty when ``timeout`` seconds passed, when an officer owns the conversation, or when a later
    message of the same turn gets the replies: each reply is given to one waiter only.
    """
    end = monotonic() + timeout
    with feed.subscribe(conversation_id) as subscription:
        while True:
            with store.read() as tx:
                replies = _replies(tx, conversation_id, receipt)
            if replies is not None:
                return replies
            left = end - monotonic()
            if left <= 0:
                return []
            subscription.wait(min(left, 1.0))


def _replies(tx: Transaction, conversation_id: str, receipt: Receipt) -> list[StoredEvent] | None:
    inbox = tables.inbox
    turn_id = tx.connection.execute(
        sa.select(inbox.c.turn_id).where(inbox.c.id == receipt.inbox_id)
    ).scalar_one()
    if turn_id is None:
        conversation = get_conversation(tx, conversation_id)
        if conversation is None:
            raise HaloError("the conversation was removed while its turn was waited for")
        return None if conversation.owner is None else []
    last_of_turn = tx.connection.execute(
        sa.select(sa.func.max(inbox.c.id)).where(
            inbox.c.conversation_id == conversation_id, inbox.c.turn_id == turn_id
        )
    ).scalar_one()
    if last_of_turn != receipt.inbox_id:
        return []
    return [
        event
        for event in read_events(tx, conversation_id, after=receipt.seq)
        if event.turn_id == turn_id and event.type in _SPOKEN
    ]
