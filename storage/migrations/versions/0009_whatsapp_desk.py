"""Indexes for the desk: a resident's conversations on WhatsApp, replies that failed for good."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_whatsapp_contact_user_id", "whatsapp_contact", ["user_id"])
    op.create_index("ix_whatsapp_contact_wa_id", "whatsapp_contact", ["wa_id"])
    failed = sa.text("state = 'failed'")
    op.create_index(
        "ix_outbox_failed",
        "outbox",
        ["channel", "state_at"],
        sqlite_where=failed,
        postgresql_where=failed,
    )
