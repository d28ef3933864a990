"""Tables of bundles: what was trained, which one answers, training jobs, gates, withdrawn answers.

They join ``storage.tables.metadata``. None of them holds a resident's words: a change that a
candidate would make points to the event.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, UniqueConstraint

from storage.columns import CleanText, Document, Moment
from storage.tables import BigId, metadata

# A trained bundle. ``stored``: all of its files are in bundle_chunk.
bundle: Final = sa.Table(
    "bundle",
    metadata,
    Column("version", CleanText, primary_key=True),
    Column("inputs", CleanText, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("author", CleanText, nullable=False),
    Column("stored", sa.Boolean, nullable=False),
    # File name -> {"sha256", "size"}; empty until stored.
    Column("files", Document, nullable=False),
    # Figures of its training, for pages and lists.
    Column("summary", Document, nullable=False),
)

bundle_chunk: Final = sa.Table(
    "bundle_chunk",
    metadata,
    Column("version", CleanText, ForeignKey("bundle.version"), primary_key=True),
    Column("file", CleanText, primary_key=True),
    Column("number", sa.Integer, primary_key=True, autoincrement=False),
    Column("sha256", CleanText, nullable=False),
    Column("content", sa.LargeBinary, nullable=False),
)

# Which bundle answers: the newest row. Its id is the epoch. Rows are never changed.
bundle_live: Final = sa.Table(
    "bundle_live",
    metadata,
    Column("id", sa.Integer, primary_key=True),
    Column("version", CleanText, ForeignKey("bundle.version"), nullable=False),
    Column("previous", CleanText),
    Column(
        "kind",
        sa.Text,
        CheckConstraint("kind IN ('start', 'promote', 'rollback')", name="kind"),
        nullable=False,
    ),
    # Empty where no person decided: the first bundle of a fresh installation.
    Column("author", CleanText, nullable=False),
    Column("note", CleanText, nullable=False),
    Column("at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

training_job: Final = sa.Table(
    "training_job",
    metadata,
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
    # 1 while queued or running, else NULL: only one such row can be.
    Column("active", sa.Integer),
    Column("author", CleanText, nullable=False),
    Column("at", Moment, nullable=False),
    Column("params", Document, nullable=False),
    Column("stage", CleanText, nullable=False),
    Column("done", sa.Integer, nullable=False, server_default="0"),
    Column("total", sa.Integer, nullable=False, server_default="0"),
    # Host and process that work on it, and the last sign of life.
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

# A candidate measured against the bundle that was live.
bundle_gate: Final = sa.Table(
    "bundle_gate",
    metadata,
    Column("id", sa.Integer, primary_key=True),
    Column("version", CleanText, ForeignKey("bundle.version"), nullable=False),
    Column("against", CleanText, nullable=False),
    Column("at", Moment, nullable=False),
    Column("passed", sa.Boolean, nullable=False),
    Column("result", Document, nullable=False),
    Index(None, "version", "id"),
    sqlite_autoincrement=True,
)

# A past message that the candidate would take otherwise, and what a person thinks of it.
replay_change: Final = sa.Table(
    "replay_change",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("gate_id", sa.Integer, ForeignKey("bundle_gate.id"), nullable=False),
    Column("event_id", BigId, ForeignKey("event.id"), nullable=False),
    # How many messages of the time read the same.
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
    Index(None, "gate_id", "id"),
    sqlite_autoincrement=True,
)

# ``active`` is 1 until the answer is given again, else NULL.
answer_withdrawal: Final = sa.Table(
    "answer_withdrawal",
    metadata,
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

# Which conversations were given which answer; written behind the log.
answer_given: Final = sa.Table(
    "answer_given",
    metadata,
    Column("label", CleanText, primary_key=True),
    Column("event_id", BigId, ForeignKey("event.id"), primary_key=True, autoincrement=False),
    Column("conversation_id", CleanText, ForeignKey("conversation.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("bundle", CleanText, nullable=False),
)
