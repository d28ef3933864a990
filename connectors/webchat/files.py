"""Attachments of the widget: what kinds are taken, told by their content and not by their name."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from connectors.webchat.inbound import CHANNEL, checked_message_id
from foundation.errors import BadMessageError, MessageTooLongError, NotFoundError
from storage import Attachment, Inbound, Transaction, get_attachment, read_events

FILE_LIMIT = 5 * 1024 * 1024
"""Bytes of one file."""

TALK_LIMIT = 25 * 1024 * 1024
"""Bytes of all files of one conversation."""

_NAME_LIMIT = 100
_SENDERS = ("user", "officer")
_SIGNS = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png", ".png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg", ".jpg"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp", ".webp"),
    (re.compile(rb"%PDF-\d"), "application/pdf", ".pdf"),
)
"""First bytes of a file. SVG and HTML are no pictures here: they can carry programs."""


@dataclass(frozen=True)
class IncomingFile:
    """A checked file. ``filename`` has the ending that belongs to its content."""

    mime_type: str
    filename: str
    content: bytes

    @property
    def kind(self) -> str:
        """``image`` or ``document``, as the other channels call it."""
        return "image" if self.mime_type.startswith("image/") else "document"


def check_file(content: bytes, name: str) -> IncomingFile:
    """Return the file as it will be kept.

    Raises ``BadMessageError`` for an empty file or one of a kind that is not taken, and
    ``MessageTooLongError`` over ``FILE_LIMIT``.
    """
    if len(content) > FILE_LIMIT:
        raise too_large(f"file of {len(content)} bytes")
    for sign, mime_type, ending in _SIGNS:
        if sign.match(content):
            return IncomingFile(mime_type, _clean_name(name, ending), content)
    raise BadMessageError(
        "file of an unknown kind",
        reader_text="Berkas ini tidak dapat diterima. Kirim gambar (JPG, PNG, WEBP) atau PDF.",
    )


def too_large(detail: str) -> MessageTooLongError:
    """Return the error for a file, or files, over a limit."""
    return MessageTooLongError(
        detail, reader_text="Berkas terlalu besar. Batasnya 5 MB tiap berkas, 25 MB seluruhnya."
    )


def file_message(
    file: IncomingFile, *, attachment_id: str, message_id: str, conversation_id: str, now: datetime
) -> Inbound:
    """Return the message that brings the file. Raises ``BadMessageError`` for a bad id."""
    return Inbound(
        channel=CHANNEL,
        channel_message_id=f"{conversation_id}:{checked_message_id(message_id)}",
        conversation=conversation_id,
        kind="media",
        text="",
        payload=None,
        media={
            "kind": file.kind,
            "mime_type": file.mime_type,
            "filename": file.filename,
            "size": len(file.content),
            "attachment": attachment_id,
        },
        sent_at=now,
    )


def own_file(tx: Transaction, conversation_id: str, seq: int) -> Attachment:
    """Return the file of the conversation's event ``seq``, the resident's or an officer's.

    Raises ``NotFoundError`` for an event without a file, or one that was erased.
    """
    events = read_events(tx, conversation_id, after=seq - 1, limit=1)
    for event in events:
        media = (event.content or {}).get("media") or {}
        if event.seq == seq and event.type in _SENDERS and media.get("attachment"):
            file = get_attachment(tx, str(media["attachment"]))
            if file.conversation == conversation_id:
                return file
    raise NotFoundError(f"event {seq} has no file for its resident")


def _clean_name(name: str, ending: str) -> str:
    # Cut first: a run of marks is put in order in quadratic time.
    stem = (
        unicodedata.normalize("NFC", name[-4 * _NAME_LIMIT :]).replace("\\", "/").rsplit("/", 1)[-1]
    )
    stem = stem.rsplit(".", 1)[0] if "." in stem else stem
    stem = "".join(letter for letter in stem if letter.isalnum() or letter in " -_().")
    return (stem.strip(" .")[:_NAME_LIMIT] or "berkas") + ending
