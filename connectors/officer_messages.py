"""How an officer's words get into a conversation: owned by them, said once, put out.

Shared by :class:`connectors.desk.Desk` and :class:`connectors.desk_post.DeskPost`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from connectors.outgoing import enqueue_reply
from connectors.registry import channel_of
from dialogue import Reply
from foundation.errors import CaseConflictError, InvalidFormError
from handoff import Case, CaseState, access_case, heartbeat_due, record_heartbeat, window_closed
from storage import (
    Account,
    Conversation,
    StoredEvent,
    Transaction,
    append_event,
    end_typing,
    lock_conversation,
    read_latest_events,
)

_KEYS_KEPT: Final = 200
"""Events in which a repeated reply is recognised; a form is sent twice within seconds."""

_OVER: Final = (
    "Sudah lebih dari 24 jam sejak pesan terakhir warga, jadi WhatsApp hanya menerima pesan"
    " templat. Kirim templat dahulu; balasan dapat dikirim setelah warga menjawabnya."
)


def actor_of(officer: Account) -> str:
    """Return the officer's name in the event log."""
    return f"officer:{officer.id}"


def owned_case(tx: Transaction, case_id: int, officer: Account) -> Case:
    """Return the officer's own case, locked. Raises ``CaseConflictError`` for any other.

    ``NotFoundError`` for one that the officer may not see.
    """
    if heartbeat_due(tx, officer.id):
        record_heartbeat(tx, officer.id)
    lock_conversation(tx, access_case(tx, officer, case_id).conversation)
    case = access_case(tx, officer, case_id)
    if case.state is not CaseState.CLAIMED or case.officer_id != officer.id:
        raise CaseConflictError(f"case {case_id} is not owned by {actor_of(officer)}")
    return case


def sent_before(
    tx: Transaction, conversation_id: str, officer: Account, key: str
) -> StoredEvent | None:
    """Return what the officer said with this key, ``None`` when nothing or without a key."""
    if not key:
        return None
    for event in read_latest_events(tx, conversation_id, _KEYS_KEPT):
        if event.actor == actor_of(officer) and event.data.get("key") == key:
            return event
    return None


def window_is_over(tx: Transaction, conversation: Conversation) -> bool:
    """Whether the conversation's channel takes nothing but templates now."""
    window = channel_of(conversation.channel).reply_window
    return window_closed(conversation.last_resident_at, window, tx.now)


def require_open_window(tx: Transaction, conversation: Conversation) -> None:
    """Raise ``InvalidFormError`` where a free text could not be delivered any more."""
    if window_is_over(tx, conversation):
        raise InvalidFormError("the 24-hour window is over", reader_text=_OVER)


def send_as_officer(
    tx: Transaction,
    case: Case,
    officer: Account,
    event_type: str,
    reply: Reply,
    *,
    key: str = "",
    media: Mapping[str, Any] | None = None,
    payload: Mapping[str, Any] | None = None,
) -> StoredEvent:
    """Say something in the conversation; ``payload`` is the channel's own form of it."""
    event = append_event(
        tx,
        case.conversation,
        type=event_type,
        actor=actor_of(officer),
        data={
            "case_id": case.id,
            "response": reply.response,
            "officer": officer.display_name,
            "buttons": [asdict(button) for button in reply.buttons],
            "key": key,
        },
        content={"text": reply.text, **({"media": dict(media)} if media else {})},
    )
    enqueue_reply(tx, lock_conversation(tx, case.conversation), event, payload=payload)
    end_typing(tx, case.conversation, "officer")
    return event
