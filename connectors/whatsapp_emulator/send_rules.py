"""What ``POST /{phone number id}/messages`` accepts (SPEC sections 8 and 9)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connectors.whatsapp_emulator.graph_errors import GraphError
from connectors.whatsapp_emulator.interactive_rules import check_interactive
from connectors.whatsapp_emulator.media import MediaFile, kind_of
from connectors.whatsapp_emulator.nodes import Node
from connectors.whatsapp_emulator.template_rules import check_template

TEXT_BODY = 4096
CAPTION = 1024
_OPAQUE = 512
_FILES = ("image", "video", "audio", "document", "sticker")
_COMMON = ("messaging_product", "recipient_type", "to", "recipient", "type", "context")

FileOf = Callable[[str], MediaFile]
"""Returns an uploaded file by id; raises :class:`GraphError`."""


@dataclass(frozen=True)
class Outgoing:
    """A send that keeps the rules."""

    digits: str
    """The number that it goes to, or ``""`` when it goes to a user id."""
    user_id: str
    address: str
    """``to`` or ``recipient`` as it was written."""
    kind: str
    content: dict[str, Any]
    quotes: str
    opaque: str
    category: str = "service"
    shown: dict[str, Any] = field(default_factory=dict)
    """What the phone needs besides ``content``: a template's text and buttons."""


def read_send(node: Node, *, country_code: str, prepend: bool, file_of: FileOf) -> Outgoing:
    """Check the body of a send. Raises :class:`GraphError`."""
    node.constant("messaging_product", "whatsapp")
    if node.has("recipient_type"):
        node.constant("recipient_type", "individual")
    kind = node.text("type", 100) if node.has("type") else "text"
    if kind not in ("text", "interactive", "template", *_FILES):
        raise GraphError(131051, f"message type {kind} is not supported")
    node.only(*_COMMON, "biz_opaque_callback_data", kind)
    digits, user_id = _addressee(node, country_code, prepend=prepend)
    content = node.node(kind)
    category, shown = _check_content(kind, content, file_of)
    if category == "authentication" and not digits:
        raise GraphError(131062, "authentication templates cannot be sent to a user id")
    return Outgoing(
        digits=digits,
        user_id=user_id,
        address=node.value["to"] if digits else user_id,
        kind=kind,
        content=dict(content.value),
        quotes=_quoted(node),
        opaque=node.text("biz_opaque_callback_data", _OPAQUE, required=False),
        category=category,
        shown=shown,
    )


def _check_content(kind: str, content: Node, file_of: FileOf) -> tuple[str, dict[str, Any]]:
    if kind == "text":
        content.only("body", "preview_url").text("body", TEXT_BODY)
        if content.value.get("preview_url", False) not in (True, False):
            raise GraphError(100, "text.preview_url must be a boolean")
    elif kind == "interactive":
        check_interactive(content)
    elif kind == "template":
        filled = check_template(content)
        shown = {"text": filled.text, "buttons": [list(button) for button in filled.buttons]}
        return filled.template.category.lower(), shown
    else:
        _check_file(kind, content, file_of)
    return "service", {}


def _addressee(node: Node, country_code: str, *, prepend: bool) -> tuple[str, str]:
    """Return the number (digits) or the user id; with both, ``to`` wins."""
    if not node.has("to"):
        user_id = node.text("recipient", 200)
        if not re.fullmatch(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}", user_id):
            raise GraphError(131009, "recipient must be a business-scoped user id")
        return "", user_id
    to = re.sub(r"[ ()\-]", "", node.text("to", 40))
    if not re.fullmatch(r"\+?\d{5,20}", to):
        raise GraphError(131009, "to must be a phone number")
    if to.startswith("+"):
        return to[1:], ""
    return (country_code + to if prepend else to), ""


def _quoted(node: Node) -> str:
    if not node.has("context"):
        return ""
    return node.node("context").only("message_id").text("message_id", 300)


def _check_file(kind: str, content: Node, file_of: FileOf) -> None:
    names = {"document": ("filename", "caption"), "image": ("caption",), "video": ("caption",)}
    content.only("id", "link", *names.get(kind, ()))
    content.text("caption", CAPTION, required=False)
    content.text("filename", 240, required=False)
    if content.has("link"):
        raise GraphError(100, "this emulator sends files by id only: upload it first")
    file = file_of(content.text("id", 100))
    if kind != "document" and kind_of(file.mime_type) != kind:
        raise GraphError(131053, f"a file of type {file.mime_type} cannot be sent as {kind}")
