"""A webhook body taken apart: every entry, change, message and status (SPEC section 4).

Pure. One bad node never hurts its siblings; what is passed over is counted by reason.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.whatsapp.contacts.naming import Sender
from connectors.whatsapp.inbound.json_access import (
    as_list,
    as_mapping,
    as_text,
    number_of,
    user_id_of,
)
from storage import storable

_LONGEST_ID = 400
_SHOWN_FIELD = 40
_NOTHING = " \t\r\n\v\f\ufffd"
"""What an id must not consist of; U+FFFD stands where something unstorable was."""


@dataclass(frozen=True)
class Item:
    """A message that can be stored: it has an id and a sender. ``raw`` is whole and unread."""

    id: str
    sender: Sender
    raw: Mapping[str, Any]


@dataclass(frozen=True)
class StatusReport:
    """What became of a message of ours. ``attempt_id`` is our own opaque id, if it came back."""

    wamid: str
    status: str
    attempt_id: str | None = None
    error_code: str | None = None
    pricing_category: str | None = None
    pricing_type: str | None = None


@dataclass
class Contents:
    """All that a body holds for us. ``skipped`` counts nodes passed over, by reason."""

    items: list[Item] = field(default_factory=list)
    statuses: list[StatusReport] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    """Codes of ``value.errors``: trouble of the app or the account."""
    skipped: Counter[str] = field(default_factory=Counter)


def parse_webhook(body: Any, *, phone_number_id: str) -> Contents:
    """Return what the body holds for our number. Never raises for any JSON document."""
    contents = Contents()
    if as_mapping(body).get("object") != "whatsapp_business_account":
        contents.skipped["object"] += 1
        return contents
    for value in _our_values(as_mapping(body), phone_number_id, contents.skipped):
        # Strange nodes are no contacts: they must not hide that there is only one.
        contacts = [one for one in as_list(value.get("contacts")) if isinstance(one, Mapping)]
        for raw in _nodes(value, "messages", contents.skipped):
            _add_item(contents, raw, contacts)
        for raw in _nodes(value, "statuses", contents.skipped):
            _add_status(contents, raw)
        contents.troubles += [
            error_code(raw) or "?" for raw in _nodes(value, "errors", contents.skipped)
        ]
    return contents


def error_code(error: Any) -> str | None:
    """Return the ``code`` of an error object as digits."""
    return as_text(as_mapping(error).get("code")).strip() or None


def _our_values(
    body: Mapping[str, Any], phone_number_id: str, skipped: Counter[str]
) -> Iterator[Mapping[str, Any]]:
    for entry in _nodes(body, "entry", skipped):
        for change in _nodes(entry, "changes", skipped):
            value = as_mapping(change.get("value"))
            number = as_text(as_mapping(value.get("metadata")).get("phone_number_id"))
            if change.get("field") != "messages":
                skipped[f"field {as_text(change.get('field'))[:_SHOWN_FIELD]}"] += 1
            elif not number or number != phone_number_id:
                skipped["foreign number"] += 1
            else:
                yield value


def _nodes(
    parent: Mapping[str, Any], key: str, skipped: Counter[str]
) -> Iterator[Mapping[str, Any]]:
    nodes = parent.get(key)
    if nodes is not None and not isinstance(nodes, list):
        skipped[f"{key} is no list"] += 1
    for node in as_list(nodes):
        if isinstance(node, Mapping):
            yield node
        else:
            skipped[f"{key} with something that is no object"] += 1


def _add_item(
    contents: Contents, raw: Mapping[str, Any], contacts: Sequence[Mapping[str, Any]]
) -> None:
    message_id = bounded_id(raw.get("id"))
    sender = _sender(raw, contacts)
    if raw.get("group_id") not in (None, ""):
        contents.skipped["group"] += 1
    elif not message_id:
        contents.skipped["message without an id"] += 1
    elif sender is None:
        contents.skipped["message without a sender"] += 1
    else:
        contents.items.append(Item(id=message_id, sender=sender, raw=raw))


def bounded_id(value: Any) -> str:
    """Return a message id that fits the store's index; one that is too long becomes its hash."""
    text = storable(as_text(value))
    if not text.strip(_NOTHING):
        return ""
    if len(text) <= _LONGEST_ID:
        return text
    return f"sha256.{hashlib.sha256(text.encode()).hexdigest()}"


def _sender(raw: Mapping[str, Any], contacts: Sequence[Mapping[str, Any]]) -> Sender | None:
    system = as_mapping(raw.get("system"))
    user_id = user_id_of(raw.get("from_user_id")) or user_id_of(raw.get("from"))
    wa_id = number_of(raw.get("from"))
    contact = _contact_of(user_id, wa_id, contacts)
    if not user_id and not wa_id and len(contacts) == 1:
        contact = contacts[0]
    user_id = user_id or _contact_user_id(contact) or user_id_of(system.get("previous_user_id"))
    wa_id = wa_id or number_of(contact.get("wa_id"))
    if not user_id and not wa_id:
        return None
    profile = as_mapping(contact.get("profile"))
    return Sender(
        user_id=user_id,
        wa_id=wa_id,
        name=as_text(profile.get("name")).strip(),
        username=as_text(profile.get("username")).strip(),
    )


def _contact_user_id(contact: Mapping[str, Any]) -> str | None:
    return user_id_of(contact.get("user_id")) or user_id_of(contact.get("wa_id"))


def _contact_of(
    user_id: str | None, wa_id: str | None, contacts: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any]:
    """Return the contact with this user id, else with this number and no other user id."""
    for contact in contacts:
        if user_id and _contact_user_id(contact) == user_id:
            return contact
    for contact in contacts:
        same_number = wa_id is not None and number_of(contact.get("wa_id")) == wa_id
        if same_number and (not user_id or not _contact_user_id(contact)):
            return contact
    return {}


def _add_status(contents: Contents, raw: Mapping[str, Any]) -> None:
    wamid, status = bounded_id(raw.get("id")), raw.get("status")
    if not wamid or not isinstance(status, str) or not status:
        contents.skipped["status without id or name"] += 1
        return
    pricing = as_mapping(raw.get("pricing"))
    errors = as_list(raw.get("errors"))
    contents.statuses.append(
        StatusReport(
            wamid=wamid,
            status=status,
            attempt_id=as_text(raw.get("biz_opaque_callback_data")) or None,
            error_code=error_code(errors[0]) if errors else None,
            pricing_category=as_text(pricing.get("category")) or None,
            pricing_type=as_text(pricing.get("type")) or None,
        )
    )
