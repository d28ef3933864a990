"""Tables of the WhatsApp channel alone; the message itself lives in inbox, outbox and events.

They join ``storage.tables.metadata``. Everything that names a person is erased by
:func:`storage.forget_resident`.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, UniqueConstraint

from storage.columns import CleanText, Document, Moment
from storage.tables import CONTENT, EXPORTED_AS, IDENTITY, PERSONAL, BigId, metadata

# Every number and business-scoped user id by which Meta has named a resident, and the
# conversation that it leads to.
alias: Final = sa.Table(
    "whatsapp_alias",
    metadata,
    Column("alias", CleanText, primary_key=True),
    Column("conversation_id", CleanText, ForeignKey("conversation.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    info={PERSONAL: IDENTITY},
)

# Who the resident is now, as far as Meta tells.
contact: Final = sa.Table(
    "whatsapp_contact",
    metadata,
    Column("conversation_id", CleanText, ForeignKey("conversation.id"), primary_key=True),
    Column("user_id", CleanText),
    Column("wa_id", CleanText),
    Column("name", CleanText, nullable=False),
    Column("username", CleanText, nullable=False),
    # A number that the resident gave on request; the channel does not vouch for it.
    Column("phone", CleanText),
    Column("opted_out_at", Moment),
    # Where the pair limit stands: when the messages that left in one go are paid off, and since
    # when they leave.
    Column("pair_at", Moment),
    Column("pair_since", Moment),
    # The conversations of one resident are found by what Meta names them.
    Index(None, "user_id"),
    Index(None, "wa_id"),
    info={PERSONAL: IDENTITY, EXPORTED_AS: "whatsapp"},
)

# The state of our own business number, shared by all processes that send.
line: Final = sa.Table(
    "whatsapp_line",
    metadata,
    Column("phone_number_id", CleanText, primary_key=True),
    Column("stopped_code", CleanText),
    Column("stopped_at", Moment),
    # Fingerprint of the access token with which it was stopped.
    Column("token_mark", CleanText),
    Column("probe_at", Moment),
    Column("paused_until", Moment),
    Column("strikes", sa.Integer, nullable=False, server_default="0"),
)

# What came before the message that it is about: statuses and revocations of unknown ids.
waiting: Final = sa.Table(
    "whatsapp_waiting",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("wamid", CleanText, nullable=False),
    Column("kind", CleanText, nullable=False),
    Column("data", Document, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("wamid", "kind"),
    Index(None, "at"),
    sqlite_autoincrement=True,
)

# What Meta charges for, one row for each attempt that a status with a price was about.
charge: Final = sa.Table(
    "whatsapp_charge",
    metadata,
    Column("attempt_id", CleanText, ForeignKey("outbox_attempt.id"), primary_key=True),
    Column("category", CleanText, nullable=False),
    Column("type", CleanText, nullable=False),
    Column("delivered_at", Moment),
    Index(
        "ix_whatsapp_charge_delivered",
        "delivered_at",
        sqlite_where=sa.text("delivered_at IS NOT NULL"),
        postgresql_where=sa.text("delivered_at IS NOT NULL"),
    ),
)

# Files that an officer asked for, kept for a limited time.
media: Final = sa.Table(
    "whatsapp_media",
    metadata,
    Column("media_id", CleanText, primary_key=True),
    Column("conversation_id", CleanText, ForeignKey("conversation.id"), nullable=False, index=True),
    Column("mime_type", CleanText, nullable=False),
    Column("filename", CleanText, nullable=False),
    Column("sha256", CleanText, nullable=False),
    Column("content", sa.LargeBinary, nullable=False),
    Column("at", Moment, nullable=False, index=True),
    info={PERSONAL: CONTENT, EXPORTED_AS: "whatsapp_files"},
)
