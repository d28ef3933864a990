"""The tables of the WhatsApp channel."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, ForeignKey, UniqueConstraint

from storage.columns import CleanText, Document, Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _people()
    _line()
    _charges()
    _media()


def _people() -> None:
    op.create_table(
        "whatsapp_alias",
        Column("alias", CleanText, primary_key=True),
        Column("conversation_id", CleanText, ForeignKey("conversation.id"), nullable=False),
        Column("at", Moment, nullable=False),
    )
    op.create_index("ix_whatsapp_alias_conversation_id", "whatsapp_alias", ["conversation_id"])
    op.create_table(
        "whatsapp_contact",
        Column("conversation_id", CleanText, ForeignKey("conversation.id"), primary_key=True),
        Column("user_id", CleanText),
        Column("wa_id", CleanText),
        Column("name", CleanText, nullable=False),
        Column("username", CleanText, nullable=False),
        Column("phone", CleanText),
        Column("opted_out_at", Moment),
        Column("pair_at", Moment),
    )


def _line() -> None:
    op.create_table(
        "whatsapp_line",
        Column("phone_number_id", CleanText, primary_key=True),
        Column("stopped_code", CleanText),
        Column("stopped_at", Moment),
        Column("token_mark", CleanText),
        Column("probe_at", Moment),
        Column("paused_until", Moment),
        Column("strikes", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_table(
        "whatsapp_waiting",
        Column("id", BIG_ID, primary_key=True),
        Column("wamid", CleanText, nullable=False),
        Column("kind", CleanText, nullable=False),
        Column("data", Document, nullable=False),
        Column("at", Moment, nullable=False),
        UniqueConstraint("wamid", "kind"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_whatsapp_waiting_at", "whatsapp_waiting", ["at"])


def _charges() -> None:
    op.create_table(
        "whatsapp_charge",
        Column("attempt_id", CleanText, ForeignKey("outbox_attempt.id"), primary_key=True),
        Column("category", CleanText, nullable=False),
        Column("type", CleanText, nullable=False),
        Column("delivered_at", Moment),
    )
    delivered = sa.text("delivered_at IS NOT NULL")
    op.create_index(
        "ix_whatsapp_charge_delivered",
        "whatsapp_charge",
        ["delivered_at"],
        sqlite_where=delivered,
        postgresql_where=delivered,
    )


def _media() -> None:
    op.create_table(
        "whatsapp_media",
        Column("media_id", CleanText, primary_key=True),
        Column("conversation_id", CleanText, ForeignKey("conversation.id"), nullable=False),
        Column("mime_type", CleanText, nullable=False),
        Column("filename", CleanText, nullable=False),
        Column("sha256", CleanText, nullable=False),
        Column("content", sa.LargeBinary, nullable=False),
        Column("at", Moment, nullable=False),
    )
    op.create_index("ix_whatsapp_media_conversation_id", "whatsapp_media", ["conversation_id"])
    op.create_index("ix_whatsapp_media_at", "whatsapp_media", ["at"])
