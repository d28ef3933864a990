"""Files that residents attach in the web chat."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from foundation.errors import NotFoundError
from storage.store import Transaction
from storage.webchat_tables import attachment


@dataclass(frozen=True)
class Attachment:
    """One file. ``size`` is in bytes; ``mime_type`` is what its content showed it to be."""

    id: str
    conversation: str
    mime_type: str
    filename: str
    size: int
    at: datetime
    content: bytes = field(repr=False)


def save_attachment(
    tx: Transaction,
    *,
    attachment_id: str,
    conversation_id: str,
    mime_type: str,
    filename: str,
    content: bytes,
) -> None:
    """Keep a file of the conversation."""
    tx.connection.execute(
        sa.insert(attachment).values(
            id=attachment_id,
            conversation_id=conversation_id,
            mime_type=mime_type,
            filename=filename,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            content=content,
            at=tx.now,
        )
    )


def get_attachment(tx: Transaction, attachment_id: str) -> Attachment:
    """Return the file. Raises :class:`NotFoundError`."""
    row = tx.connection.execute(
        sa.select(attachment).where(attachment.c.id == attachment_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"attachment {attachment_id[:40]!r}")
    return Attachment(
        id=row.id,
        conversation=row.conversation_id,
        mime_type=row.mime_type,
        filename=row.filename,
        size=row.size,
        at=row.at,
        content=bytes(row.content),
    )


def attached_bytes(tx: Transaction, conversation_id: str) -> int:
    """Return how many bytes the conversation's files take."""
    total = tx.connection.execute(
        sa.select(sa.func.coalesce(sa.func.sum(attachment.c.size), 0)).where(
            attachment.c.conversation_id == conversation_id
        )
    ).scalar_one()
    return int(total)
