"""Learning from the log: the inbox of turns, judgements, doubtful labels."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKey

from storage.columns import CleanText, Document, Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _turns()
    _judgements()
    op.create_table(
        "label_doubt",
        Column("id", _BIG, primary_key=True),
        Column("found_at", Moment, nullable=False),
        Column("file", CleanText, nullable=False),
        Column("line", sa.Integer, nullable=False),
        Column("text", CleanText, nullable=False),
        Column("label", CleanText, nullable=False),
        Column("other", CleanText, nullable=False),
        Column("own_probability", sa.Float, nullable=False),
        Column("other_probability", sa.Float, nullable=False),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("label_doubt")
    op.drop_table("learning_judgement")
    op.drop_table("learning_turn")


def _turns() -> None:
    op.create_table(
        "learning_turn",
        Column("event_id", _BIG, ForeignKey("event.id"), primary_key=True, autoincrement=False),
        Column("said_id", _BIG, ForeignKey("event.id")),
        Column("conversation_id", CleanText, ForeignKey("conversation.id"), nullable=False),
        Column("turn_id", CleanText, nullable=False),
        Column("at", Moment, nullable=False),
        Column("channel", CleanText, nullable=False),
        Column("bundle", CleanText, nullable=False),
        Column("intent", CleanText, nullable=False),
        Column("confidence", sa.Float, nullable=False),
        Column("ranking", Document, nullable=False),
        Column("nlu_decision", CleanText, nullable=False),
        Column("resolved", CleanText, nullable=False),
        Column("how", CleanText, nullable=False),
        Column("decision", CleanText, nullable=False),
        Column("handed_over", sa.Boolean, nullable=False),
        Column("thumb", CleanText, nullable=False),
        Column("real_intent", CleanText, nullable=False),
        Column("control", sa.Boolean, nullable=False),
        Column("fingerprint", CleanText, nullable=False),
        Column("disagrees", sa.Boolean, nullable=False),
        Column("group_id", _BIG),
        Column("group_size", sa.Integer, nullable=False),
        Column("place", sa.Integer),
    )
    for column in ("turn_id", "at", "fingerprint", "group_id"):
        op.create_index(f"ix_learning_turn_{column}", "learning_turn", [column])
    placed = sa.text("place IS NOT NULL")
    op.create_index(
        "ix_learning_turn_place",
        "learning_turn",
        ["place"],
        sqlite_where=placed,
        postgresql_where=placed,
    )


def _judgements() -> None:
    op.create_table(
        "learning_judgement",
        Column("id", _BIG, primary_key=True),
        Column("event_id", _BIG, ForeignKey("event.id"), nullable=False),
        Column("account_id", sa.Integer, ForeignKey("account.id"), nullable=False),
        Column("at", Moment, nullable=False),
        Column("round", sa.Integer, nullable=False),
        Column(
            "verdict",
            sa.Text,
            CheckConstraint("verdict IN ('labelled', 'skipped')", name="verdict"),
            nullable=False,
        ),
        Column("label", CleanText, nullable=False),
        Column("batch", CleanText, nullable=False),
        Column("edit_id", sa.Integer),
        Column("awaits", sa.Boolean, nullable=False),
        Column("undone_at", Moment),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_learning_judgement_event_id", "learning_judgement", ["event_id"])
    op.create_index("ix_learning_judgement_batch", "learning_judgement", ["batch"])
    op.create_index(
        "ix_learning_judgement_account_id_id", "learning_judgement", ["account_id", "id"]
    )
    awaits = sa.text("awaits")
    op.create_index(
        "ix_learning_judgement_awaits",
        "learning_judgement",
        ["id"],
        sqlite_where=awaits,
        postgresql_where=awaits,
    )
    valid = sa.text("undone_at IS NULL")
    op.create_index(
        "uq_learning_judgement_round",
        "learning_judgement",
        ["event_id", "round"],
        unique=True,
        sqlite_where=valid,
        postgresql_where=valid,
    )
