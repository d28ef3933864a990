"""What the office files: aggregates, monitoring and evaluation records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, ForeignKey, UniqueConstraint

from storage.columns import CleanText, Document, Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables; everything is counted anew from the log at the next start."""
    _counts()
    _cabinet()
    _evaluations()
    _satisfaction()
    op.execute("DELETE FROM volume_day")
    # Its place is taken by report_chat.
    op.drop_table("volume_open_chat")
    op.execute("DELETE FROM projection WHERE name = 'volume'")


def _counts() -> None:
    op.create_table(
        "report_count",
        Column("date", sa.Date, primary_key=True),
        Column("channel", CleanText, primary_key=True),
        Column("measure", CleanText, primary_key=True),
        Column("key", CleanText, primary_key=True),
        Column("amount", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "report_chat",
        Column("conversation_id", CleanText, ForeignKey("conversation.id"), primary_key=True),
        Column("began_on", sa.Date, nullable=False),
        Column("last_message_at", Moment, nullable=False),
        Column("substantial", sa.Boolean, nullable=False),
        Column("asked_on", sa.Date),
        Column("district", CleanText, nullable=False),
    )
    op.create_table(
        "report_case",
        Column("case_id", sa.Integer, primary_key=True, autoincrement=False),
        Column("opened_at", Moment, nullable=False),
        Column("claimed_at", Moment),
        Column("waited", sa.Boolean, nullable=False),
    )
    op.create_table(
        "report_unanswered",
        Column("event_id", BIG_ID, ForeignKey("event.id"), primary_key=True, autoincrement=False),
        Column("date", sa.Date, nullable=False),
        Column("decision", CleanText, nullable=False),
    )
    op.create_index("ix_report_unanswered_date", "report_unanswered", ["date"])


def _cabinet() -> None:
    op.create_table(
        "office_record",
        Column("id", BIG_ID, primary_key=True),
        Column("kind", CleanText, nullable=False),
        Column("subject", CleanText, nullable=False),
        Column("action", CleanText, nullable=False),
        Column("at", Moment, nullable=False),
        Column("account_id", sa.Integer, ForeignKey("account.id")),
        Column("signed_by", CleanText, nullable=False),
        Column("content", Document, nullable=False),
        Column("previous", CleanText, nullable=False),
        Column("digest", CleanText, nullable=False),
        UniqueConstraint("kind", "subject", "previous"),
        sqlite_autoincrement=True,
    )
    made = sa.text("action = 'made'")
    op.create_index(
        "uq_office_record_made",
        "office_record",
        ["kind", "subject"],
        unique=True,
        sqlite_where=made,
        postgresql_where=made,
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER office_record_no_{verb} BEFORE {verb.upper()} ON office_record "
                "BEGIN SELECT RAISE(ABORT, 'office records are never changed'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION office_record_is_fixed() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN RAISE EXCEPTION ''office records are never changed'' "
        "USING ERRCODE = ''integrity_constraint_violation''; END'"
    )
    op.execute(
        "CREATE TRIGGER office_record_fixed BEFORE UPDATE OR DELETE ON office_record "
        "FOR EACH ROW EXECUTE FUNCTION office_record_is_fixed()"
    )


def _evaluations() -> None:
    op.create_table(
        "evaluation",
        Column("id", sa.Integer, primary_key=True),
        Column("first", sa.Date, nullable=False),
        Column("last", sa.Date, nullable=False),
        Column("opened_at", Moment, nullable=False),
        Column("participants", Document, nullable=False),
        Column("findings", Document, nullable=False),
        Column("number", CleanText, nullable=False),
        UniqueConstraint("first", "last"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "follow_up",
        Column("id", sa.Integer, primary_key=True),
        Column("evaluation_id", sa.Integer, ForeignKey("evaluation.id"), nullable=False),
        Column("task", CleanText, nullable=False),
        Column("owner", CleanText, nullable=False),
        Column("due", sa.Date, nullable=False),
        Column("state", CleanText, nullable=False),
        Column("state_at", Moment, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_follow_up_evaluation_id", "follow_up", ["evaluation_id"])


def _satisfaction() -> None:
    op.create_table(
        "satisfaction",
        Column("id", BIG_ID, primary_key=True),
        Column("date", sa.Date, nullable=False),
        *(Column(f"u{element}", sa.Integer, nullable=False) for element in range(1, 10)),
        Column("entered_by", sa.Integer, ForeignKey("account.id"), nullable=False),
        Column("entered_at", Moment, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_satisfaction_date", "satisfaction", ["date"])
