"""How a turn is written: everything it says and does, under the lock of its conversation."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.outgoing import enqueue_reply
from connectors.trackers import Recalled, keep_snapshot, recall
from dialogue.types import CaseRequest, EventDraft, Reply, Turn
from foundation.errors import EpochConflictError
from handoff import note_attention, open_case, open_case_of
from storage import (
    Conversation,
    InboxMessage,
    NewEvent,
    Transaction,
    append_events,
    assign_turn,
    erase_content,
    lock_conversation,
)


def write_turn(
    tx: Transaction,
    read: Conversation,
    messages: Sequence[InboxMessage],
    turn: Turn,
    recalled: Recalled,
    *,
    turn_id: str,
    bundle: str,
) -> None:
    """Write events, case and replies of a turn that was computed from what was read before.

    Raises :class:`EpochConflictError` when the conversation changed hands, a message is in another
    turn or a case was opened meanwhile; the transaction must then be rolled back.
    """
    current = lock_conversation(tx, read.id)
    if current.epoch != read.epoch:
        raise EpochConflictError(f"epoch {read.epoch} is now {current.epoch}")
    assign_turn(tx, [message.id for message in messages], turn_id=turn_id)
    if turn.erase_requested:
        erase_content(tx, current.id)
        current = lock_conversation(tx, current.id)
        recalled = recall(tx, current.id)
    made = [_made(draft, bundle) for draft in turn.events]
    said = [_said(reply, bundle) for reply in turn.replies]
    # A case opens between the decision and what is said of it.
    at_once = made if turn.case_request else [*made, *said]
    stored = append_events(tx, current.id, at_once, turn_id=turn_id)
    if turn.attention:
        note_attention(tx, current.id, event_id=stored[len(made) - 1].id, kind=turn.decision)
    if turn.case_request:
        _open(tx, current, turn.case_request, turn_id)
        stored += append_events(tx, current.id, said, turn_id=turn_id)
    for event in stored[len(made) :]:
        enqueue_reply(tx, current, event)
    if turn.case_request or not stored:
        last_seq = lock_conversation(tx, current.id).last_seq
    else:
        last_seq = stored[-1].seq
    keep_snapshot(tx, current.id, recalled, last_seq=last_seq)


def say(
    tx: Transaction, conversation: Conversation, reply: Reply, *, turn_id: str, bundle: str
) -> None:
    """Write one reply into the log and the outbox."""
    for event in append_events(tx, conversation.id, [_said(reply, bundle)], turn_id=turn_id):
        enqueue_reply(tx, conversation, event)


def _open(tx: Transaction, conversation: Conversation, wanted: CaseRequest, turn_id: str) -> None:
    if open_case_of(tx, conversation.id):
        raise EpochConflictError("a case was opened meanwhile")
    open_case(
        tx,
        conversation.id,
        reason=wanted.reason,
        ticket=wanted.ticket,
        card=wanted.card,
        actor="bot",
        turn_id=turn_id,
    )


def _made(draft: EventDraft, bundle: str) -> NewEvent:
    return NewEvent(draft.type, "bot", {**draft.data, "bundle": bundle}, draft.content)


def _said(reply: Reply, bundle: str) -> NewEvent:
    buttons = [{"title": button.title, "payload": button.payload} for button in reply.buttons]
    data = {"response": reply.response, "buttons": buttons, "bundle": bundle}
    return NewEvent("bot", "bot", data, {"text": reply.text})
