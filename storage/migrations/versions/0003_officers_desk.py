"""What the officers' desk keeps: presence, offers, canned replies, the switch, the audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKey, UniqueConstraint

from storage.columns import CleanText, Document, Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _people()
    _cases()
    _office()


def _people() -> None:
    op.create_table(
        "officer_presence",
        Column("account_id", sa.Integer, ForeignKey("account.id"), primary_key=True),
        Column(
            "state",
            sa.Text,
            CheckConstraint("state IN ('siap', 'istirahat', 'keluar')", name="state"),
            nullable=False,
        ),
        Column("capacity", sa.Integer, nullable=False),
        Column("since", Moment, nullable=False),
        Column("seen_at", Moment, nullable=False),
    )


def _cases() -> None:
    op.create_table(
        "case_offer",
        Column("case_id", sa.Integer, ForeignKey("case_.id"), primary_key=True),
        Column("officer_id", sa.Integer, ForeignKey("account.id"), primary_key=True),
        Column("at", Moment, nullable=False),
        Column("until", Moment, nullable=False),
    )
    op.create_index("ix_case_offer_officer_id", "case_offer", ["officer_id"])
    op.create_table(
        "case_care",
        Column("case_id", sa.Integer, ForeignKey("case_.id"), primary_key=True),
        Column("previous_id", sa.Integer, ForeignKey("case_.id")),
        Column("asked_at", Moment),
        Column("alerted_at", Moment),
    )
    op.create_table(
        "case_label",
        Column("case_id", sa.Integer, ForeignKey("case_.id"), primary_key=True),
        Column("label", CleanText, primary_key=True),
    )
    op.create_index("ix_case_label_label", "case_label", ["label"])


def _office() -> None:
    op.create_table(
        "canned_reply",
        Column("id", sa.Integer, primary_key=True),
        Column("title", CleanText, nullable=False),
        Column("text", CleanText, nullable=False),
        Column("active", sa.Boolean, nullable=False),
        Column("changed_at", Moment, nullable=False),
        Column("changed_by", sa.Integer, ForeignKey("account.id"), nullable=False),
        UniqueConstraint("title"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "service_switch",
        Column("id", sa.Integer, primary_key=True),
        Column("off", sa.Boolean, nullable=False),
        Column("announcement", CleanText, nullable=False),
        Column("at", Moment, nullable=False),
        Column("changed_by", sa.Integer, ForeignKey("account.id"), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit",
        Column("id", BIG_ID, primary_key=True),
        Column("at", Moment, nullable=False),
        Column("account_id", sa.Integer, ForeignKey("account.id")),
        Column("action", sa.Text, nullable=False),
        Column("data", Document, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_account_id_at", "audit", ["account_id", "at"])
