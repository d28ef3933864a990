"""After the 24 hours only a template that Meta approved may be sent; a person decides to.

The office registers the text of ``template.json`` under a name of its own and sets
``HALO_WHATSAPP_TEMPLATE`` to it. A template costs money every time; nothing sends one by itself.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from connectors.whatsapp.contacts.people import CHANNEL, Contact, contact_of
from connectors.whatsapp.outbound.failure_policy import end_of_window
from foundation.errors import CaseConflictError
from storage import (
    OutboxRow,
    Transaction,
    append_event,
    enqueue,
    get_conversation,
    lock_conversation,
    tables,
)

_BLANK: Final = re.compile(r"\{\{(\d+)\}\}")
_LONGEST_NAME: Final = 40


@dataclass(frozen=True)
class TemplateText:
    """The template as it is registered with Meta; ``{{1}}`` is the name, ``{{2}}`` the ticket."""

    language: str
    body: str
    buttons: tuple[str, ...]
    nameless: str


@dataclass(frozen=True)
class TemplateProposal:
    """A template that may be sent now. ``text`` is what the resident will read."""

    name: str
    language: str
    values: tuple[str, ...]
    text: str


@cache
def template_text() -> TemplateText:
    """Return the text to register."""
    path = Path(__file__).with_name("template.json")
    row = json.loads(path.read_text(encoding="utf-8"))
    return TemplateText(**{**row, "buttons": tuple(row["buttons"])})


def propose_template(
    tx: Transaction, conversation_id: str, *, ticket: str, template: str
) -> TemplateProposal | None:
    """Return what may be sent to bring the resident back; ``template`` is its name at Meta.

    ``None`` while free text may still be sent, without a name, on another channel, for whoever
    said BERHENTI or can no longer be addressed, and while an earlier one is unanswered.
    """
    conversation = get_conversation(tx, conversation_id)
    contact = contact_of(tx, conversation_id)
    if not template or conversation is None or contact is None:
        return None
    closes = end_of_window(tx, conversation_id)
    if conversation.channel != CHANNEL or (closes is not None and tx.now < closes):
        return None
    if contact.opted_out_at is not None or not (contact.wa_id or contact.user_id):
        return None
    if template_is_waiting(tx, conversation_id):
        return None
    text = template_text()
    values = (_name(contact, text), ticket)
    return TemplateProposal(template, text.language, values, _filled(text.body, values))


def send_template(
    tx: Transaction,
    conversation_id: str,
    proposal: TemplateProposal,
    *,
    actor: str,
    officer: str,
    case_id: int,
) -> OutboxRow:
    """Put the template into the queue, as a message of the officer.

    A second one is refused while the resident has not written since the first: raises
    ``CaseConflictError``. The caller has checked that the officer owns the case.
    """
    conversation = lock_conversation(tx, conversation_id)
    if template_is_waiting(tx, conversation_id):
        raise CaseConflictError("a template was sent and the resident has not written since")
    event = append_event(
        tx,
        conversation_id,
        type="officer",
        actor=actor,
        data={
            "case_id": case_id,
            "officer": officer,
            "template": proposal.name,
            "buttons": [],
        },
        content={"text": proposal.text},
    )
    payload = {"template": template_payload(proposal)}
    return enqueue(
        tx, conversation, event=event, state="pending", epoch=conversation.epoch, payload=payload
    )


def template_is_waiting(tx: Transaction, conversation_id: str) -> bool:
    """Whether a template is on its way or has arrived, and the resident has not written since."""
    conversation = get_conversation(tx, conversation_id)
    outbox = tables.outbox
    statement = sa.select(outbox.c.payload).where(
        outbox.c.conversation_id == conversation_id,
        outbox.c.state.not_in(("failed", "dropped")),
    )
    if conversation is not None and conversation.last_resident_at is not None:
        statement = statement.where(outbox.c.created_at > conversation.last_resident_at)
    payloads = tx.connection.execute(statement).scalars()
    return any("template" in (payload or {}) for payload in payloads)


def template_payload(proposal: TemplateProposal) -> dict[str, Any]:
    """Return the object for the Graph API. The first button asks for the officer."""
    parameters = [{"type": "text", "text": value} for value in proposal.values]
    answer = {"type": "payload", "payload": "/minta_cs"}
    button = {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [answer]}
    return {
        "name": proposal.name,
        "language": {"code": proposal.language},
        "components": [{"type": "body", "parameters": parameters}, button],
    }


def _name(contact: Contact, text: TemplateText) -> str:
    """Return how to address the resident; Meta refuses line breaks and long gaps in a value."""
    name = " ".join(contact.name.split())
    return name if 0 < len(name) <= _LONGEST_NAME else text.nameless


def _filled(body: str, values: tuple[str, ...]) -> str:
    return _BLANK.sub(lambda blank: values[int(blank[1]) - 1], body)
