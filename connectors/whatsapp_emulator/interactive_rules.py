"""What may be in an ``interactive`` message (limits: SPEC section 9)."""

from __future__ import annotations

from connectors.whatsapp_emulator.graph_errors import GraphError
from connectors.whatsapp_emulator.nodes import Node

_BODY = 1024
_LIST_BODY = 4096
_SMALL_PRINT = 60
_BUTTONS, _BUTTON_TITLE, _BUTTON_ID = 3, 20, 256
_ROWS, _SECTIONS, _ROW_TITLE, _ROW_ID, _ROW_DESCRIPTION = 10, 10, 24, 200, 72


def check_interactive(node: Node) -> None:
    """Check the object under ``interactive``. Raises :class:`GraphError`."""
    node.only("type", "header", "body", "footer", "action")
    kinds = {
        "button": _check_buttons,
        "list": _check_list,
        "cta_url": _check_link,
        "location_request_message": _check_location_request,
        "contact_request": _check_contact_request,
    }
    kind = node.text("type", 100)
    if kind not in kinds:
        raise GraphError(131009, f"interactive.type {kind} is not supported")
    body = node.node("body").only("text")
    body.text("text", _LIST_BODY if kind == "list" else _BODY)
    if node.has("footer"):
        node.node("footer").only("text").text("text", _SMALL_PRINT)
    if node.has("header"):
        header = node.node("header").only("type", "text")
        header.constant("type", "text")
        header.text("text", _SMALL_PRINT)
    kinds[kind](node.node("action"))


def _check_buttons(action: Node) -> None:
    ids = []
    for button in action.only("buttons").nodes("buttons", most=_BUTTONS):
        button.only("type", "reply").constant("type", "reply")
        reply = button.node("reply").only("id", "title")
        reply.text("title", _BUTTON_TITLE)
        ids.append(reply.text("id", _BUTTON_ID))
    _unique(ids, "action.buttons")


def _check_list(action: Node) -> None:
    action.only("button", "sections").text("button", _BUTTON_TITLE)
    sections = action.nodes("sections", most=_SECTIONS)
    ids = []
    for section in sections:
        section.only("title", "rows").text("title", _ROW_TITLE, required=len(sections) > 1)
        for row in section.nodes("rows", most=_ROWS):
            row.only("id", "title", "description").text("title", _ROW_TITLE)
            row.text("description", _ROW_DESCRIPTION, required=False)
            ids.append(row.text("id", _ROW_ID))
    if len(ids) > _ROWS:
        raise GraphError(131009, f"Total row count exceed max allowed count: {_ROWS}")
    _unique(ids, "action.sections")


def _check_link(action: Node) -> None:
    action.only("name", "parameters").constant("name", "cta_url")
    parameters = action.node("parameters").only("display_text", "url")
    parameters.text("display_text", 20)
    if not parameters.text("url", 2000).startswith(("https://", "http://")):
        raise GraphError(131009, "action.parameters.url must be a URL")


def _check_location_request(action: Node) -> None:
    action.only("name").constant("name", "send_location")


def _check_contact_request(action: Node) -> None:
    action.only("name").constant("name", "request_contact_info")


def _unique(ids: list[str], where: str) -> None:
    if len(set(ids)) != len(ids):
        raise GraphError(131009, f"{where}: ids must be unique")
