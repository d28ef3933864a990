"""Small makers of things that many tests need."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any, TypeVar

from foundation.clock import parse_moment
from storage import Conversation, Inbound, Store, open_conversation

T = TypeVar("T")

NINE_O_CLOCK = parse_moment("2026-11-24T09:00")
"""Where the fixture ``clock`` stands."""


def a_conversation(
    store: Store, address: str = "warga-1", *, channel: str = "webchat"
) -> Conversation:
    """Open a conversation in a transaction of its own."""
    with store.write() as tx:
        return open_conversation(tx, channel=channel, address=address)


def an_inbound(
    conversation: Conversation,
    message_id: str = "m-1",
    text: str = "Halo, mau tanya soal NIB",
    *,
    sent_at: datetime = NINE_O_CLOCK,
    **more: Any,
) -> Inbound:
    """Make a text message to ``conversation``."""
    values: dict[str, Any] = {"kind": "text", **more}
    return Inbound(
        channel=conversation.channel,
        channel_message_id=message_id,
        conversation=conversation.id,
        text=text,
        sent_at=sent_at,
        **values,
    )


def at_once(count: int, action: Callable[[int], T]) -> list[T | Exception]:
    """Run ``action(0) … action(count - 1)`` in threads that start together.

    Returns each result, or the exception that it raised, in order.
    """
    gate = Barrier(count)

    def run(number: int) -> T:
        gate.wait(timeout=60)
        return action(number)

    with ThreadPoolExecutor(count) as pool:
        futures = [pool.submit(run, number) for number in range(count)]
        return [future.exception() or future.result() for future in futures]  # type: ignore[misc]
