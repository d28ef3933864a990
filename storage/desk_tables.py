"""Tables of the officers' desk: presence, offers, canned replies, alerts, toggle, audit.

They join ``storage.tables.metadata``. None of them holds a resident's words: internal notes are
events, whose content is erased with the conversation.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, UniqueConstraint

from storage.columns import CleanText, Document, Moment
from storage.tables import BigId, metadata

# Whether an officer takes cases. ``seen_at`` is the last sign of life of any of their consoles.
presence: Final = sa.Table(
    "officer_presence",
    metadata,
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

# Who has which conversation open at the desk, for about a minute without a new sign.
reader: Final = sa.Table(
    "conversation_reader",
    metadata,
    Column("conversation_id", CleanText, ForeignKey("conversation.id"), primary_key=True),
    Column("account_id", sa.Integer, ForeignKey("account.id"), primary_key=True),
    Column("seen_at", Moment, nullable=False),
    Index(None, "account_id"),
)

# A waiting case shown to one officer first. A row that is past ``until`` remembers that the
# officer let it pass; the rows of a case go when it is claimed or closed.
offer: Final = sa.Table(
    "case_offer",
    metadata,
    Column("case_id", sa.Integer, ForeignKey("case_.id"), primary_key=True),
    Column("officer_id", sa.Integer, ForeignKey("account.id"), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Index(None, "officer_id"),
)

# Beyond the life of a case: which one it takes up again, whether the resident was asked if it is
# still wanted, whether an alert was raised.
care: Final = sa.Table(
    "case_care",
    metadata,
    Column("case_id", sa.Integer, ForeignKey("case_.id"), primary_key=True),
    Column("previous_id", sa.Integer, ForeignKey("case_.id")),
    Column("asked_at", Moment),
    Column("alerted_at", Moment),
)

label: Final = sa.Table(
    "case_label",
    metadata,
    Column("case_id", sa.Integer, ForeignKey("case_.id"), primary_key=True),
    Column("label", CleanText, primary_key=True),
    Index(None, "label"),
)

canned_reply: Final = sa.Table(
    "canned_reply",
    metadata,
    Column("id", sa.Integer, primary_key=True),
    Column("title", CleanText, nullable=False),
    Column("text", CleanText, nullable=False),
    Column("active", sa.Boolean, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", sa.Integer, ForeignKey("account.id"), nullable=False),
    UniqueConstraint("title"),
    sqlite_autoincrement=True,
)

# The service-wide toggle; the newest row is in force.
switch: Final = sa.Table(
    "service_switch",
    metadata,
    Column("id", sa.Integer, primary_key=True),
    Column("off", sa.Boolean, nullable=False),
    Column("announcement", CleanText, nullable=False),
    Column("at", Moment, nullable=False),
    Column("changed_by", sa.Integer, ForeignKey("account.id"), nullable=False),
    sqlite_autoincrement=True,
)

# The office's calendar, in the form of ``kalender.yml``; the newest row is in force, and before
# the first one the file is.
service_calendar: Final = sa.Table(
    "service_calendar",
    metadata,
    Column("id", sa.Integer, primary_key=True),
    Column("content", Document, nullable=False),
    Column("note", CleanText, nullable=False),
    Column("at", Moment, nullable=False),
    Column("changed_by", sa.Integer, ForeignKey("account.id"), nullable=False),
    sqlite_autoincrement=True,
)

# What staff did outside conversations: signing in, switching, changing what others rely on.
audit: Final = sa.Table(
    "audit",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("account_id", sa.Integer, ForeignKey("account.id")),
    Column("action", sa.Text, nullable=False),
    Column("data", Document, nullable=False),
    Index(None, "at"),
    Index(None, "account_id", "at"),
    sqlite_autoincrement=True,
)
