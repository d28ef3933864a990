"""A resident whose case waits says that it is no longer needed: the case ends, by the resident."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from connectors.desk_words import desk_reply, says_not_needed
from connectors.outgoing import enqueue_reply
from foundation.errors import EpochConflictError
from handoff import Case, CaseState, Outcome, asked_of, resolve
from storage import (
    Conversation,
    InboxMessage,
    Transaction,
    append_event,
    assign_turn,
    lock_conversation,
)

WITHDRAW = "/tidak_perlu_lagi"
"""What the button under "masih perlu?" sends."""

_ACTOR = "resident"


def wants_withdrawal(tx: Transaction, case: Case | None, messages: Sequence[InboxMessage]) -> bool:
    """Whether the last of the messages takes the conversation's waiting case back.

    In free words only after the resident was asked whether it is still needed.
    """
    if case is None or case.state is not CaseState.WAITING:
        return False
    last = messages[-1]
    pressed = last.payload == WITHDRAW
    said = last.kind == "text" and says_not_needed(last.text)
    return pressed or (said and asked_of(tx, case.id) is not None)


def commit_withdrawal(
    tx: Transaction,
    read: Conversation,
    messages: Sequence[InboxMessage],
    case: Case,
    *,
    turn_id: str,
    bundle: str,
) -> None:
    """End the case as a turn of its own. Raises ``EpochConflictError`` when things changed."""
    current = lock_conversation(tx, read.id)
    if current.epoch != read.epoch:
        raise EpochConflictError(f"epoch {read.epoch} is now {current.epoch}")
    assign_turn(tx, [message.id for message in messages], turn_id=turn_id)
    data = {"decision": "answer", "actions": ["withdraw_case"], "answers": [], "bundle": bundle}
    append_event(tx, read.id, type="decided", actor="bot", data=data, turn_id=turn_id)
    resolve(tx, case.id, outcome=Outcome.WITHDRAWN, actor=_ACTOR)
    reply = desk_reply("withdrawn", tiket=case.ticket)
    event = append_event(
        tx,
        read.id,
        type="bot",
        actor="bot",
        data={
            "response": reply.response,
            "buttons": [asdict(button) for button in reply.buttons],
        },
        content={"text": reply.text},
        turn_id=turn_id,
    )
    enqueue_reply(tx, lock_conversation(tx, read.id), event)
