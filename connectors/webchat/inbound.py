"""A message of the widget, checked: ``{client_message_id, text | payload}``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from foundation.errors import BadMessageError
from storage import Inbound

CHANNEL = "webchat"

TEXT_LIMIT = 20_000
"""Characters that are stored. The assistant asks for a shorter message long before this."""

_ID_LIMIT = 128
_PAYLOAD_LIMIT = 1_000


def parse_inbound(body: Any, *, conversation_id: str, now: datetime) -> Inbound:
    """Return the message to be stored.

    An empty text is a message too: it is stored and answered politely. Raises ``BadMessageError``
    for a body that is not an object, a missing or overlong ``client_message_id``, or both or
    neither of ``text`` and ``payload``.
    """
    if not isinstance(body, Mapping):
        raise BadMessageError("body is not a JSON object")
    message_id = checked_message_id(body.get("client_message_id"))
    text, payload = body.get("text"), body.get("payload")
    if isinstance(payload, str) and 0 < len(payload) <= _PAYLOAD_LIMIT:
        title = body.get("title")
        shown = title[:_PAYLOAD_LIMIT] if isinstance(title, str) else ""
        return _inbound(conversation_id, message_id, now, text=shown, payload=payload)
    if payload is not None or not isinstance(text, str):
        raise BadMessageError("exactly one of text and payload must be a text")
    if len(text) > TEXT_LIMIT:
        raise BadMessageError(
            f"text of {len(text)} characters",
            reader_text="Pesan terlalu panjang. Silakan bagi menjadi beberapa pesan.",
        )
    return _inbound(conversation_id, message_id, now, text=text, payload=None)


def checked_message_id(value: Any) -> str:
    """Return the widget's own id of a message. Raises ``BadMessageError``."""
    if not isinstance(value, str) or not 0 < len(value) <= _ID_LIMIT:
        raise BadMessageError("client_message_id must be a text of 1 to 128 characters")
    return value


def _inbound(
    conversation_id: str, message_id: str, now: datetime, *, text: str, payload: str | None
) -> Inbound:
    return Inbound(
        channel=CHANNEL,
        channel_message_id=f"{conversation_id}:{message_id}",
        conversation=conversation_id,
        kind="payload" if payload else "text",
        text=text,
        payload=payload,
        media=None,
        sent_at=now,
    )
