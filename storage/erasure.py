"""Erasing what a resident said, and who the resident is; the skeleton of the log stays."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Final

import sqlalchemy as sa

from storage.conversations import lock_conversation
from storage.store import Transaction
from storage.tables import (
    CONTENT,
    IDENTITY,
    PERSONAL,
    case_,
    conversation,
    event,
    event_content,
    inbox,
    metadata,
    outbox,
    outbox_attempt,
)

ERASED = "erased"
"""What stands in place of an erased turn, address or id."""

# Built once: it is asked for every webhook body.
_KNOWN_IDS: Final = sa.select(inbox.c.channel_message_id).where(
    inbox.c.channel == sa.bindparam("channel"),
    inbox.c.channel_message_id.in_(sa.bindparam("ids", expanding=True)),
)


def erase_content(tx: Transaction, conversation_id: str) -> int:
    """Erase everything personal that was said in the conversation; return the erased contents.

    Event contents, texts in inbox and outbox, the tracker snapshot, context and note of its cases,
    files that were fetched. Waiting messages get no turn any more, pending replies are dropped,
    and the epoch rises, so that a turn that is being computed cannot bring anything back. Event
    skeletons stay, hence the counts. Raises :class:`NotFoundError`.
    """
    lock_conversation(tx, conversation_id)
    execute = tx.connection.execute
    events = sa.select(event.c.id).where(event.c.conversation_id == conversation_id)
    erased = execute(sa.delete(event_content).where(event_content.c.event_id.in_(events))).rowcount
    execute(
        sa.update(conversation)
        .where(conversation.c.id == conversation_id)
        .values(epoch=conversation.c.epoch + 1)
    )
    _erase_messages(tx, conversation_id)
    _erase_replies(tx, conversation_id)
    _delete_rows(tx, CONTENT, conversation_id)
    execute(
        sa.update(case_)
        .where(case_.c.conversation_id == conversation_id)
        .values(context=None, note=None)
    )
    return erased


def forget_resident(tx: Transaction, conversation_id: str) -> int:
    """Erase the content and who said it: addresses, names, and the channel's ids, which carry them.

    Whoever writes from that address later begins a new conversation. Returns and raises what
    :func:`erase_content` does.
    """
    erased = erase_content(tx, conversation_id)
    execute = tx.connection.execute
    execute(
        sa.update(conversation)
        .where(conversation.c.id == conversation_id)
        .values(address=f"{ERASED}:{conversation_id}", last_resident_at=None)
    )
    _forget_ids(tx, conversation_id)
    _delete_rows(tx, IDENTITY, conversation_id)
    replies = sa.select(outbox.c.id).where(outbox.c.conversation_id == conversation_id)
    execute(
        sa.update(outbox_attempt).where(outbox_attempt.c.outbox_id.in_(replies)).values(wamid=None)
    )
    execute(
        sa.update(outbox)
        .where(outbox.c.conversation_id == conversation_id)
        .values(channel_message_id=None)
    )
    return erased


def forgotten_id(channel_message_id: str) -> str:
    """Return what stands for a message's id once its sender is forgotten.

    A channel's ids may carry the number of who wrote; from this nothing can be read, and yet a
    later copy of the message is known by it.
    """
    return f"{ERASED}:{hashlib.sha256(channel_message_id.encode()).hexdigest()}"


def was_forgotten(
    tx: Transaction, channel: str, channel_message_ids: Collection[str]
) -> frozenset[str]:
    """Return which of these messages were here before their sender was forgotten."""
    wanted = {forgotten_id(name): name for name in channel_message_ids}
    known = tx.connection.execute(_KNOWN_IDS, {"channel": channel, "ids": list(wanted)}).scalars()
    return frozenset(wanted[name] for name in known)


def _delete_rows(tx: Transaction, personal: str, conversation_id: str) -> None:
    """Delete the conversation's rows of all tables that say so of themselves."""
    for table in metadata.sorted_tables:
        if table.info.get(PERSONAL) == personal:
            tx.connection.execute(
                sa.delete(table).where(table.c.conversation_id == conversation_id)
            )


def _forget_ids(tx: Transaction, conversation_id: str) -> None:
    rows = tx.connection.execute(
        sa.select(inbox.c.id, inbox.c.channel_message_id).where(
            inbox.c.conversation_id == conversation_id,
            inbox.c.channel_message_id.not_like(f"{ERASED}:%"),
        )
    ).all()
    if rows:
        tx.connection.execute(
            sa.update(inbox).where(inbox.c.id == sa.bindparam("row")),
            [
                {"row": row.id, "channel_message_id": forgotten_id(row.channel_message_id)}
                for row in rows
            ],
        )


def _erase_messages(tx: Transaction, conversation_id: str) -> None:
    tx.connection.execute(
        sa.update(inbox)
        .where(inbox.c.conversation_id == conversation_id)
        .values(
            text="",
            payload=None,
            media=None,
            last_error=None,
            turn_id=sa.func.coalesce(inbox.c.turn_id, ERASED),
        )
    )


def _erase_replies(tx: Transaction, conversation_id: str) -> None:
    of_conversation = outbox.c.conversation_id == conversation_id
    tx.connection.execute(
        sa.update(outbox)
        .where(of_conversation, outbox.c.state == "pending")
        .values(state="dropped", state_at=tx.now)
    )
    tx.connection.execute(sa.update(outbox).where(of_conversation).values(payload=None))
