"""The data studio's overlay over the files in git."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import CheckConstraint, Column

from storage.columns import CleanText, Document, Moment
from storage.tables import BigId

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    kinds = "kind IN ('example', 'label', 'answer', 'lexicon')"
    op.create_table(
        "studio_edits",
        Column("id", BigId, primary_key=True),
        Column("kind", sa.Text, CheckConstraint(kinds, name="kind"), nullable=False),
        Column("key", CleanText, nullable=False),
        Column("body", Document, nullable=False),
        Column("author", CleanText, nullable=False),
        Column("at", Moment, nullable=False),
        Column(
            "state",
            sa.Text,
            CheckConstraint("state IN ('active', 'undone')", name="state"),
            nullable=False,
        ),
        Column("note", CleanText, nullable=False),
        Column("undone_by", CleanText),
        Column("undone_at", Moment),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_studio_edits_kind_state_id", "studio_edits", ["kind", "state", "id"])
    op.create_index("ix_studio_edits_key", "studio_edits", ["key"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("studio_edits")
