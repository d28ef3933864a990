"""Stored events as the resident's widget may see them.

Every event is shown, so that the ids have no gap and the widget can tell a loss from a silence;
of internal ones only that they happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from connectors.webchat.ratings import FAREWELLS, is_answer
from storage import StoredEvent, Transaction, get_account, tables

_CASE_STATES = {"transferred": "claimed", "taken_over": "claimed"}
"""Between officers a case changes hands without the resident's part in it changing."""

_SPEAKER = {"user": "resident", "bot": "bot", "officer": "officer", "system": "system"}


def public_events(tx: Transaction, events: Sequence[StoredEvent]) -> list[dict[str, Any]]:
    """Return the events of one conversation in public form.

    A resident's own message carries the ``client_message_id`` that the widget gave it, so that
    the widget recognises its own message.
    """
    client_ids, officers = _client_message_ids(tx, events), _officers(tx, events)
    return [public_event(event, client_ids=client_ids, officers=officers) for event in events]


def public_event(
    event: StoredEvent, *, client_ids: Mapping[int, str], officers: Mapping[int, str]
) -> dict[str, Any]:
    """Return ``{id, type, from, text, buttons[{title, payload}], at}`` and what the type adds.

    ``rate`` on a bot message invites a rating; ``file`` on a resident's or an officer's message is
    its attachment.

    ``client_ids`` maps inbox ids to the widget's own message ids; ``officers`` account ids to
    names.
    """
    shown: dict[str, Any] = {
        "id": event.seq,
        "type": "turn",
        "from": _SPEAKER.get(event.type, "system"),
        "text": "",
        "buttons": [],
        "at": event.at.isoformat(),
    }
    if event.type in _SPEAKER:
        return shown | _message(event, client_ids)
    if event.type.startswith("case_"):
        return shown | _case(event, officers)
    if event.type == "rated":
        shown |= {"type": "rated", **{key: event.data.get(key) for key in ("kind", "value", "seq")}}
    return shown


def _message(event: StoredEvent, client_ids: Mapping[int, str]) -> dict[str, Any]:
    content = event.content or {}
    said = {
        "type": "message",
        "text": content.get("text") or "",
        "buttons": event.data.get("buttons") or [],
    }
    if event.type == "officer":
        return {**said, "name": event.data.get("officer", ""), **_file(content.get("media"))}
    if event.type == "user":
        own = client_ids.get(event.data.get("inbox_id", 0))
        return {**said, "client_message_id": own, **_file(content.get("media"))}
    return {**said, **_asked_for(event)} if event.type == "bot" else said


def _case(event: StoredEvent, officers: Mapping[int, str]) -> dict[str, Any]:
    change = event.type.removeprefix("case_")
    state = _CASE_STATES.get(change, change)
    shown = {"type": "case", "state": state, "ticket": event.data.get("ticket")}
    if state == "claimed":
        shown["name"] = officers.get(event.data.get("officer_id", 0), "")
    return shown


def _asked_for(event: StoredEvent) -> dict[str, Any]:
    """Say which rating the message invites: of this answer, or of the whole service."""
    if is_answer(event):
        return {"rate": "thumb"}
    return {"rate": "csat"} if event.data.get("response") in FAREWELLS else {}


def _file(media: Any) -> dict[str, Any]:
    if not isinstance(media, Mapping):
        return {}
    shown = {"name": media.get("filename") or "", "kind": media.get("kind") or "document"}
    return {"file": {**shown, "size": media.get("size") or 0}}


def _officers(tx: Transaction, events: Sequence[StoredEvent]) -> dict[int, str]:
    wanted = {
        event.data["officer_id"]
        for event in events
        if event.type.startswith("case_") and event.data.get("officer_id")
    }
    accounts = [get_account(tx, one) for one in sorted(wanted)]
    return {account.id: account.display_name for account in accounts if account}


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
