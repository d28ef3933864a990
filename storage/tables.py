"""All tables. What each column means is said here once; migrations follow (a test compares).

Texts that residents or channels send are :class:`CleanText`; moments are :class:`Moment` (UTC);
JSON is :class:`Document`. Rows keep a conversation's id, never another conversation's.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, UniqueConstraint

from storage.columns import CleanText, CurrentTransactionId, Document, Moment, TransactionId

metadata: Final = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

PERSONAL: Final = "personal"
"""Key of a table's ``info``: its rows of a conversation are erased with what was said
(:data:`CONTENT`) or with who said it (:data:`IDENTITY`)."""

CONTENT: Final = "content"
IDENTITY: Final = "identity"

EXPORTED_AS: Final = "exported_as"
"""Key of a table's ``info``: how its rows are called in a resident's copy."""

BigId: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A 64-bit counter; SQLite counts by itself only in a column called INTEGER."""


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    condition = sa.text(where)
    return Index(name, *columns, unique=unique, postgresql_where=condition, sqlite_where=condition)


def _number(name: str) -> Column[int]:
    return Column(name, sa.Integer, nullable=False, server_default="0")


def _table(name: str, *items: Any) -> sa.Table:
    # AUTOINCREMENT: SQLite never gives a deleted row's id again, so that a cursor stays true.
    return sa.Table(name, metadata, *items, sqlite_autoincrement=True)


