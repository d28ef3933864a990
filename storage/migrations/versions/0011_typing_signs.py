"""Who is typing right now, beside the log."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKey

from storage.columns import CleanText
from storage.tables import BigId

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "typing_sign",
        Column("id", BigId, primary_key=True),
        Column("conversation_id", CleanText, ForeignKey("conversation.id"), nullable=False),
        Column("typist", CleanText, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_typing_sign_conversation_id", "typing_sign", ["conversation_id"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("typing_sign")
