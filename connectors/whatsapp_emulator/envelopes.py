"""Webhook bodies in the platform's form: what residents sent, what became of our messages."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.whatsapp_emulator.config import EmulatorConfig
from connectors.whatsapp_emulator.people import Resident


@dataclass(frozen=True)
class Notice:
    """One event for the webhook: an item of ``messages`` or of ``statuses``."""

    list_name: str
    """``messages`` or ``statuses``."""
    item: dict[str, Any]
    contact: dict[str, Any] | None
    message_id: str


def contact_of(resident: Resident, now: datetime) -> dict[str, Any]:
    """Return the entry of ``contacts`` for a resident; the number only where it is shown."""
    profile = {"name": resident.name}
    if resident.username:
        profile["username"] = resident.username
    contact: dict[str, Any] = {"profile": profile}
    if resident.shows_number(now):
        contact["wa_id"] = resident.wa_id
    contact["user_id"] = resident.user_id
    return contact


def sender_of(resident: Resident, now: datetime) -> dict[str, str]:
    """Return the sender's fields of a message; ``from`` is left out where it is not shown."""
    shown = {"from": resident.wa_id} if resident.shows_number(now) else {}
    return {**shown, "from_user_id": resident.user_id}


def recipient_of(resident: Resident, now: datetime) -> dict[str, str]:
    """Return the recipient's fields of a status."""
    shown = {"recipient_id": resident.wa_id} if resident.shows_number(now) else {}
    return {**shown, "recipient_user_id": resident.user_id}


def unix(moment: datetime) -> str:
    """Return Unix seconds as the wire has them: a string of digits."""
    return str(int(moment.timestamp()))


def compose(config: EmulatorConfig, notices: Sequence[Notice]) -> bytes:
    """Return one body with all ``notices`` in order; neighbours of one kind share a change."""
    changes: list[dict[str, Any]] = []
    for notice in notices:
        value = changes[-1]["value"] if changes else {}
        if notice.list_name not in value:
            value = {
                "messaging_product": "whatsapp",
                "metadata": {
                    "display_phone_number": config.display_phone_number,
                    "phone_number_id": config.phone_number_id,
                },
            }
            changes.append({"value": value, "field": "messages"})
        if notice.contact is not None:
            contacts = value.setdefault("contacts", [])
            if notice.contact not in contacts:
                contacts.append(notice.contact)
        value.setdefault(notice.list_name, []).append(notice.item)
    body = {
        "object": "whatsapp_business_account",
        "entry": [{"id": config.account_id, "changes": changes}],
    }
    return encode(body)


def encode(body: Any) -> bytes:
    r"""Return JSON as Meta writes it: ASCII, lower-case ``\u`` escapes, escaped slashes.

    The form is different from what ``json.dumps`` gives by itself, so that a receiver that checks
    the signature over re-encoded JSON is found out.
    """
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def sign(app_secret: str, body: bytes) -> str:
    """Return the value of ``X-Hub-Signature-256`` for the raw ``body``."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