account: Final = _table(
    "account",
    Column("id", sa.Integer, primary_key=True),
    Column("name", CleanText, nullable=False),
    Column("display_name", CleanText, nullable=False),
    Column(
        "role",
        sa.Text,
        CheckConstraint(
            "role IN ('petugas', 'supervisor', 'staf_data', 'admin', 'auditor')", name="role"
        ),
        nullable=False,
    ),
    Column("password_hash", sa.Text, nullable=False),
    Column("active", sa.Boolean, nullable=False),
    Column("demo", sa.Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("password_changed_at", Moment, nullable=False),
    UniqueConstraint("name"),
)

conversation: Final = sa.Table(
    "conversation",
    metadata,
    Column("id", CleanText, primary_key=True),
    Column("channel", CleanText, nullable=False),
    Column("address", CleanText, nullable=False),
    Column("created_at", Moment, nullable=False),
    _number("last_seq"),
    _number("epoch"),
    Column("owner", sa.Integer, ForeignKey("account.id")),
    Column("last_resident_at", Moment),
    # From a report about persons on: see ``handoff.access``.
    Column("confidential", sa.Boolean, nullable=False, server_default=sa.false()),
    UniqueConstraint("channel", "address"),
)

# Leases have a table of their own, so that taking one never waits for a conversation's writer.
lease: Final = sa.Table(
    "lease",
    metadata,
    Column("conversation_id", CleanText, ForeignKey("conversation.id"), primary_key=True),
    Column("worker", CleanText, nullable=False, index=True),
    Column("until", Moment, nullable=False),
)

event: Final = _table(
    "event",
    Column("id", BigId, primary_key=True),
    Column("xid", TransactionId, nullable=False, server_default=CurrentTransactionId()),
    Column("conversation_id", CleanText, ForeignKey("conversation.id"), nullable=False),
    Column("seq", sa.Integer, nullable=False),
    Column("type", sa.Text, nullable=False),
    Column("actor", CleanText, nullable=False),
    Column("at", Moment, nullable=False),
    Column("turn_id", CleanText),
    Column("data", Document, nullable=False),
    UniqueConstraint("conversation_id", "seq"),
    Index(None, "xid", "id"),
)

event_content: Final = sa.Table(
    "event_content",
    metadata,
    Column("event_id", BigId, ForeignKey("event.id"), primary_key=True, autoincrement=False),
    Column("content", Document, nullable=False),
)

inbox: Final = _table(
    "inbox",
    Column("id", BigId, primary_key=True),
    Column("channel", CleanText, nullable=False),
    Column("channel_message_id", CleanText, nullable=False),
    Column("conversation_id", CleanText, ForeignKey("conversation.id"), nullable=False),
    Column("seq", sa.Integer, nullable=False),
    Column(
        "kind",
        sa.Text,
        CheckConstraint("kind IN ('text', 'payload', 'media')", name="kind"),
        nullable=False,
    ),
    Column("text", CleanText, nullable=False),
    Column("payload", CleanText),
    Column("media", Document),
    Column("sent_at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("turn_id", CleanText),
    Column("failed", sa.Boolean, nullable=False, server_default=sa.false()),
    _number("attempts"),
    Column("retry_at", Moment),
    Column("last_error", CleanText),
    UniqueConstraint("channel", "channel_message_id"),
    Index(None, "conversation_id", "sent_at"),
    _partial("ix_inbox_unprocessed", "conversation_id", where="turn_id IS NULL"),
)

outbox: Final = _table(
    "outbox",
    Column("id", BigId, primary_key=True),
    Column("conversation_id", CleanText, ForeignKey("conversation.id"), nullable=False),
    Column("channel", CleanText, nullable=False),
    Column("event_id", BigId, ForeignKey("event.id"), nullable=False),
    Column("seq", sa.Integer, nullable=False),
    Column("epoch", sa.Integer, nullable=False),
    Column(
        "state",
        sa.Text,
        CheckConstraint(
            "state IN ('pending', 'sending', 'unknown', 'accepted', 'sent', 'delivered', 'read',"
            " 'failed', 'dropped')",
            name="state",
        ),
        nullable=False,
    ),
    Column("payload", Document),
    Column("turn_id", CleanText),
    Column("channel_message_id", CleanText),
    Column("created_at", Moment, nullable=False),
    Column("state_at", Moment, nullable=False),
    _number("attempts"),
    Column("next_attempt_at", Moment),
    Column("error_code", CleanText),
    Index(None, "conversation_id", "seq"),
    Index(None, "event_id"),
    _partial(
        "ix_outbox_unsettled",
        "channel",
        "state",
        "id",
        where="state IN ('pending', 'sending', 'unknown')",
    ),
    # What failed for good stays before a person's eyes for a while.
    _partial("ix_outbox_failed", "channel", "state_at", where="state = 'failed'"),
)

outbox_attempt: Final = sa.Table(
    "outbox_attempt",
    metadata,
    # Opaque and unguessable: it travels to the channel and comes back in its statuses.
    Column("id", CleanText, primary_key=True),
    Column("outbox_id", BigId, ForeignKey("outbox.id"), nullable=False),
    Column("number", sa.Integer, nullable=False),
    Column(
        "state",
        sa.Text,
        CheckConstraint(
            "state IN ('sending', 'unknown', 'accepted', 'sent', 'delivered', 'read', 'failed')",
            name="state",
        ),
        nullable=False,
    ),
    Column("wamid", CleanText),
    Column("error_code", CleanText),
    Column("at", Moment, nullable=False),
    Column("state_at", Moment, nullable=False),
    UniqueConstraint("outbox_id", "number"),
    UniqueConstraint("wamid"),
)

snapshot: Final = sa.Table(
    "snapshot",
    metadata,
    Column("conversation_id", CleanText, ForeignKey("conversation.id"), primary_key=True),
    Column("seq", sa.Integer, nullable=False),
    Column("state", Document, nullable=False),
    Column("at", Moment, nullable=False),
    info={PERSONAL: CONTENT},
)

# ``priority`` 0 is urgent and comes first, 1 is the usual. ``confidential`` is the conversation's;
# ``drill`` cases are for practice and are counted nowhere.
case_: Final = _table(
    "case_",
    Column("id", sa.Integer, primary_key=True),
    Column("ticket", CleanText, nullable=False),
    Column("conversation_id", CleanText, ForeignKey("conversation.id"), nullable=False),
    Column(
        "state",
        sa.Text,
        CheckConstraint(
            "state IN ('waiting', 'claimed', 'returned', 'resolved', 'expired')", name="state"
        ),
        nullable=False,
    ),
    Column("reason", CleanText, nullable=False),
    Column("context", Document),
    Column("opened_at", Moment, nullable=False),
    Column("claimed_at", Moment),
    Column("officer_id", sa.Integer, ForeignKey("account.id")),
    Column("closed_at", Moment),
    Column("outcome", CleanText),
    Column("note", CleanText),
    Column("priority", sa.Integer, nullable=False, server_default="1"),
    Column("confidential", sa.Boolean, nullable=False, server_default=sa.false()),
    Column("drill", sa.Boolean, nullable=False, server_default=sa.false()),
    UniqueConstraint("ticket"),
    Index(None, "conversation_id"),
    Index(None, "closed_at"),
    _partial(
        "uq_case__open",
        "conversation_id",
        where="state IN ('waiting', 'claimed')",
        unique=True,
    ),
    _partial(
        "ix_case__queue",
        "state",
        "priority",
        "opened_at",
        "id",
        where="state IN ('waiting', 'claimed')",
    ),
    _partial("ix_case__urgent", "id", where="priority = 0 AND state IN ('waiting', 'claimed')"),
    _partial("ix_case__officer", "officer_id", where="state = 'claimed'"),
)

attention: Final = _table(
    "attention",
    Column("id", BigId, primary_key=True),
    Column("conversation_id", CleanText, ForeignKey("conversation.id"), nullable=False),
    Column("event_id", BigId, ForeignKey("event.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("kind", CleanText, nullable=False),
    Column("resolved_at", Moment),
    Column("resolved_by", sa.Integer, ForeignKey("account.id")),
    Index(None, "conversation_id"),
    Index(None, "event_id"),
    _partial("ix_attention_open", "at", "id", where="resolved_at IS NULL"),
)

volume_day: Final = sa.Table(
    "volume_day",
    metadata,
    Column("date", sa.Date, primary_key=True),
    Column("channel", CleanText, primary_key=True),
    _number("chats"),
    _number("messages"),
    _number("bot_answered"),
    _number("clarified"),
    _number("handed_over"),
    _number("outside_hours"),
)

# How far a reader of the log has come: ``Cursor(xid, id)`` and what it carries along.
projection: Final = sa.Table(
    "projection",
    metadata,
    Column("name", CleanText, primary_key=True),
    Column("xid", sa.BigInteger, nullable=False, server_default="0"),
    Column("id", sa.BigInteger, nullable=False, server_default="0"),
    Column("state", Document),
)
