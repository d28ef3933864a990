"""Conversations: who talks with us on which channel, who owns the talk, who works on it now."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from foundation.errors import NotFoundError
from storage.store import Transaction
from storage.tables import conversation, lease
from storage.upserts import insert_if_absent, upsert


@dataclass(frozen=True)
class Conversation:
    """One resident on one channel. Moments are in UTC.

    ``last_seq`` is the ``seq`` of its last event (0: none yet). ``epoch`` rises whenever the owner
    changes. ``owner`` is the account id of the officer who has it; None: the bot has it.
    """

    id: str
    channel: str
    address: str
    created_at: datetime
    last_seq: int
    epoch: int
    owner: int | None
    last_resident_at: datetime | None


# Built once: they stand on the path of every message.
_BY_ID = sa.select(conversation).where(conversation.c.id == sa.bindparam("wanted"))
_LOCK = _BY_ID.with_for_update()


def unguessable_id() -> str:
    """Return a fresh 22-character id (128 random bits, URL-safe)."""
    return secrets.token_urlsafe(16)


def open_conversation(
    tx: Transaction,
    *,
    channel: str,
    address: str,
    conversation_id: str | None = None,
    new_id: Callable[[], str] = unguessable_id,
) -> Conversation:
    """Return the conversation of ``address`` on ``channel``; make it when there is none.

    ``conversation_id`` is used only for a new one. Two callers at once get the same one.
    """
    at_address = (conversation.c.channel == channel) & (conversation.c.address == address)
    found = _select_one(tx, at_address)
    if found is not None:
        return found
    made = insert_if_absent(
        tx,
        conversation,
        {
            "id": new_id() if conversation_id is None else conversation_id,
            "channel": channel,
            "address": address,
            "created_at": tx.now,
        },
        unique=("channel", "address"),
    )
    if made is not None:
        return Conversation(**made._mapping)
    found = _select_one(tx, at_address)
    if found is None:
        raise NotFoundError("the conversation was removed while it was opened")
    return found


def get_conversation(tx: Transaction, conversation_id: str) -> Conversation | None:
    """Return the conversation, or None when there is none with this id."""
    row = tx.connection.execute(_BY_ID, {"wanted": conversation_id}).one_or_none()
    return None if row is None else Conversation(**row._mapping)


def lock_conversation(tx: Transaction, conversation_id: str) -> Conversation:
    """Return the conversation and keep every other writer of it out until the transaction ends.

    Raises :class:`NotFoundError`.
    """
    row = tx.connection.execute(_LOCK, {"wanted": conversation_id}).one_or_none()
    return _found(row, conversation_id)


def set_owner(tx: Transaction, conversation_id: str, owner: int | None) -> Conversation:
    """Give the conversation to an officer (account id) or to the bot (None), under its lock.

    The epoch rises by one, so that a turn computed for the former owner cannot be committed.
    Raises :class:`NotFoundError`.
    """
    statement = (
        sa.update(conversation)
        .where(conversation.c.id == conversation_id)
        .values(owner=owner, epoch=conversation.c.epoch + 1)
        .returning(*conversation.c)
    )
    return _found(tx.connection.execute(statement).one_or_none(), conversation_id)


def take_lease(tx: Transaction, conversation_id: str, *, worker: str, seconds: float) -> bool:
    """Reserve the conversation for ``worker``; False when another worker has it.

    A lease only avoids double work; correctness rests on :func:`storage.assign_turn`. One's own
    lease is prolonged.
    """
    values = {"worker": worker, "until": tx.now + timedelta(seconds=seconds)}
    statement = (
        upsert(tx, lease)
        .values(conversation_id=conversation_id, **values)
        .on_conflict_do_update(
            index_elements=["conversation_id"],
            set_=values,
            where=(lease.c.until <= tx.now) | (lease.c.worker == worker),
        )
        .returning(lease.c.conversation_id)
    )
    return tx.connection.execute(statement).one_or_none() is not None


def release_leases(tx: Transaction, worker: str, *, conversation_id: str | None = None) -> None:
    """Give up all leases of ``worker``, or the one on ``conversation_id`` only."""
    statement = sa.delete(lease).where(lease.c.worker == worker)
    if conversation_id is not None:
        statement = statement.where(lease.c.conversation_id == conversation_id)
    tx.connection.execute(statement)


def _select_one(tx: Transaction, condition: sa.ColumnElement[bool]) -> Conversation | None:
    row = tx.connection.execute(sa.select(conversation).where(condition)).one_or_none()
    return None if row is None else Conversation(**row._mapping)


def _found(row: sa.Row[Any] | None, conversation_id: str) -> Conversation:
    if row is None:
        raise NotFoundError(f"no conversation {conversation_id!r}")
    return Conversation(**row._mapping)
