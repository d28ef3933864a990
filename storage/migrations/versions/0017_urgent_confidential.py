"""Urgent cases with their acknowledgement, confidential conversations, drills."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, ForeignKey

from storage.columns import CleanText, Moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_OPEN = "state IN ('waiting', 'claimed')"


def upgrade() -> None:
    """Add the columns, the tables, and the index by which urgent cases come first."""
    op.add_column("conversation", _flag("confidential"))
    op.add_column("case_", Column("priority", sa.Integer, nullable=False, server_default="1"))
    op.add_column("case_", _flag("confidential"))
    op.add_column("case_", _flag("drill"))
    op.drop_index("ix_case__queue", "case_")
    _partial("ix_case__queue", ["state", "priority", "opened_at", "id"], _OPEN)
    _partial("ix_case__urgent", ["id"], f"priority = 0 AND {_OPEN}")
    op.create_table(
        "case_urgency",
        Column("case_id", sa.Integer, ForeignKey("case_.id"), primary_key=True),
        Column("kind", CleanText, nullable=False),
        Column("since", Moment, nullable=False),
        Column("acknowledged_at", Moment),
        Column("acknowledged_by", sa.Integer, ForeignKey("account.id")),
        Column("alerted_at", Moment),
        Column("alerts", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_table(
        "confidential_access",
        Column("conversation_id", CleanText, ForeignKey("conversation.id"), primary_key=True),
        Column("account_id", sa.Integer, ForeignKey("account.id"), primary_key=True),
        Column("granted_at", Moment, nullable=False),
        Column("granted_by", sa.Integer, ForeignKey("account.id"), nullable=False),
    )
    op.create_index("ix_confidential_access_account_id", "confidential_access", ["account_id"])


def downgrade() -> None:
    """Drop them; what was confidential is then seen by every officer."""
    op.drop_table("confidential_access")
    op.drop_table("case_urgency")
    op.drop_index("ix_case__urgent", "case_")
    op.drop_index("ix_case__queue", "case_")
    _partial("ix_case__queue", ["state", "opened_at", "id"], _OPEN)
    for name in ("drill", "confidential", "priority"):
        op.drop_column("case_", name)
    op.drop_column("conversation", "confidential")


def _flag(name: str) -> Column[bool]:
    return Column(name, sa.Boolean, nullable=False, server_default=sa.false())


def _partial(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "case_", columns, sqlite_where=where, postgresql_where=where)
