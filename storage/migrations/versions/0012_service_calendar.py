"""The office's calendar, version by version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, ForeignKey

from storage.columns import CleanText, Document, Moment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "service_calendar",
        Column("id", sa.Integer, primary_key=True),
        Column("content", Document, nullable=False),
        Column("note", CleanText, nullable=False),
        Column("at", Moment, nullable=False),
        Column("changed_by", sa.Integer, ForeignKey("account.id"), nullable=False),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("service_calendar")
