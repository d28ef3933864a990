"""From what a channel's client sent to a row of the inbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors.port import Channel
from storage import Conversation, Receipt, Transaction, open_conversation, receive


@dataclass(frozen=True)
class Received:
    """A message that was stored."""

    conversation: Conversation
    receipt: Receipt


def receive_from(
    tx: Transaction, channel: Channel, raw: Any, *, address: str, message_id: str
) -> Received:
    """Store a message of ``address``, whose conversation is opened when there is none yet.

    ``message_id`` is the channel's own: a second copy changes nothing. Raises what the channel's
    ``parse_inbound`` does; the transaction must then be rolled back.
    """
    conversation = open_conversation(tx, channel=channel.name, address=address)
    inbound = channel.parse_inbound(
        raw, conversation_id=conversation.id, message_id=message_id, now=tx.now
    )
    return Received(conversation, receive(tx, inbound))
