"""What the phone page draws: one :class:`MessageView` per message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from markupsafe import Markup

from connectors.whatsapp_emulator.chat_text import chat_html
from connectors.whatsapp_emulator.media import bare_type
from connectors.whatsapp_emulator.records import ChatMessage, Chats

_SHOWN = 200
_QUOTE = 90
_FILES = ("image", "video", "audio", "document", "sticker")
_PICTURES = ("image/jpeg", "image/png", "image/webp")


@dataclass(frozen=True)
class Choice:
    """A reply button or a list row."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True)
class Section:
    """A part of a list, with its rows."""

    title: str
    rows: tuple[Choice, ...]


@dataclass(frozen=True)
class MessageView:
    """One message as it looks on the resident's phone."""

    id: str
    mine: bool
    """Sent by the resident, whose phone it is."""
    kind: str
    at: datetime
    state: str
    error: int | None
    header: str = ""
    text: Markup = field(default_factory=Markup)
    footer: str = ""
    buttons: tuple[Choice, ...] = ()
    list_label: str = ""
    sections: tuple[Section, ...] = ()
    link: tuple[str, str] | None = None
    """(label, address) of a link button."""
    asks_number: bool = False
    asks_location: bool = False
    file_id: str = ""
    file_name: str = ""
    is_picture: bool = False
    place: Mapping[str, Any] | None = None
    quote: str = ""
    quote_mine: bool = False
    chosen: str = ""


def message_views(chats: Chats, user_id: str, mime_of: Mapping[str, str]) -> list[MessageView]:
    """Return the last messages of a resident's chat that the phone shows, oldest first.

    ``mime_of`` gives the type of each file by id. Failed messages never reached the phone; they
    are kept, so that whoever rehearses sees them.
    """
    shown = [m for m in chats.of(user_id) if m.kind not in ("reaction", "system")]
    return [_message_view(message, chats, mime_of) for message in shown[-_SHOWN:]]


def _message_view(message: ChatMessage, chats: Chats, mime_of: Mapping[str, str]) -> MessageView:
    parts: dict[str, Any] = {}
    if message.kind == "interactive":
        parts = _interactive(message)
    elif message.kind == "template":
        parts["text"] = chat_html(str(message.content["text"]))
        parts["buttons"] = tuple(Choice(p, label) for p, label in message.content["buttons"])
    elif message.kind in _FILES:
        parts = _file(message, mime_of)
    elif message.kind == "location":
        parts["place"] = message.content
    else:
        parts["text"] = chat_html(plain_text(message))
    quoted = chats.get(message.quotes)
    return MessageView(
        id=message.id,
        mine=not message.from_office,
        kind=message.kind,
        at=message.at,
        state=message.state,
        error=message.error,
        quote=plain_text(quoted)[:_QUOTE] if quoted else "",
        quote_mine=quoted is not None and not quoted.from_office,
        chosen=message.chosen,
        **parts,
    )


def plain_text(message: ChatMessage) -> str:
    """Return the words of a message, for quotes and the list of chats; ``""`` without any."""
    content = message.content
    for key in ("body", "text", "caption", "filename"):
        value = content.get(key)
        if isinstance(value, Mapping):
            value = value.get("text")
        if isinstance(value, str) and value:
            return value
    for key in ("button_reply", "list_reply"):
        reply = content.get(key)
        if isinstance(reply, Mapping):
            return str(reply.get("title", ""))
    return ""


def _interactive(message: ChatMessage) -> dict[str, Any]:
    content = message.content
    if not message.from_office:
        return {"text": chat_html(plain_text(message))}
    action = content["action"]
    replies = [button["reply"] for button in action.get("buttons", ())]
    parts: dict[str, Any] = {
        "header": (content.get("header") or {}).get("text", ""),
        "text": chat_html(content["body"]["text"]),
        "footer": (content.get("footer") or {}).get("text", ""),
        "buttons": tuple(Choice(reply["id"], reply["title"]) for reply in replies),
        "sections": tuple(_section(section) for section in action.get("sections", ())),
        "asks_number": content["type"] == "contact_request",
        "asks_location": content["type"] == "location_request_message",
    }
    if content["type"] == "list":
        parts["list_label"] = action["button"]
    if content["type"] == "cta_url":
        parameters = action["parameters"]
        parts["link"] = (parameters["display_text"], parameters["url"])
    return parts


def _section(section: Mapping[str, Any]) -> Section:
    rows = (Choice(r["id"], r["title"], r.get("description") or "") for r in section["rows"])
    return Section(section.get("title") or "", tuple(rows))


def _file(message: ChatMessage, mime_of: Mapping[str, str]) -> dict[str, Any]:
    content = message.content
    file_id = str(content.get("id", ""))
    return {
        "text": chat_html(str(content.get("caption", ""))),
        "file_id": file_id if file_id in mime_of else "",
        "file_name": str(content.get("filename", "")),
        "is_picture": bare_type(mime_of.get(file_id, "")) in _PICTURES,
    }
