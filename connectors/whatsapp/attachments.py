"""Residents' files, fetched only when an officer opens one; officers' files on their way out.

The token goes to Meta's hosts alone, never to an address out of a webhook: the address is asked
for by the file's id. What is fetched is kept for 30 days.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import requests
import sqlalchemy as sa

from connectors.whatsapp.file_kinds import (
    LARGEST_RECEIVED,
    bare_type,
    begins_as_declared,
    is_opened,
    may_be_sent,
)
from connectors.whatsapp.inbound.json_access import as_mapping, as_text
from connectors.whatsapp.outbound.graph import GraphApi
from connectors.whatsapp.texts import say
from foundation.errors import AttachmentRefusedError, NotFoundError
from storage import Store, Transaction, insert_if_absent, tables
from storage.whatsapp_tables import media

IDS_LIVE: Final = timedelta(days=7)
KEPT: Final = timedelta(days=30)

_META_HOSTS: Final = (".facebook.com", ".fbcdn.net", ".fbsbx.com", ".whatsapp.net")
_CHUNK: Final = 64 * 1024


@dataclass(frozen=True)
class Attachment:
    """A resident's file. ``mime_type`` is one of the known kinds, without parameters."""

    media_id: str
    conversation: str
    mime_type: str
    filename: str
    content: bytes


@dataclass(frozen=True)
class Attachments:
    """Opens files for officers. Calls Meta outside of any transaction."""

    store: Store
    graph: GraphApi

    def open(self, inbox_id: int, *, conversation_id: str) -> Attachment:
        """Return the file of a message, fetched now if nobody opened it before.

        Raises ``NotFoundError`` when that message of the conversation has no file, and
        ``AttachmentRefusedError`` for a file that has expired, cannot be fetched, is too large,
        or is not what it says it is.
        """
        with self.store.read() as tx:
            media_id, filename, expired = _reference(tx, inbox_id, conversation_id)
            if kept := _kept(tx, media_id, conversation_id):
                return kept
        if expired:
            raise _refused("expired", "its id has expired")
        mime_type, content = self._fetch(media_id)
        fetched = Attachment(media_id, conversation_id, mime_type, filename, content)
        with self.store.write() as tx:
            _keep(tx, fetched)
        return fetched

    def upload(self, content: bytes, *, mime_type: str, filename: str) -> str:
        """Hand an officer's file to Meta and return its id, to be sent within 30 days.

        Raises ``AttachmentRefusedError`` for other kinds than photo and PDF, and when Meta
        refuses.
        """
        if not may_be_sent(content, mime_type):
            raise _refused("upload", f"{bare_type(mime_type)} of {len(content)} bytes")
        try:
            answer = self.graph.upload(content, mime_type=bare_type(mime_type), filename=filename)
            media_id = as_text(as_mapping(answer.json()).get("id"))
        except (requests.RequestException, ValueError) as error:
            raise _refused("upload", type(error).__name__) from error
        if not answer.ok or not media_id:
            raise _refused("upload", f"HTTP {answer.status_code}")
        return media_id

    def _fetch(self, media_id: str) -> tuple[str, bytes]:
        try:
            answer = self.graph.get(media_id)
            if answer.status_code != 200:
                raise _refused("fetch", f"HTTP {answer.status_code}")
            described = as_mapping(answer.json())
            mime_type = bare_type(as_text(described.get("mime_type")))
            if not is_opened(mime_type):
                raise _refused("kind", f"type {mime_type!r}")
            content = self._download(as_text(described.get("url")))
        except (requests.RequestException, ValueError) as error:
            raise _refused("fetch", type(error).__name__) from error
        if not begins_as_declared(content, mime_type) or not _digest_fits(described, content):
            raise _refused("damaged", f"content is not {mime_type}")
        return mime_type, content

    def _download(self, url: str) -> bytes:
        if not _is_metas(url, self.graph.url):
            raise _refused("fetch", "an address that is not Meta's")
        content = bytearray()
        with self.graph.session.get(
            url,
            headers=self.graph.headers(),
            timeout=(5.0, 20.0),
            allow_redirects=False,
            stream=True,
        ) as answer:
            if answer.status_code != 200:
                raise _refused("fetch", f"HTTP {answer.status_code}")
            for chunk in answer.iter_content(_CHUNK):
                content += chunk
                if len(content) > LARGEST_RECEIVED:
                    raise _refused("size", "over the limit")
        return bytes(content)


def file_payload(media_id: str, *, mime_type: str, filename: str, caption: str) -> dict[str, Any]:
    """Return the outbox payload of an uploaded file; the caption is at most 1,024 characters."""
    named = {"id": media_id, **({"caption": caption} if caption else {})}
    if bare_type(mime_type).startswith("image/"):
        return {"image": named}
    return {"document": {**named, "filename": filename}}


def old_attachments_exist(tx: Transaction) -> bool:
    """Whether a file has been kept for its 30 days."""
    statement = sa.select(sa.exists().where(media.c.at <= tx.now - KEPT))
    return bool(tx.connection.execute(statement).scalar_one())


def drop_old_attachments(tx: Transaction) -> int:
    """Delete the files that have been kept for 30 days; return how many."""
    return tx.connection.execute(sa.delete(media).where(media.c.at <= tx.now - KEPT)).rowcount


def _reference(tx: Transaction, inbox_id: int, conversation_id: str) -> tuple[str, str, bool]:
    """Return the file's id and name, and whether Meta has it no longer."""
    inbox = tables.inbox
    row = tx.connection.execute(
        sa.select(inbox.c.media, inbox.c.received_at).where(
            inbox.c.id == inbox_id, inbox.c.conversation_id == conversation_id
        )
    ).one_or_none()
    described = as_mapping(row.media) if row else {}
    media_id = as_text(described.get("id"))
    if row is None or not media_id.isdigit():
        raise NotFoundError(f"message {inbox_id} has no file")
    return media_id, as_text(described.get("filename")), row.received_at + IDS_LIVE <= tx.now


def _kept(tx: Transaction, media_id: str, conversation_id: str) -> Attachment | None:
    row = tx.connection.execute(
        sa.select(media).where(
            media.c.media_id == media_id, media.c.conversation_id == conversation_id
        )
    ).one_or_none()
    if row is None:
        return None
    return Attachment(media_id, conversation_id, row.mime_type, row.filename, row.content)


def _keep(tx: Transaction, fetched: Attachment) -> None:
    values = {
        "media_id": fetched.media_id,
        "conversation_id": fetched.conversation,
        "mime_type": fetched.mime_type,
        "filename": fetched.filename,
        "sha256": hashlib.sha256(fetched.content).hexdigest(),
        "content": fetched.content,
        "at": tx.now,
    }
    insert_if_absent(tx, media, values, unique=("media_id",))


def _digest_fits(described: Any, content: bytes) -> bool:
    declared = as_text(described.get("sha256")).lower()
    return len(declared) != 64 or declared == hashlib.sha256(content).hexdigest()


def _is_metas(url: str, graph_url: str) -> bool:
    """Whether the token may go there: a host of Meta by HTTPS, or the Graph API itself."""
    try:
        asked, graph = urlsplit(url), urlsplit(graph_url)
        if (asked.scheme, asked.netloc) == (graph.scheme, graph.netloc):
            return True
        plain = asked.username is None and asked.port in (None, 443)
    except ValueError:
        return False
    return asked.scheme == "https" and plain and (asked.hostname or "").endswith(_META_HOSTS)


def _refused(why: str, detail: str) -> AttachmentRefusedError:
    return AttachmentRefusedError(detail, reader_text=say(f"lampiran.{why}"))
