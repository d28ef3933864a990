"""Stored events as the resident's widget may see them.

Every event is shown, so that the ids have no gap and the widget can tell a loss from a silence;
of internal ones only that they happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from storage import StoredEvent, Transaction, tables

_SPEAKER = {"user": "resident", "bot": "bot", "officer": "officer", "system": "system"}


def public_events(tx: Transaction, events: Sequence[StoredEvent]) -> list[dict[str, Any]]:
    """Return the events of one conversation in public form.

    A resident's own message carries the ``client_message_id`` that the widget gave it, so that
    the widget knows its bubble again.
    """
    client_ids = _client_message_ids(tx, events)
    return [public_event(event, client_ids=client_ids) for event in events]


def public_event(event: StoredEvent, *, client_ids: Mapping[int, str]) -> dict[str, Any]:
    """Return ``{id, type, from, text, buttons[{title, payload}], at}`` and what the type adds.

    ``client_ids`` maps inbox ids to the widget's own message ids.
    """
    shown: dict[str, Any] = {
        "id": event.seq,
        "type": "turn",
        "from": _SPEAKER.get(event.type, "system"),
        "text": "",
        "buttons": [],
        "at": event.at.isoformat(),
    }
    content = event.content or {}
    if event.type in _SPEAKER:
        shown |= {
            "type": "message",
            "text": content.get("text") or "",
            "buttons": event.data.get("buttons") or [],
        }
        if event.type == "officer":
            shown["name"] = event.data.get("officer", "")
        if event.type == "user":
            shown["client_message_id"] = client_ids.get(event.data.get("inbox_id", 0))
    elif event.type.startswith("case_"):
        shown |= {
            "type": "case",
            "state": event.type.removeprefix("case_"),
            "ticket": event.data.get("ticket"),
        }
    return shown


def _client_message_ids(tx: Transaction, events: Sequence[StoredEvent]) -> dict[int, str]:
    wanted = [event.data["inbox_id"] for event in events if event.type == "user"]
    if not wanted:
        return {}
    inbox = tables.inbox
    rows = tx.connection.execute(
        select(inbox.c.id, inbox.c.conversation_id, inbox.c.channel_message_id).where(
            inbox.c.id.in_(wanted)
        )
    )
    return {row.id: row.channel_message_id.removeprefix(f"{row.conversation_id}:") for row in rows}
