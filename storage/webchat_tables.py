"""Tables of the web chat: what residents attach, codes that lead on to WhatsApp, who is typing.

They join ``storage.tables.metadata``; :func:`storage.erase_content` empties all of a resident.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey

from storage.columns import CleanText, Moment
from storage.tables import CONTENT, EXPORTED_AS, PERSONAL, BigId, metadata

# A file as it came. The id is unguessable; who may fetch it is a rule of ``web``.
attachment: Final = sa.Table(
    "webchat_attachment",
    metadata,
    Column("id", CleanText, primary_key=True),
    Column("conversation_id", CleanText, ForeignKey("conversation.id"), nullable=False, index=True),
    Column("mime_type", CleanText, nullable=False),
    Column("filename", CleanText, nullable=False),
    Column("size", sa.Integer, nullable=False),
    Column("sha256", CleanText, nullable=False),
    Column("content", sa.LargeBinary, nullable=False),
    Column("at", Moment, nullable=False, index=True),
    info={PERSONAL: CONTENT, EXPORTED_AS: "files"},
)

# Only the code's hash is kept: who reads the table cannot continue anybody's talk.
continuation: Final = sa.Table(
    "webchat_continuation",
    metadata,
    Column("code_hash", CleanText, primary_key=True),
    Column("conversation_id", CleanText, ForeignKey("conversation.id"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("used_at", Moment),
    info={PERSONAL: CONTENT},
)

# Signs of typing, for a few seconds; no words. At most three rows a conversation.
typing_sign: Final = sa.Table(
    "typing_sign",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("conversation_id", CleanText, ForeignKey("conversation.id"), nullable=False, index=True),
    Column("typist", CleanText, nullable=False),
    Column("at", Moment, nullable=False),
    sqlite_autoincrement=True,
    info={PERSONAL: CONTENT},
)
