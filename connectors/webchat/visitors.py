"""Who is signed in on the page that embeds the widget, on the signed word of that page's server.

The value is ``base64url(JSON) "." hex(HMAC-SHA256(secret, base64url(JSON)))`` with ``id``, ``exp``
(seconds since 1970) and, if the site likes, ``name``: made in three lines of any language.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.webchat.continuing import TEXTS
from foundation.documents import read_json
from foundation.errors import BadMessageError
from storage import Transaction, append_event

_SIGNED_LIMIT = 2_000
_NAME_LIMIT = 100


@dataclass(frozen=True)
class Visitor:
    """A signed-in visitor. ``id`` is the site's own; ``name`` may be empty."""

    id: str
    name: str


def sign_visitor(payload: dict[str, Any], *, secret: str) -> str:
    """Return the signed value, as the embedding site's server makes it."""
    body = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")
    return f"{body}.{_signature(body, secret)}"


def read_visitor(signed: Any, *, secret: str, now: datetime) -> Visitor:
    """Return whom the value names.

    Raises ``BadMessageError`` without a secret, for a wrong signature and after ``exp``.
    """
    if not secret or not isinstance(signed, str) or len(signed) > _SIGNED_LIMIT:
        raise _refused("no secret is set, or the value is no text")
    body, _, signature = signed.partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(body, secret).encode()):
        raise _refused("wrong signature")
    try:
        payload = read_json(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, binascii.Error) as error:
        raise _refused("signed, but no JSON") from error
    return _checked(payload, now)


def note_visitor(tx: Transaction, conversation_id: str, visitor: Visitor) -> None:
    """Tell resident and officers who is signed in; it is content, so it can be erased."""
    shown = visitor.name or TEXTS["pengunjung_tanpa_nama"]
    append_event(
        tx,
        conversation_id,
        type="system",
        actor="system",
        data={"response": "pengunjung"},
        content={"text": TEXTS["pengunjung"].format(nama=shown), "visitor": visitor.id},
    )


def _checked(payload: Any, now: datetime) -> Visitor:
    if not isinstance(payload, dict):
        raise _refused("signed, but no object")
    name, own_id, until = payload.get("name", ""), payload.get("id"), payload.get("exp")
    if not isinstance(own_id, str) or not 0 < len(own_id) <= _NAME_LIMIT:
        raise _refused("id must be a text of 1 to 100 characters")
    if not isinstance(name, str) or len(name) > _NAME_LIMIT:
        raise _refused("name must be a text of at most 100 characters")
    if not isinstance(until, int | float) or until <= now.timestamp():
        raise _refused("exp is missing or over")
    return Visitor(id=own_id, name=" ".join(name.split()))


def _signature(body: str, secret: str) -> str:
    return hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()


def _refused(detail: str) -> BadMessageError:
    return BadMessageError(f"visitor: {detail}", reader_text=TEXTS["pengunjung_ditolak"])
