"""Where each chat began, for the way from a number in the report to its conversations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, ForeignKey

from storage.columns import CleanText
from storage.tables import BigId

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; the projector fills it when it counts anew."""
    op.create_table(
        "report_begun",
        Column("event_id", BigId, ForeignKey("event.id"), primary_key=True, autoincrement=False),
        Column("date", sa.Date, nullable=False),
        Column("channel", CleanText, nullable=False),
    )
    op.create_index(
        "ix_report_begun_date_channel_event_id", "report_begun", ["date", "channel", "event_id"]
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("report_begun")
