"""Which officers have a conversation open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, ForeignKey

from storage.columns import CleanText, Moment

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "conversation_reader",
        Column("conversation_id", CleanText, ForeignKey("conversation.id"), primary_key=True),
        Column("account_id", sa.Integer, ForeignKey("account.id"), primary_key=True),
        Column("seen_at", Moment, nullable=False),
    )
    op.create_index("ix_conversation_reader_account_id", "conversation_reader", ["account_id"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("conversation_reader")
