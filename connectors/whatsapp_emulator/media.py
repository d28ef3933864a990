"""Files: uploaded by the office, or sent by a resident (SPEC sections 5 and 9)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from connectors.whatsapp_emulator.graph_errors import GraphError

LINK_LIVES = timedelta(minutes=5)
RECEIVED_LIVES = timedelta(days=7)
UPLOADED_LIVES = timedelta(days=30)

_MB = 1024 * 1024
RECEIVED_LIMIT = 100 * _MB
LIMITS = {
    "image": 5 * _MB,
    "audio": 16 * _MB,
    "video": 16 * _MB,
    "sticker": 500 * 1000,
    "document": 100 * _MB,
}
"""Bytes that may be uploaded, by kind of message."""

_MIME_TYPES = {
    "image": {"image/jpeg", "image/png"},
    "sticker": {"image/webp"},
    "audio": {"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"},
    "video": {"video/3gpp", "video/mp4"},
    "document": {
        "text/plain",
        "application/pdf",
        "application/msword",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    },
}


def bare_type(mime_type: str) -> str:
    """Return a MIME type without its parameters, in lower case."""
    return mime_type.partition(";")[0].strip().lower()


def kind_of(mime_type: str) -> str | None:
    """Return the kind of message that carries a file of this type, or ``None``."""
    bare = bare_type(mime_type)
    return next((kind for kind, types in _MIME_TYPES.items() if bare in types), None)


@dataclass(frozen=True)
class MediaFile:
    """One stored file."""

    id: str
    content: bytes
    mime_type: str
    filename: str
    expires_at: datetime
    uploaded: bool

    @property
    def digest(self) -> bytes:
        """SHA-256 of the content."""
        return hashlib.sha256(self.content).digest()

    @property
    def sha256_base64(self) -> str:
        """The digest as webhooks carry it."""
        return base64.b64encode(self.digest).decode()


class MediaStore:
    """Files by id, with links that live for five minutes."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._files: dict[str, MediaFile] = {}
        self._links: dict[str, tuple[str, datetime]] = {}

    def upload(self, content: bytes, mime_type: str, filename: str, now: datetime) -> MediaFile:
        """Keep a file of the office. Raises :class:`GraphError` 100 (type) or 131053 (size)."""
        kind = kind_of(mime_type)
        if kind is None:
            raise GraphError(100, f"Param file must be of a supported type, not {mime_type}")
        if not content or len(content) > LIMITS[kind]:
            raise GraphError(131053, f"a file of kind {kind} has 1 to {LIMITS[kind]} bytes")
        return self._keep(content, mime_type, filename, now + UPLOADED_LIVES, uploaded=True)

    def receive(self, content: bytes, mime_type: str, filename: str, now: datetime) -> MediaFile:
        """Keep a file of a resident."""
        return self._keep(content, mime_type, filename, now + RECEIVED_LIVES, uploaded=False)

    def get(self, media_id: str, now: datetime) -> MediaFile:
        """Return a file. Raises :class:`GraphError` 100 when it is unknown or has expired."""
        file = self._files.get(media_id)
        if file is None or now >= file.expires_at:
            raise GraphError(100, f"Object with ID '{media_id}' does not exist", subcode=33)
        return file

    def find(self, media_id: str) -> MediaFile | None:
        """Return a file whether or not it has expired, for the phone that shows it."""
        return self._files.get(media_id)

    def mime_types(self) -> dict[str, str]:
        """Return the type of every file by id."""
        return {file.id: file.mime_type for file in self._files.values()}

    def delete(self, media_id: str, now: datetime) -> None:
        """Remove a file. Raises as :meth:`get`."""
        del self._files[self.get(media_id, now).id]

    def new_link(self, media_id: str, now: datetime) -> str:
        """Return the secret part of a fresh download link."""
        key = f"{self._rng.getrandbits(96):024x}"
        self._links[key] = (media_id, now + LINK_LIVES)
        return key

    def linked(self, key: str, now: datetime) -> MediaFile | None:
        """Return the file behind a link, or ``None`` when the link is unknown or over."""
        media_id, until = self._links.get(key, ("", now))
        if now >= until:
            return None
        return self._files.get(media_id)

    def _keep(
        self, content: bytes, mime_type: str, filename: str, until: datetime, *, uploaded: bool
    ) -> MediaFile:
        media_id = str(self._rng.randrange(10**15, 10**16))
        file = MediaFile(media_id, content, mime_type, filename, until, uploaded)
        self._files[media_id] = file
        return file
