"""When each sign of typing was given, for those who ask now and then instead of listening."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKey

from storage.columns import CleanText, Moment
from storage.tables import BigId

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _make(*more: Column[object]) -> None:
    # The signs of before passed long ago, so nothing is carried over.
    op.drop_table("typing_sign")
    op.create_table(
        "typing_sign",
        Column("id", BigId, primary_key=True),
        Column("conversation_id", CleanText, ForeignKey("conversation.id"), nullable=False),
        Column("typist", CleanText, nullable=False),
        *more,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_typing_sign_conversation_id", "typing_sign", ["conversation_id"])


def upgrade() -> None:
    """Make the table anew with the moment."""
    _make(Column("at", Moment, nullable=False))


def downgrade() -> None:
    """Make the table anew without it."""
    _make()
