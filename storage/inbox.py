"""The inbox: what residents sent, each message exactly once, each in exactly one turn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import sqlalchemy as sa

from foundation.errors import BadMessageError, EpochConflictError
from storage.conversations import lock_conversation
from storage.events import EventType, append_event
from storage.store import Transaction
from storage.tables import conversation as conversation_table
from storage.tables import inbox, lease
from storage.upserts import insert_if_absent

Kind = Literal["text", "payload", "media"]

MAX_MESSAGE_ID_LENGTH: Final = 512
"""Characters; a longer id would not fit into PostgreSQL's unique index."""


_EARLIER_TURN: Final = inbox.alias()

# Built once: they stand on the path of every message.
_UNPROCESSED: Final = (
    sa.select(
        inbox,
        sa.exists()
        .where(
            _EARLIER_TURN.c.conversation_id == inbox.c.conversation_id,
            _EARLIER_TURN.c.sent_at > inbox.c.sent_at,
            _EARLIER_TURN.c.turn_id.is_not(None),
        )
        .label("late"),
    )
    .where(inbox.c.conversation_id == sa.bindparam("wanted"), inbox.c.turn_id.is_(None))
    .order_by(inbox.c.sent_at, inbox.c.id)
)
_TAKE: Final = (
    sa.update(inbox)
    .where(inbox.c.id.in_(sa.bindparam("wanted", expanding=True)), inbox.c.turn_id.is_(None))
    .values(turn_id=sa.bindparam("turn"), failed=sa.bindparam("gave_up"))
    .returning(inbox.c.id)
)
_NOTE_RESIDENT: Final = (
    sa.update(conversation_table)
    .where(conversation_table.c.id == sa.bindparam("wanted"))
    .values(last_resident_at=sa.bindparam("spoke_at"))
)


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """A message as a connector parsed it.

    ``channel_message_id`` is the sender's own id, unique on its channel; ``text`` may be empty
    for a payload or a medium; ``sent_at`` is the channel's time (aware).
    """

    channel: str
    channel_message_id: str
    conversation: str
    kind: Kind
    text: str
    sent_at: datetime
    payload: str | None = None
    media: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Receipt:
    """Where a message was put; ``seq`` is that of its event ``user``."""

    inbox_id: int
    duplicate: bool
    seq: int


@dataclass(frozen=True)
class InboxMessage:
    """An unprocessed message. Moments are in UTC.

    ``attempts`` counts failed turns. ``late``: a message sent after it is already in a turn.
    """

    id: int
    channel: str
    channel_message_id: str
    conversation: str
    kind: Kind
    text: str
    payload: str | None
    media: dict[str, Any] | None
    sent_at: datetime
    received_at: datetime
    attempts: int
    late: bool
    seq: int


@dataclass(frozen=True)
class Settle:
    """How long a channel's messages are collected, in seconds.

    A turn is due ``after_last`` seconds after the last message, at most ``after_first`` seconds
    after the first one.
    """

    after_last: float
    after_first: float


def receive(tx: Transaction, inbound: Inbound) -> Receipt:
    """Write the message and its event ``user``, under the lock of its conversation.

    A second copy (same channel and channel message id) changes nothing and gets the receipt of
    the first. NUL and lone surrogates become U+FFFD. Raises :class:`NotFoundError` for an unknown
    conversation, :class:`BadMessageError` for an id that is empty or too long.
    """
    if not 0 < len(inbound.channel_message_id) <= MAX_MESSAGE_ID_LENGTH:
        raise BadMessageError(f"message id of {len(inbound.channel_message_id)} characters")
    locked = lock_conversation(tx, inbound.conversation)
    media = None if inbound.media is None else dict(inbound.media)
    row = insert_if_absent(
        tx,
        inbox,
        {
            "channel": inbound.channel,
            "channel_message_id": inbound.channel_message_id,
            "conversation_id": inbound.conversation,
            "seq": locked.last_seq + 1,
            "kind": inbound.kind,
            "text": inbound.text,
            "payload": inbound.payload,
            "media": media,
            "sent_at": inbound.sent_at,
            "received_at": tx.now,
        },
        unique=("channel", "channel_message_id"),
    )
    if row is None:
        return _first_receipt(tx, inbound)
    stored = append_event(
        tx,
        inbound.conversation,
        type=EventType.USER,
        actor="resident",
        data={"inbox_id": row.id, "kind": inbound.kind},
        content={"text": inbound.text, "payload": inbound.payload, "media": media},
    )
    _note_resident(tx, inbound, last=locked.last_resident_at)
    return Receipt(inbox_id=row.id, duplicate=False, seq=stored.seq)


