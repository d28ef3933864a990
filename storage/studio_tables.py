"""Tables of the data studio: what staff changed over the files in git.

They join ``storage.tables.metadata``. Texts that came from residents are masked before they are
written here.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, Index

from storage.columns import CleanText, Document, Moment
from storage.tables import BigId, metadata

# An overlay over the files. Rows are added and never changed, but for being undone.
studio_edits: Final = sa.Table(
    "studio_edits",
    metadata,
    Column("id", BigId, primary_key=True),
    Column(
        "kind",
        sa.Text,
        CheckConstraint("kind IN ('example', 'label', 'answer', 'lexicon')", name="kind"),
        nullable=False,
    ),
    # What it is about: a text, a label, a table of the lexicon.
    Column("key", CleanText, nullable=False),
    Column("body", Document, nullable=False),
    # The sign-in name of whoever made it.
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
    Index(None, "kind", "state", "id"),
    Index(None, "key"),
    sqlite_autoincrement=True,
)
