"""Tables of learning from the log: the inbox of turns and what staff judged.

They join ``storage.tables.metadata``. No table holds a resident's words: those stay in
``event_content``, whose erasure takes them out of every queue.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index

from storage.columns import CleanText, Document, Moment
from storage.tables import BigId, metadata

_PLACED = sa.text("place IS NOT NULL")
_AWAITS = sa.text("awaits")
_VALID = sa.text("undone_at IS NULL")

# One understood message, projected from the log and rebuilt from it. ``event_id`` is the event
# ``understood``, ``said_id`` the event with the words. ``resolved`` is what the message meant in
# its conversation, ``decision`` that of the whole turn. The last four are found by the periodic
# look at all open turns; ``place`` is the rank by information among those that wait for eyes.
learning_turn: Final = sa.Table(
    "learning_turn",
    metadata,
    Column("event_id", BigId, ForeignKey("event.id"), primary_key=True, autoincrement=False),
    Column("said_id", BigId, ForeignKey("event.id")),
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
    Column("group_id", BigId),
    Column("group_size", sa.Integer, nullable=False),
    Column("place", sa.Integer),
    Index(None, "turn_id"),
    Index(None, "at"),
    Index(None, "fingerprint"),
    Index(None, "group_id"),
    Index("ix_learning_turn_place", "place", sqlite_where=_PLACED, postgresql_where=_PLACED),
)

# What a member of staff said of a turn. ``round`` 2 is the second pair of eyes, 3 settles a
# difference; rows of one action share ``batch`` and are taken back together. ``edit_id`` is the
# training example that came of it; ``awaits`` that another person is to look at it as well.
learning_judgement: Final = sa.Table(
    "learning_judgement",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("event_id", BigId, ForeignKey("event.id"), nullable=False),
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
    Index(None, "event_id"),
    Index(None, "batch"),
    Index(None, "account_id", "id"),
    Index("ix_learning_judgement_awaits", "id", sqlite_where=_AWAITS, postgresql_where=_AWAITS),
    Index(
        "uq_learning_judgement_round",
        "event_id",
        "round",
        unique=True,
        sqlite_where=_VALID,
        postgresql_where=_VALID,
    ),
    sqlite_autoincrement=True,
)

# Examples of the training files whose label may be wrong, as the last look found them.
label_doubt: Final = sa.Table(
    "label_doubt",
    metadata,
    Column("id", BigId, primary_key=True),
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