def due_conversations(tx: Transaction, *, settle: Mapping[str, Settle], limit: int) -> list[str]:
    """Return ids of conversations whose unprocessed messages are due, longest waiting first.

    Channels that are not in ``settle`` are due at once. Left out: conversations under a lease and
    those that wait for a retry (:func:`record_failure`).
    """
    held = sa.exists().where(
        lease.c.conversation_id == inbox.c.conversation_id, lease.c.until > tx.now
    )
    statement = (
        sa.select(inbox.c.conversation_id)
        .where(inbox.c.turn_id.is_(None), ~held)
        .group_by(inbox.c.conversation_id, inbox.c.channel)
        .having(_settled(tx, settle))
        .having(sa.func.max(inbox.c.retry_at).is_(None) | (sa.func.max(inbox.c.retry_at) <= tx.now))
        .order_by(sa.func.min(inbox.c.received_at), sa.func.min(inbox.c.id))
        .limit(limit)
    )
    return list(tx.connection.execute(statement).scalars())


def unprocessed(tx: Transaction, conversation_id: str) -> list[InboxMessage]:
    """Return the conversation's messages that are in no turn yet, by time sent, then arrival."""
    return [
        _message(row) for row in tx.connection.execute(_UNPROCESSED, {"wanted": conversation_id})
    ]


def oldest_unprocessed(tx: Transaction) -> datetime | None:
    """Return when the message arrived that has waited longest for its turn; None without any."""
    oldest = sa.select(sa.func.min(inbox.c.received_at)).where(inbox.c.turn_id.is_(None))
    found: datetime | None = tx.connection.execute(oldest).scalar_one()
    return found


def assign_turn(
    tx: Transaction, inbox_ids: Iterable[int], *, turn_id: str, failed: bool = False
) -> None:
    """Put the messages into a turn, for good. ``failed``: the turn gave up on them.

    Raises :class:`EpochConflictError` unless every one was free; the caller's transaction must
    then be rolled back. This, not a lease, keeps a message in exactly one turn.
    """
    wanted = sorted(set(inbox_ids))
    values = {"wanted": wanted, "turn": turn_id, "gave_up": failed}
    taken = tx.connection.execute(_TAKE, values).all()
    if len(taken) != len(wanted):
        raise EpochConflictError(f"{len(wanted) - len(taken)} of {len(wanted)} messages are taken")


def record_failure(
    tx: Transaction, inbox_ids: Sequence[int], *, error: str, retry_after: float = 0.0
) -> int:
    """Count a failed turn on the messages and return the highest count (0: all are in a turn).

    Their conversation is not due again for ``retry_after`` seconds.
    """
    statement = (
        sa.update(inbox)
        .where(inbox.c.id.in_(inbox_ids), inbox.c.turn_id.is_(None))
        .values(
            attempts=inbox.c.attempts + 1,
            last_error=error,
            retry_at=tx.now + timedelta(seconds=retry_after),
        )
        .returning(inbox.c.attempts)
    )
    return max(tx.connection.execute(statement).scalars(), default=0)


def _first_receipt(tx: Transaction, inbound: Inbound) -> Receipt:
    first = tx.connection.execute(
        sa.select(inbox.c.id, inbox.c.seq).where(
            inbox.c.channel == inbound.channel,
            inbox.c.channel_message_id == inbound.channel_message_id,
        )
    ).one()
    return Receipt(inbox_id=first.id, duplicate=True, seq=first.seq)


def _note_resident(tx: Transaction, inbound: Inbound, *, last: datetime | None) -> None:
    # A channel's clock may run ahead of ours, and messages may arrive out of order.
    spoke_at = min(inbound.sent_at, tx.now)
    if last is None or spoke_at > last:
        tx.connection.execute(
            _NOTE_RESIDENT, {"wanted": inbound.conversation, "spoke_at": spoke_at}
        )


def _settled(tx: Transaction, settle: Mapping[str, Settle]) -> sa.ColumnElement[bool]:
    first, last = sa.func.min(inbox.c.received_at), sa.func.max(inbox.c.received_at)
    at_once = inbox.c.channel.not_in(list(settle))
    collected = [
        (inbox.c.channel == channel)
        & (
            (last <= tx.now - timedelta(seconds=wait.after_last))
            | (first <= tx.now - timedelta(seconds=wait.after_first))
        )
        for channel, wait in settle.items()
    ]
    return sa.or_(at_once, *collected)


def _message(row: sa.Row[Any]) -> InboxMessage:
    return InboxMessage(
        id=row.id,
        channel=row.channel,
        channel_message_id=row.channel_message_id,
        conversation=row.conversation_id,
        kind=row.kind,
        text=row.text,
        payload=row.payload,
        media=row.media,
        sent_at=row.sent_at,
        received_at=row.received_at,
        attempts=row.attempts,
        late=bool(row.late),
        seq=row.seq,
    )
