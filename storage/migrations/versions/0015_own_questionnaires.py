"""Questionnaires that residents fill in themselves, and the switch of their page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, ForeignKey

from storage.columns import CleanText, Document, Moment
from storage.tables import BigId

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_ELEMENTS = tuple(f"u{element}" for element in range(1, 10))
_OLD = ", ".join(("id", "date", *_ELEMENTS, "entered_by", "entered_at"))


def upgrade() -> None:
    """Let a questionnaire have no member of staff behind it; make the switch."""
    _make_anew(
        Column("entered_by", sa.Integer, ForeignKey("account.id")),
        Column("entered_at", Moment, nullable=False),
        Column("form_key", CleanText),
        Column("profile", Document),
        Column("suggestion", CleanText),
    )
    op.create_index("uq_satisfaction_form_key", "satisfaction", ["form_key"], unique=True)
    op.create_table(
        "questionnaire_switch",
        Column("id", sa.Integer, primary_key=True),
        Column("is_open", sa.Boolean, nullable=False),
        Column("at", Moment, nullable=False),
        Column("changed_by", sa.Integer, ForeignKey("account.id"), nullable=False),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Forget what residents filled in: the table had no place for it."""
    op.drop_table("questionnaire_switch")
    op.execute("DELETE FROM satisfaction WHERE entered_by IS NULL")
    _make_anew(
        Column("entered_by", sa.Integer, ForeignKey("account.id"), nullable=False),
        Column("entered_at", Moment, nullable=False),
    )


def _make_anew(*columns: Column[object]) -> None:
    # SQLite cannot take a NOT NULL away from a column.
    op.execute(f"CREATE TABLE satisfaction_kept AS SELECT {_OLD} FROM satisfaction")  # noqa: S608
    op.drop_table("satisfaction")
    op.create_table(
        "satisfaction",
        Column("id", BigId, primary_key=True),
        Column("date", sa.Date, nullable=False),
        *(Column(element, sa.Integer, nullable=False) for element in _ELEMENTS),
        *columns,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_satisfaction_date", "satisfaction", ["date"])
    op.execute(f"INSERT INTO satisfaction ({_OLD}) SELECT {_OLD} FROM satisfaction_kept")  # noqa: S608
    op.drop_table("satisfaction_kept")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('satisfaction', 'id'), max(id)) FROM satisfaction"
        )
