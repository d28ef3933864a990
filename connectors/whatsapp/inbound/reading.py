"""What a stored item asks of us: the type table of SPEC section 5. Pure.

``answered``: the assistant takes a turn; ``please_type``: a polite request to type it;
``silent``: recorded, nothing is sent.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from connectors.whatsapp.contacts.naming import NewIdentity
from connectors.whatsapp.inbound.json_access import (
    as_list,
    as_mapping,
    as_text,
    number_of,
    user_id_of,
)
from connectors.whatsapp.inbound.webhook_parser import bounded_id, error_code
from storage import Kind, storable

Action = Literal["answered", "please_type", "silent"]

WELCOME_PAYLOAD: Final = "/sapa"
"""What opening the chat for the first time means to the assistant: a greeting."""

_INVISIBLE = re.compile("[\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_JOINER_IN_WORD = re.compile("(?<=\\w)\u200d|\u200d(?=\\w)")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Mn", "Zl", "Zp", "Zs"})
_BLANKS: Final = "\u115f\u1160\u2800\u3164\uffa0\ufffd"
"""Letters and signs that look like nothing; U+FFFD stands where something unstorable was."""

_OUR_PAYLOAD = re.compile(r"/\w[\w/.\-]*(\{.*\})?", re.DOTALL)
_OPT_OUT = re.compile(r"\W*berhenti\W*", re.IGNORECASE)
_CAPTIONED: Final = ("image", "video", "document")
_SILENT_UNSUPPORTED: Final = ("reaction", "pin", "keep_in_chat", "poll_update")
_NOT_AVAILABLE: Final = "131060"
_META: Final = ("id", "mime_type", "sha256", "filename", "voice", "animated")


@dataclass(frozen=True)
class Reading:
    """One item understood as far as the channel goes.

    ``text`` is cleaned for understanding. ``hint`` tells the turn what is special: ``resend``,
    ``opt_out``, ``own_number``; ``about`` is the id of the message that an edit, a reaction or a
    revocation is about; ``details`` are kept for officers.
    """

    type: str
    action: Action
    kind: Kind = "media"
    text: str = ""
    payload: str | None = None
    hint: str = ""
    about: str = ""
    phone: str | None = None
    identity: NewIdentity | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def read_item(raw: Mapping[str, Any]) -> Reading:
    """Return what the item means. Never raises for any JSON object."""
    type_ = _type_of(raw)
    reader = _READERS.get(type_)
    return reader(type_, raw) if reader else Reading(type=type_, action="please_type")


def cleaned(text: str) -> str:
    r"""Return a resident's text for understanding: nothing invisible, nothing unstorable.

    >>> cleaned("ni\x00b\u200b ")
    'nib'
    """
    visible = _INVISIBLE.sub("", text.replace("\x00", ""))
    return storable(_JOINER_IN_WORD.sub("", visible)).strip()


def _shows(text: str) -> bool:
    """Whether there is anything to see: not only blanks, marks and what could not be stored."""
    return any(unicodedata.category(sign) not in _UNSEEN and sign not in _BLANKS for sign in text)


def _type_of(raw: Mapping[str, Any]) -> str:
    named = raw.get("type")
    if isinstance(named, str) and named.strip():
        return named.strip()[:40]
    return next((known for known in _READERS if known in raw), "unknown")


def _please_type(type_: str, **more: Any) -> Reading:
    return Reading(type=type_, action="please_type", **more)


def _said(type_: str, body: Any, **more: Any) -> Reading:
    """Return a text to be answered; a body without visible characters asks to type."""
    text = cleaned(body) if isinstance(body, str) else ""
    if not _shows(text):
        return _please_type(type_)
    hint = "opt_out" if _OPT_OUT.fullmatch(text) else ""
    return Reading(type=type_, action="answered", kind="text", text=text, hint=hint, **more)


def _text(type_: str, raw: Mapping[str, Any]) -> Reading:
    return _said(type_, as_mapping(raw.get("text")).get("body"))


def _pressed(type_: str, key: Any, title: Any) -> Reading:
    """Return a pressed button: ours is routed by its id, a strange one by what it said."""
    payload = cleaned(as_text(key))
    if not _OUR_PAYLOAD.fullmatch(payload):
        return _said(type_, as_text(title) or payload, details={"button": payload})
    return Reading(
        type=type_, action="answered", kind="payload", text=cleaned(as_text(title)), payload=payload
    )


def _interactive(type_: str, raw: Mapping[str, Any]) -> Reading:
    content = as_mapping(raw.get("interactive"))
    known = ("button_reply", "list_reply", "nfm_reply", "call_permission_reply")
    inner = content.get("type")
    if not isinstance(inner, str):
        inner = next((name for name in known if name in content), "")
    reply = as_mapping(content.get(inner))
    if inner in ("button_reply", "list_reply"):
        return _pressed(inner, reply.get("id"), reply.get("title"))
    if inner == "nfm_reply":
        return _please_type(inner, details={"form": _form_of(reply.get("response_json"))})
    if inner == "call_permission_reply":
        return Reading(type=inner, action="silent")
    return _please_type(type_)


def _form_of(response_json: Any) -> Any:
    try:
        form = json.loads(response_json)
    except (TypeError, ValueError, RecursionError):
        return None
    return form if isinstance(form, dict) else None


def _template_button(type_: str, raw: Mapping[str, Any]) -> Reading:
    content = as_mapping(raw.get("button"))
    return _pressed(type_, content.get("payload"), content.get("text"))


def _file(type_: str, raw: Mapping[str, Any]) -> Reading:
    content = as_mapping(raw.get(type_))
    details = {name: content[name] for name in _META if name in content}
    caption = content.get("caption") if type_ in _CAPTIONED else None
    text = cleaned(caption) if isinstance(caption, str) else ""
    if not _shows(text):
        return _please_type(type_, details=details)
    return Reading(type=type_, action="answered", text=text, details=details)


def _location(type_: str, raw: Mapping[str, Any]) -> Reading:
    content = as_mapping(raw.get(type_))
    names = ("latitude", "longitude", "name", "address")
    return _please_type(type_, details={name: content[name] for name in names if name in content})


def _contacts(type_: str, raw: Mapping[str, Any]) -> Reading:
    cards = [as_mapping(card) for card in as_list(raw.get("contacts"))]
    own = next((card for card in cards if card.get("origin") == "contact_request"), None)
    if own is None:
        return _please_type(type_)
    phones = [as_mapping(phone) for phone in as_list(own.get("phones"))]
    numbers = (number_of(phone.get(key)) for phone in phones for key in ("wa_id", "phone"))
    phone = next(filter(None, numbers), None)
    if phone is None:
        return _please_type(type_)
    return Reading(type=type_, action="answered", hint="own_number", phone=phone)


def _reaction(type_: str, raw: Mapping[str, Any]) -> Reading:
    content = as_mapping(raw.get("reaction"))
    emoji = as_text(content.get("emoji"))
    return Reading(
        type=type_,
        action="silent",
        text=cleaned(emoji),
        about=bounded_id(content.get("message_id")),
    )


def _system(type_: str, raw: Mapping[str, Any]) -> Reading:
    content = as_mapping(raw.get("system"))
    change = as_text(content.get("type"))
    identity = None
    if change in ("user_changed_number", "user_changed_user_id"):
        identity = NewIdentity(
            user_id=user_id_of(content.get("user_id")) or user_id_of(content.get("wa_id")),
            wa_id=number_of(content.get("wa_id")),
            previous_user_id=user_id_of(content.get("previous_user_id")),
        )
    return Reading(type=type_, action="silent", identity=identity, details={"change": change})


def _edit(type_: str, raw: Mapping[str, Any]) -> Reading:
    content = as_mapping(raw.get("edit"))
    message = as_mapping(content.get("message"))
    wording = read_item(message).text if _type_of(message) != "edit" else ""
    return Reading(
        type=type_,
        action="silent",
        text=wording,
        about=bounded_id(content.get("original_message_id")),
    )


def _revoke(type_: str, raw: Mapping[str, Any]) -> Reading:
    content = as_mapping(raw.get("revoke"))
    return Reading(
        type=type_, action="silent", about=bounded_id(content.get("original_message_id"))
    )


def _request_welcome(type_: str, _raw: Mapping[str, Any]) -> Reading:
    return Reading(type=type_, action="answered", kind="payload", payload=WELCOME_PAYLOAD)


def _unsupported(type_: str, raw: Mapping[str, Any]) -> Reading:
    inner = as_text(as_mapping(raw.get("unsupported")).get("type"))
    if inner in _SILENT_UNSUPPORTED:
        return Reading(type=type_, action="silent", details={"unsupported": inner})
    errors = as_list(raw.get("errors"))
    code = error_code(errors[0]) if errors else None
    return _please_type(
        type_,
        hint="resend" if code == _NOT_AVAILABLE else "",
        details={"unsupported": inner, "error": code},
    )


_READERS: Final[Mapping[str, Callable[[str, Mapping[str, Any]], Reading]]] = {
    "text": _text,
    "interactive": _interactive,
    "button": _template_button,
    "image": _file,
    "video": _file,
    "document": _file,
    "audio": _file,
    "voice": _file,
    "sticker": _file,
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "system": _system,
    "edit": _edit,
    "revoke": _revoke,
    "request_welcome": _request_welcome,
    "unsupported": _unsupported,
}
