"""Rasa's REST messages in and out.

Reference: Rasa 3, "Your Own Website", REST channel: ``{"sender", "message", "metadata"?}`` in,
``[{"recipient_id", "text", "buttons"?}]`` out. Senders live in a namespace of their own: no name
that a client chooses reaches a conversation of another channel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from foundation.errors import BadMessageError, MessageTooLongError
from storage import Inbound, StoredEvent

CHANNEL = "rest"
TEXT_LIMIT = 20_000
_SENDER_LIMIT = 256
_DEFAULT_SENDER = "default"
"""Rasa's ``DEFAULT_SENDER_ID``."""


def sender_of(body: Any) -> str:
    """Return who sends. Raises ``BadMessageError`` for what Rasa would not take as a sender."""
    if not isinstance(body, Mapping):
        raise BadMessageError("body is not a JSON object")
    sender = body.get("sender")
    if sender is None:
        return _DEFAULT_SENDER
    if isinstance(sender, bool) or not isinstance(sender, str | int):
        raise BadMessageError("sender must be a text")
    name = str(sender)
    if not 0 < len(name) <= _SENDER_LIMIT:
        raise BadMessageError(f"sender of {len(name)} characters")
    return name


def parse_inbound(
    body: Mapping[str, Any], *, conversation_id: str, message_id: str, now: datetime
) -> Inbound:
    """Return the message to be stored; a text that starts with ``/`` is a payload, as in Rasa.

    Raises ``BadMessageError`` unless ``message`` is a text, ``MessageTooLongError``.
    """
    message = body.get("message")
    if not isinstance(message, str):
        raise BadMessageError("message must be a text")
    if len(message) > TEXT_LIMIT:
        raise MessageTooLongError(f"message of {len(message)} characters")
    is_payload = message.startswith("/")
    return Inbound(
        channel=CHANNEL,
        channel_message_id=message_id,
        conversation=conversation_id,
        kind="payload" if is_payload else "text",
        text=message,
        payload=message if is_payload else None,
        sent_at=now,
    )


def rasa_messages(sender: str, replies: Sequence[StoredEvent]) -> list[dict[str, Any]]:
    """Return the replies as Rasa sends them."""
    return [_rasa_message(sender, reply) for reply in replies]


def _rasa_message(sender: str, reply: StoredEvent) -> dict[str, Any]:
    message: dict[str, Any] = {
        "recipient_id": sender,
        "text": (reply.content or {}).get("text") or "",
    }
    buttons = reply.data.get("buttons") or []
    if buttons:
        message["buttons"] = [
            {"title": button["title"], "payload": button["payload"]} for button in buttons
        ]
    return message
