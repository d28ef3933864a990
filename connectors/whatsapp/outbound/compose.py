"""From an outbox row and its event to the request for the Graph API."""

from __future__ import annotations

from typing import Any, Final

from connectors.whatsapp.contacts.people import Contact
from connectors.whatsapp.outbound.formatter import (
    TEXT_LIMIT,
    Choice,
    Outgoing,
    links_to,
    message_content,
)
from connectors.whatsapp.texts import say
from storage import OutboxRow, StoredEvent

_MARKS: Final = str.maketrans(dict.fromkeys("*_~`", ""))


def address_of(contact: Contact) -> dict[str, str] | None:
    """Return to whom: the number with its plus sign, else the user id, ``None`` without either."""
    if contact.wa_id:
        return {"to": f"+{contact.wa_id}"}
    return {"recipient": contact.user_id} if contact.user_id else None


def content_of(row: OutboxRow, event: StoredEvent, *, public_url: str) -> dict[str, Any] | None:
    """Return ``type`` and its object; ``None`` when the words were erased meanwhile.

    Raises ``MessageTooLongError`` for what fits into no form.
    """
    payload = row.payload or {}
    for kind in ("template", "image", "document"):
        if kind in payload:
            return {"type": kind, kind: payload[kind]}
    text = str((event.content or {}).get("text") or "").strip()
    if not text:
        return None
    outgoing = Outgoing(
        text=_signed(event, text),
        choices=_choices(event),
        links=links_to(str(event.data.get("response") or ""), public_url),
        footer=say("kaki_bot") if event.type == "bot" else "",
    )
    return message_content(outgoing, plain=bool(payload.get("plain")))


def needs_window(row: OutboxRow) -> bool:
    """Whether the message may only be sent within 24 hours of the resident's last one."""
    return "template" not in (row.payload or {})


def _signed(event: StoredEvent, text: str) -> str:
    """Say that a person writes: officers and assistant share one number."""
    name = str(event.data.get("officer") or "").translate(_MARKS).strip()
    if event.type != "officer" or not name:
        return text
    signed = f"{say('dari_petugas', nama=name)}\n{text}"
    return signed if len(signed) <= TEXT_LIMIT else text


def _choices(event: StoredEvent) -> tuple[Choice, ...]:
    buttons = event.data.get("buttons")
    return tuple(
        Choice(title=str(button["title"]), payload=str(button["payload"]))
        for button in (buttons if isinstance(buttons, list) else ())
    )
