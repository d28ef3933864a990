"""What residents give besides words: attachments, and codes that lead on to WhatsApp."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, ForeignKey

from storage.columns import CleanText, Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "webchat_attachment",
        Column("id", CleanText, primary_key=True),
        Column("conversation_id", CleanText, ForeignKey("conversation.id"), nullable=False),
        Column("mime_type", CleanText, nullable=False),
        Column("filename", CleanText, nullable=False),
        Column("size", sa.Integer, nullable=False),
        Column("sha256", CleanText, nullable=False),
        Column("content", sa.LargeBinary, nullable=False),
        Column("at", Moment, nullable=False),
    )
    _index("webchat_attachment", "conversation_id")
    _index("webchat_attachment", "at")
    op.create_table(
        "webchat_continuation",
        Column("code_hash", CleanText, primary_key=True),
        Column("conversation_id", CleanText, ForeignKey("conversation.id"), nullable=False),
        Column("created_at", Moment, nullable=False),
        Column("expires_at", Moment, nullable=False),
        Column("used_at", Moment),
    )
    _index("webchat_continuation", "conversation_id")
    _index("webchat_continuation", "expires_at")


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("webchat_continuation")
    op.drop_table("webchat_attachment")


def _index(table: str, column: str) -> None:
    op.create_index(f"ix_{table}_{column}", table, [column])
