"""The first tables.

Written out, not taken from ``storage.tables``: this step must stay what it was when tables change.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKey, UniqueConstraint

from storage.columns import CleanText, CurrentTransactionId, Document, Moment, TransactionId

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _accounts()
    _conversations()
    _log()
    _inbox()
    _outbox()
    _attempts()
    _cases()
    _attention()
    _reports()


def _accounts() -> None:
    _create(
        "account",
        Column("id", sa.Integer, primary_key=True),
        Column("name", CleanText, nullable=False),
        Column("display_name", CleanText, nullable=False),
        _one_of("role", "petugas", "supervisor", "staf_data", "admin", "auditor"),
        Column("password_hash", sa.Text, nullable=False),
        Column("active", sa.Boolean, nullable=False),
        Column("demo", sa.Boolean, nullable=False),
        Column("created_at", Moment, nullable=False),
        Column("password_changed_at", Moment, nullable=False),
        UniqueConstraint("name"),
        counted=True,
    )


def _conversations() -> None:
    _create(
        "conversation",
        Column("id", CleanText, primary_key=True),
        Column("channel", CleanText, nullable=False),
        Column("address", CleanText, nullable=False),
        Column("created_at", Moment, nullable=False),
        _number("last_seq"),
        _number("epoch"),
        Column("owner", sa.Integer, ForeignKey("account.id")),
        Column("last_resident_at", Moment),
        UniqueConstraint("channel", "address"),
    )
    _create(
        "lease",
        _conversation_key(),
        Column("worker", CleanText, nullable=False),
        Column("until", Moment, nullable=False),
    )
    _index("ix_lease_worker", "lease", "worker")
    _create(
        "snapshot",
        _conversation_key(),
        Column("seq", sa.Integer, nullable=False),
        Column("state", Document, nullable=False),
        Column("at", Moment, nullable=False),
    )


def _log() -> None:
    _create(
        "event",
        Column("id", BIG_ID, primary_key=True),
        Column("xid", TransactionId, nullable=False, server_default=CurrentTransactionId()),
        _of_conversation(),
        Column("seq", sa.Integer, nullable=False),
        Column("type", sa.Text, nullable=False),
        Column("actor", CleanText, nullable=False),
        Column("at", Moment, nullable=False),
        Column("turn_id", CleanText),
        Column("data", Document, nullable=False),
        UniqueConstraint("conversation_id", "seq"),
        counted=True,
    )
    _index("ix_event_xid_id", "event", "xid", "id")
    _create(
        "event_content",
        Column("event_id", BIG_ID, ForeignKey("event.id"), primary_key=True, autoincrement=False),
        Column("content", Document, nullable=False),
    )


def _inbox() -> None:
    _create(
        "inbox",
        Column("id", BIG_ID, primary_key=True),
        Column("channel", CleanText, nullable=False),
        Column("channel_message_id", CleanText, nullable=False),
        _of_conversation(),
        Column("seq", sa.Integer, nullable=False),
        _one_of("kind", "text", "payload", "media"),
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
        counted=True,
    )
    _index("ix_inbox_conversation_id_sent_at", "inbox", "conversation_id", "sent_at")
    _index("ix_inbox_unprocessed", "inbox", "conversation_id", where="turn_id IS NULL")


def _outbox() -> None:
    states = ("pending", "sending", "unknown", "accepted", "sent", "delivered", "read", "failed")
    _create(
        "outbox",
        Column("id", BIG_ID, primary_key=True),
        _of_conversation(),
        Column("channel", CleanText, nullable=False),
        Column("event_id", BIG_ID, ForeignKey("event.id"), nullable=False),
        Column("seq", sa.Integer, nullable=False),
        Column("epoch", sa.Integer, nullable=False),
        _one_of("state", *states, "dropped"),
        Column("payload", Document),
        Column("turn_id", CleanText),
        Column("channel_message_id", CleanText),
        Column("created_at", Moment, nullable=False),
        Column("state_at", Moment, nullable=False),
        _number("attempts"),
        Column("next_attempt_at", Moment),
        Column("error_code", CleanText),
        counted=True,
    )
    _index("ix_outbox_conversation_id_seq", "outbox", "conversation_id", "seq")
    _index("ix_outbox_event_id", "outbox", "event_id")
    unsettled = "state IN ('pending', 'sending', 'unknown')"
    _index("ix_outbox_unsettled", "outbox", "channel", "state", "id", where=unsettled)


def _attempts() -> None:
    _create(
        "outbox_attempt",
        Column("id", CleanText, primary_key=True),
        Column("outbox_id", BIG_ID, ForeignKey("outbox.id"), nullable=False),
        Column("number", sa.Integer, nullable=False),
        _one_of("state", "sending", "unknown", "accepted", "sent", "delivered", "read", "failed"),
        Column("wamid", CleanText),
        Column("error_code", CleanText),
        Column("at", Moment, nullable=False),
        Column("state_at", Moment, nullable=False),
        UniqueConstraint("outbox_id", "number"),
        UniqueConstraint("wamid"),
    )


def _cases() -> None:
    _create(
        "case_",
        Column("id", sa.Integer, primary_key=True),
        Column("ticket", CleanText, nullable=False),
        _of_conversation(),
        _one_of("state", "waiting", "claimed", "returned", "resolved", "expired"),
        Column("reason", CleanText, nullable=False),
        Column("context", Document),
        Column("opened_at", Moment, nullable=False),
        Column("claimed_at", Moment),
        Column("officer_id", sa.Integer, ForeignKey("account.id")),
        Column("closed_at", Moment),
        Column("outcome", CleanText),
        Column("note", CleanText),
        UniqueConstraint("ticket"),
        counted=True,
    )
    is_open = "state IN ('waiting', 'claimed')"
    _index("ix_case__conversation_id", "case_", "conversation_id")
    _index("ix_case__closed_at", "case_", "closed_at")
    _index("uq_case__open", "case_", "conversation_id", where=is_open, unique=True)
    _index("ix_case__queue", "case_", "state", "opened_at", "id", where=is_open)
    _index("ix_case__officer", "case_", "officer_id", where="state = 'claimed'")


def _attention() -> None:
    _create(
        "attention",
        Column("id", BIG_ID, primary_key=True),
        _of_conversation(),
        Column("event_id", BIG_ID, ForeignKey("event.id"), nullable=False),
        Column("at", Moment, nullable=False),
        Column("kind", CleanText, nullable=False),
        Column("resolved_at", Moment),
        Column("resolved_by", sa.Integer, ForeignKey("account.id")),
        counted=True,
    )
    _index("ix_attention_conversation_id", "attention", "conversation_id")
    _index("ix_attention_event_id", "attention", "event_id")
    _index("ix_attention_open", "attention", "at", "id", where="resolved_at IS NULL")


def _reports() -> None:
    _create(
        "volume_day",
        Column("date", sa.Date, primary_key=True),
        Column("channel", CleanText, primary_key=True),
        _number("chats"),
        _number("messages"),
        _number("bot_answered"),
        _number("clarified"),
        _number("handed_over"),
        _number("outside_hours"),
    )
    _create(
        "volume_open_chat",
        _conversation_key(),
        Column("last_message_at", Moment, nullable=False),
    )
    _create(
        "projection",
        Column("name", CleanText, primary_key=True),
        Column("xid", sa.BigInteger, nullable=False, server_default="0"),
        Column("id", sa.BigInteger, nullable=False, server_default="0"),
        Column("state", Document),
    )


def _create(name: str, *items: Any, counted: bool = False) -> None:
    op.create_table(name, *items, sqlite_autoincrement=counted)


def _index(
    name: str, table: str, *columns: str, where: str | None = None, unique: bool = False
) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(
        name, table, columns, unique=unique, postgresql_where=condition, sqlite_where=condition
    )


def _number(name: str) -> Column[int]:
    return Column(name, sa.Integer, nullable=False, server_default="0")


def _one_of(name: str, *allowed: str) -> Column[str]:
    listed = ", ".join(f"'{value}'" for value in allowed)
    return Column(
        name, sa.Text, CheckConstraint(f"{name} IN ({listed})", name=name), nullable=False
    )


def _of_conversation() -> Column[str]:
    return Column("conversation_id", CleanText, ForeignKey("conversation.id"), nullable=False)


def _conversation_key() -> Column[str]:
    return Column("conversation_id", CleanText, ForeignKey("conversation.id"), primary_key=True)
