"""A talk that began in the web chat goes on here: linked by a short code, never merged.

Topic and slots without personal content come along, and an open case moves over. The code gives
no right to read what was said there (SPEC section 14).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from connectors.trackers import load_tracker
from connectors.whatsapp.texts import say
from handoff import Case, CaseState, open_case_of, share_confidentiality
from storage import (
    Transaction,
    append_event,
    enqueue,
    get_conversation,
    lock_conversation,
    set_owner,
    tables,
    take_continuation,
)

LINKED: Final = "linked"
LINK_OVER: Final = "link_over"
"""What a turn is told about a message with a code: it led somewhere, or it does no more."""

_CODE: Final = re.compile(r"\bLANJUT-[A-Z0-9]{8}\b", re.IGNORECASE)
_CARRIED_SLOTS: Final = ("kecamatan", "jenis_usaha")
"""The slots that say nothing about who somebody is."""

_PREPARED: Final = frozenset(
    ["saya", "ingin", "melanjutkan", "percakapan", "dari", "situs", "halo", "kop", "ukm", "kode"]
)


@dataclass(frozen=True)
class Link:
    """A code in a message, and the web conversation that it led to, if it still did."""

    code: str
    web_conversation: str | None

    @property
    def hint(self) -> str:
        """What the turn is told."""
        return LINKED if self.web_conversation else LINK_OVER


def find_link(tx: Transaction, text: str, *, message_id: str) -> Link | None:
    """Return the code in the text, used up now; ``None`` without one.

    A copy of a message that is stored already uses nothing up.
    """
    found = _CODE.search(text)
    if found is None or _is_stored(tx, message_id):
        return None
    return Link(code=found[0], web_conversation=take_continuation(tx, found[0]))


def carry_over(tx: Transaction, web_id: str, conversation_id: str) -> None:
    """Link the two conversations and take along what may come along."""
    for name in sorted((web_id, conversation_id)):
        lock_conversation(tx, name)
    _note_topic(tx, web_id, conversation_id)
    case = open_case_of(tx, web_id)
    if case and open_case_of(tx, conversation_id) is None:
        _move_case(tx, case, conversation_id)
    share_confidentiality(tx, web_id, conversation_id, actor="system")
    append_event(tx, conversation_id, type="linked", actor="system", data={"from": web_id})
    append_event(tx, web_id, type="linked", actor="system", data={"to": conversation_id})
    _tell_web(tx, web_id)


def without_code(text: str) -> str:
    """Return what the resident wrote besides code and prepared sentence; often nothing.

    >>> without_code("Saya ingin melanjutkan percakapan dari situs. Kode: LANJUT-7QXM9RAE")
    ''
    """
    rest = _CODE.sub(" ", text)
    own = [word for word in re.findall(r"\w+", rest.lower()) if word not in _PREPARED]
    return " ".join(rest.split()) if len(own) > 1 else ""


def greeting(case_ticket: str | None) -> str:
    """Return what a resident reads who came over with a code."""
    if case_ticket:
        return say("tersambung_kasus", tiket=case_ticket)
    return say("tersambung")


def _is_stored(tx: Transaction, message_id: str) -> bool:
    inbox = tables.inbox
    statement = sa.select(
        sa.exists().where(inbox.c.channel == "whatsapp", inbox.c.channel_message_id == message_id)
    )
    return bool(tx.connection.execute(statement).scalar_one())


def _note_topic(tx: Transaction, web_id: str, conversation_id: str) -> None:
    """Let this conversation know the topic; one that is in the middle of a form is left alone."""
    there, here = load_tracker(tx, web_id), load_tracker(tx, conversation_id)
    if here.loop is not None or there.memory.label is None:
        return
    memory = {"label": there.memory.label, "aspect": there.memory.aspect}
    carried: Mapping[str, Any] = {
        name: there.slots[name] for name in _CARRIED_SLOTS if there.slots.get(name)
    }
    append_event(
        tx,
        conversation_id,
        type="decided",
        actor="system",
        data={"decision": LINKED, "actions": [], "answers": [], "memory": memory},
        content={"slots": {**carried, **here.slots}},
    )


def _move_case(tx: Transaction, case: Case, conversation_id: str) -> None:
    """Hang an open case, and the officer who has it, onto this conversation."""
    tx.connection.execute(
        sa.update(tables.case_)
        .where(tables.case_.c.id == case.id)
        .values(conversation_id=conversation_id)
    )
    if case.state is CaseState.CLAIMED:
        set_owner(tx, case.conversation, None)
        set_owner(tx, conversation_id, case.officer_id)
    data = {
        "case_id": case.id,
        "ticket": case.ticket,
        "reason": case.reason,
        "to": "whatsapp",
        "state": case.state.value,
        "officer_id": case.officer_id,
    }
    for name, here in ((case.conversation, False), (conversation_id, True)):
        append_event(tx, name, type="case_moved", actor="system", data={**data, "here": here})


def _tell_web(tx: Transaction, web_id: str) -> None:
    event = append_event(
        tx,
        web_id,
        type="system",
        actor="system",
        data={"response": "wa_tersambung"},
        content={"text": say("web_tersambung")},
    )
    web = get_conversation(tx, web_id)
    if web is not None:
        enqueue(tx, web, event=event, state="sent", epoch=web.epoch, payload={})
