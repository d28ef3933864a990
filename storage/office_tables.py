"""Tables of what the office counts and files. Nothing here names a resident.

They join ``storage.tables.metadata``. Counts are projected from the log and can be thrown away;
``office_record`` is the filing cabinet: rows are added, never changed and never removed, which the
database itself holds.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, UniqueConstraint

from storage.columns import CleanText, Document, Moment
from storage.tables import BigId, metadata

# One number: what (``measure``) of which sort (``key``, may be empty) on a WIB day and channel.
report_count: Final = sa.Table(
    "report_count",
    metadata,
    Column("date", sa.Date, primary_key=True),
    Column("channel", CleanText, primary_key=True),
    Column("measure", CleanText, primary_key=True),
    Column("key", CleanText, primary_key=True),
    Column("amount", sa.BigInteger, nullable=False),
)

# What the projector remembers of a conversation's present chat.
report_chat: Final = sa.Table(
    "report_chat",
    metadata,
    Column("conversation_id", CleanText, ForeignKey("conversation.id"), primary_key=True),
    Column("began_on", sa.Date, nullable=False),
    Column("last_message_at", Moment, nullable=False),
    Column("substantial", sa.Boolean, nullable=False),
    # The WIB day on which the assistant asked something that nobody answered yet.
    Column("asked_on", sa.Date),
    Column("district", CleanText, nullable=False),
)

# What the projector remembers of a case until it is closed.
report_case: Final = sa.Table(
    "report_case",
    metadata,
    Column("case_id", sa.Integer, primary_key=True, autoincrement=False),
    Column("opened_at", Moment, nullable=False),
    Column("claimed_at", Moment),
    Column("waited", sa.Boolean, nullable=False),
)

# Turns that got no answer; the words themselves stay in ``event_content`` and are erased there.
report_unanswered: Final = sa.Table(
    "report_unanswered",
    metadata,
    Column("event_id", BigId, ForeignKey("event.id"), primary_key=True, autoincrement=False),
    Column("date", sa.Date, nullable=False, index=True),
    Column("decision", CleanText, nullable=False),
)

# Where each chat began: the way from a number in the report to the conversations behind it.
report_begun: Final = sa.Table(
    "report_begun",
    metadata,
    Column("event_id", BigId, ForeignKey("event.id"), primary_key=True, autoincrement=False),
    Column("date", sa.Date, nullable=False),
    Column("channel", CleanText, nullable=False),
    Index(None, "date", "channel", "event_id"),
)

_FIRST = sa.text("action = 'made'")

# ``subject`` is the day or period; ``digest`` covers the row and ``previous``, the digest of the
# row before it of the same kind and subject, so that a change from outside shows.
office_record: Final = sa.Table(
    "office_record",
    metadata,
    Column("id", BigId, primary_key=True),
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
    Index(
        "uq_office_record_made",
        "kind",
        "subject",
        unique=True,
        sqlite_where=_FIRST,
        postgresql_where=_FIRST,
    ),
    sqlite_autoincrement=True,
)

# An evaluation while it is written; when approved, its document goes into ``office_record``.
evaluation: Final = sa.Table(
    "evaluation",
    metadata,
    Column("id", sa.Integer, primary_key=True),
    Column("first", sa.Date, nullable=False),
    Column("last", sa.Date, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("participants", Document, nullable=False),
    Column("findings", Document, nullable=False),
    # Empty until it is approved.
    Column("number", CleanText, nullable=False),
    UniqueConstraint("first", "last"),
    sqlite_autoincrement=True,
)

follow_up: Final = sa.Table(
    "follow_up",
    metadata,
    Column("id", sa.Integer, primary_key=True),
    Column("evaluation_id", sa.Integer, ForeignKey("evaluation.id"), nullable=False, index=True),
    Column("task", CleanText, nullable=False),
    Column("owner", CleanText, nullable=False),
    Column("due", sa.Date, nullable=False),
    Column("state", CleanText, nullable=False),
    Column("state_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

# One filled questionnaire of the Indeks Kepuasan Masyarakat; no name, no number. Where
# ``entered_by`` is empty the resident filled it in on the site; ``form_key`` then keeps a form that
# is sent twice from counting twice.
satisfaction: Final = sa.Table(
    "satisfaction",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("date", sa.Date, nullable=False, index=True),
    *(Column(f"u{element}", sa.Integer, nullable=False) for element in range(1, 10)),
    Column("entered_by", sa.Integer, ForeignKey("account.id")),
    Column("entered_at", Moment, nullable=False),
    Column("form_key", CleanText),
    Column("profile", Document),
    Column("suggestion", CleanText),
    Index("uq_satisfaction_form_key", "form_key", unique=True),
    sqlite_autoincrement=True,
)

# Whether residents find the questionnaire on the site; the newest row is in force.
questionnaire_switch: Final = sa.Table(
    "questionnaire_switch",
    metadata,
    Column("id", sa.Integer, primary_key=True),
    Column("is_open", sa.Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("changed_by", sa.Integer, ForeignKey("account.id"), nullable=False),
    sqlite_autoincrement=True,
)

_UNCHANGEABLE_SQLITE = (
    "CREATE TRIGGER office_record_no_{verb} BEFORE {upper} ON office_record "
    "BEGIN SELECT RAISE(ABORT, 'office records are never changed'); END"
)
_UNCHANGEABLE_POSTGRESQL = (
    "CREATE FUNCTION office_record_is_fixed() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN RAISE EXCEPTION ''office records are never changed'' "
    "USING ERRCODE = ''integrity_constraint_violation''; END'",
    "CREATE TRIGGER office_record_fixed BEFORE UPDATE OR DELETE ON office_record "
    "FOR EACH ROW EXECUTE FUNCTION office_record_is_fixed()",
)


def _after_create(statement: str, *, dialect: str) -> None:
    rule = sa.DDL(statement)  # type: ignore[no-untyped-call]
    sa.event.listen(office_record, "after_create", rule.execute_if(dialect=dialect))


for _verb in ("update", "delete"):
    _after_create(_UNCHANGEABLE_SQLITE.format(verb=_verb, upper=_verb.upper()), dialect="sqlite")
for _statement in _UNCHANGEABLE_POSTGRESQL:
    _after_create(_statement, dialect="postgresql")
