"""Since when a resident is written to in one go: what Meta's pair limit counts from."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column

from storage.columns import Moment

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("whatsapp_contact", Column("pair_since", Moment))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("whatsapp_contact", "pair_since")
