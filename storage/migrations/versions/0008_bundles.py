"""Bundles in the store, which one answers, training jobs, gates, withdrawn answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKey, UniqueConstraint

from storage.columns import CleanText, Document, Moment
from storage.tables import BigId

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _bundles()
    _jobs()
    _gates()
    _answers()


def _bundles() -> None:
    op.create_table(
        "bundle",
        Column("version", CleanText, primary_key=True),
        Column("inputs", CleanText, nullable=False),
        Column("created_at", Moment, nullable=False),
        Column("author", CleanText, nullable=False),
        Column("stored", sa.Boolean, nullable=False),
        Column("files", Document, nullable=False),
        Column("summary", Document, nullable=False),
    )
    op.create_table(
        "bundle_chunk",
        Column("version", CleanText, ForeignKey("bundle.version"), primary_key=True),
        Column("file", CleanText, primary_key=True),
        Column("number", sa.Integer, primary_key=True, autoincrement=False),
        Column("sha256", CleanText, nullable=False),
        Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "bundle_live",
        Column("id", sa.Integer, primary_key=True),
        Column("version", CleanText, ForeignKey("bundle.version"), nullable=False),
        Column("previous", CleanText),
        Column(
            "kind",
            sa.Text,
            CheckConstraint("kind IN ('start', 'promote', 'rollback')", name="kind"),
            nullable=False,
        ),
        Column("author", CleanText, nullable=False),
        Column("note", CleanText, nullable=False),
        Column("at", Moment, nullable=False),
        sqlite_autoincrement=True,
    )


def _jobs() -> None:
    op.create_table(
        "training_job",
        Column("id", sa.Integer, primary_key=True),
        Column(
            "kind",
            sa.Text,
            CheckConstraint("kind IN ('train', 'gate')", name="kind"),
            nullable=False,
        ),
        Column(
            "state",
            sa.Text,
            CheckConstraint(
                "state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"
            ),
            nullable=False,
        ),
        Column("active", sa.Integer),
        Column("author", CleanText, nullable=False),
        Column("at", Moment, nullable=False),
        Column("params", Document, nullable=False),
        Column("stage", CleanText, nullable=False),
        Column("done", sa.Integer, nullable=False, server_default="0"),
        Column("total", sa.Integer, nullable=False, server_default="0"),
        Column("runner", CleanText),
        Column("beat_at", Moment),
        Column("attempts", sa.Integer, nullable=False, server_default="0"),
        Column("cancel_by", CleanText),
        Column("started_at", Moment),
        Column("finished_at", Moment),
        Column("version", CleanText),
        Column("error", CleanText),
        UniqueConstraint("active"),
        sqlite_autoincrement=True,
    )


def _gates() -> None:
    op.create_table(
        "bundle_gate",
        Column("id", sa.Integer, primary_key=True),
        Column("version", CleanText, ForeignKey("bundle.version"), nullable=False),
        Column("against", CleanText, nullable=False),
        Column("at", Moment, nullable=False),
        Column("passed", sa.Boolean, nullable=False),
        Column("result", Document, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_bundle_gate_version_id", "bundle_gate", ["version", "id"])
    op.create_table(
        "replay_change",
        Column("id", BigId, primary_key=True),
        Column("gate_id", sa.Integer, ForeignKey("bundle_gate.id"), nullable=False),
        Column("event_id", BigId, ForeignKey("event.id"), nullable=False),
        Column("times", sa.Integer, nullable=False),
        Column("before", Document, nullable=False),
        Column("after", Document, nullable=False),
        Column(
            "judgement",
            sa.Text,
            CheckConstraint("judgement IN ('better', 'worse', 'same')", name="judgement"),
        ),
        Column("judged_by", CleanText),
        Column("judged_at", Moment),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_replay_change_gate_id_id", "replay_change", ["gate_id", "id"])


def _answers() -> None:
    op.create_table(
        "answer_withdrawal",
        Column("id", sa.Integer, primary_key=True),
        Column("label", CleanText, nullable=False),
        Column("active", sa.Integer),
        Column("reason", CleanText, nullable=False),
        Column("author", CleanText, nullable=False),
        Column("at", Moment, nullable=False),
        Column("restored_by", CleanText),
        Column("restored_at", Moment),
        UniqueConstraint("label", "active"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "answer_given",
        Column("label", CleanText, primary_key=True),
        Column("event_id", BigId, ForeignKey("event.id"), primary_key=True, autoincrement=False),
        Column("conversation_id", CleanText, ForeignKey("conversation.id"), nullable=False),
        Column("at", Moment, nullable=False),
        Column("bundle", CleanText, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("answer_given")
    op.drop_table("answer_withdrawal")
    op.drop_table("replay_change")
    op.drop_table("bundle_gate")
    op.drop_table("training_job")
    op.drop_table("bundle_live")
    op.drop_table("bundle_chunk")
    op.drop_table("bundle")
