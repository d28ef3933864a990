"""Alembic's entry. ``Store.migrate`` passes its open transaction; there is no offline mode."""

from __future__ import annotations

from typing import cast

from alembic import context
from sqlalchemy.engine import Connection

from storage.tables import metadata

context.configure(
    connection=cast(Connection, context.config.attributes["connection"]),
    target_metadata=metadata,
    # SQLite alters a table by copying it.
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
