"""Rows of what came in: messages, and what is only noted (reactions, edits, revocations)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.whatsapp.contacts.people import CHANNEL, change_contact, same_person
from connectors.whatsapp.inbound.held_items import hold, take_held
from connectors.whatsapp.inbound.reading import Reading
from connectors.whatsapp.inbound.revoking import REVOKED, mask_message
from storage import (
    Inbound,
    Transaction,
    append_event,
    insert_if_absent,
    lock_conversation,
    receive,
    tables,
)
from storage.whatsapp_tables import contact

logger = logging.getLogger(__name__)

_OPT_IN = (
    sa.update(contact)
    .where(
        contact.c.conversation_id == sa.bindparam("wanted"),
        contact.c.opted_out_at < sa.bindparam("spoke_at"),
    )
    .values(opted_out_at=None)
)


@dataclass(frozen=True)
class Noted:
    """Something that the resident did and that asks for no answer.

    ``about`` is the id of the message that it is about, empty if none.
    """

    message_id: str
    conversation: str
    text: str
    media: Mapping[str, Any]
    sent_at: datetime
    about: str = ""


def store_message(
    tx: Transaction, inbound: Inbound, reading: Reading, *, turn_id: Callable[[], str]
) -> bool:
    """Write a message that will be answered; return whether it was there before.

    A message whose revocation came first is stored masked.
    """
    receipt = receive(tx, inbound)
    if receipt.duplicate:
        _compare(tx, receipt.inbox_id, inbound)
        return True
    _note_wishes(tx, inbound, reading)
    taken_back = take_held(tx, inbound.channel_message_id, "revoke")
    if any(same_person(tx, held["conversation"], inbound.conversation) for held in taken_back):
        mask_message(tx, receipt.inbox_id, turn_id=turn_id())
    return False


def note(tx: Transaction, noted: Noted, reading: Reading, *, turn_id: str) -> bool:
    """Write what asks for no answer: an inbox row in a turn of its own and an event ``noted``.

    Returns False, and changes nothing, when it was there before.
    """
    locked = lock_conversation(tx, noted.conversation)
    about = _inbox_id(tx, noted.about) if noted.about else None
    if about is not None and reading.type == "edit" and _is_revoked(tx, about):
        # A wording that was overtaken by its own revocation.
        noted = replace(noted, text="", media=dict(REVOKED))
    row = insert_if_absent(
        tx,
        tables.inbox,
        {
            "channel": CHANNEL,
            "channel_message_id": noted.message_id,
            "conversation_id": noted.conversation,
            "seq": locked.last_seq + 1,
            "kind": "media",
            "text": noted.text,
            "media": dict(noted.media),
            "sent_at": noted.sent_at,
            "received_at": tx.now,
            "turn_id": turn_id,
        },
        unique=("channel", "channel_message_id"),
    )
    if row is None:
        return False
    append_event(
        tx,
        noted.conversation,
        type="noted",
        actor="resident",
        data={"inbox_id": row.id, "kind": reading.type, "about": about},
        content={"text": noted.text, "media": dict(noted.media)},
        turn_id=turn_id,
    )
    if reading.type == "revoke" and noted.about:
        _revoke(tx, noted, about, turn_id=turn_id)
    return True


def _revoke(tx: Transaction, noted: Noted, inbox_id: int | None, *, turn_id: str) -> None:
    if inbox_id is None:
        hold(tx, noted.about, "revoke", {"conversation": noted.conversation})
    elif same_person(tx, _conversation_of(tx, inbox_id), noted.conversation):
        # Nobody takes back what another one wrote.
        mask_message(tx, inbox_id, turn_id=turn_id)


def _inbox_id(tx: Transaction, message_id: str) -> int | None:
    inbox = tables.inbox
    return tx.connection.execute(
        sa.select(inbox.c.id).where(
            inbox.c.channel == CHANNEL, inbox.c.channel_message_id == message_id
        )
    ).scalar_one_or_none()


def _is_revoked(tx: Transaction, inbox_id: int) -> bool:
    statement = sa.select(tables.inbox.c.media).where(tables.inbox.c.id == inbox_id)
    media = tx.connection.execute(statement).scalar_one()
    return bool(media) and media.get("type") == REVOKED["type"]


def _conversation_of(tx: Transaction, inbox_id: int) -> str:
    inbox = tables.inbox
    statement = sa.select(inbox.c.conversation_id).where(inbox.c.id == inbox_id)
    return str(tx.connection.execute(statement).scalar_one())


def _compare(tx: Transaction, inbox_id: int, copy: Inbound) -> None:
    """Log when a copy says something else than the first; the first one stands."""
    first = tx.connection.execute(
        sa.select(tables.inbox.c.text, tables.inbox.c.payload, tables.inbox.c.media).where(
            tables.inbox.c.id == inbox_id
        )
    ).one()
    revoked = (first.media or {}).get("type") == REVOKED["type"]
    if not revoked and (first.text, first.payload) != (copy.text, copy.payload):
        logger.warning("inbox row %d came again with another content; the first stands", inbox_id)


def _note_wishes(tx: Transaction, inbound: Inbound, reading: Reading) -> None:
    """Keep a number that was given, a BERHENTI, and that whoever writes again wants answers."""
    if reading.phone:
        change_contact(tx, inbound.conversation, phone=reading.phone)
    if reading.hint == "opt_out":
        spoke_at = lock_conversation(tx, inbound.conversation).last_resident_at
        if spoke_at is None or spoke_at <= inbound.sent_at:
            change_contact(tx, inbound.conversation, opted_out_at=inbound.sent_at)
        return
    tx.connection.execute(_OPT_IN, {"wanted": inbound.conversation, "spoke_at": inbound.sent_at})
