"""A resident's or colleague's file, opened by an officer; who opened what is written down."""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.whatsapp import Attachments
from foundation.errors import ForbiddenError, NotFoundError
from handoff import latest_case
from storage import Account, Store, StoredEvent, add_audit_entry, get_attachment, read_events


@dataclass(frozen=True)
class OpenedFile:
    """A file whose kind was told by its content."""

    mime_type: str
    filename: str
    content: bytes = field(repr=False)


def open_file(
    store: Store,
    conversation_id: str,
    seq: int,
    *,
    officer: Account,
    whatsapp: Attachments | None,
) -> OpenedFile:
    """Return the file of a message; from WhatsApp it is fetched now if nobody opened it before.

    Raises ``NotFoundError`` without one, ``ForbiddenError`` before there is a case (nobody looks
    through the files of talks with the assistant), ``AttachmentRefusedError`` for one that is gone.
    """
    with store.read() as tx:
        events = read_events(tx, conversation_id, after=seq - 1, limit=1)
        event = next((one for one in events if one.seq == seq), None)
        case = latest_case(tx, conversation_id)
    if event is None or not (event.content or {}).get("media"):
        raise NotFoundError(f"event {seq} has no file")
    if case is None:
        raise ForbiddenError(
            "a file without a case",
            reader_text="Lampiran dapat dibuka setelah percakapan ini menjadi kasus.",
        )
    opened = _kept_here(store, event) or _from_whatsapp(whatsapp, event)
    with store.write() as tx:
        data = {"ticket": case.ticket, "seq": seq}
        add_audit_entry(tx, "file_opened", account_id=officer.id, data=data)
    return opened


def _kept_here(store: Store, event: StoredEvent) -> OpenedFile | None:
    number = ((event.content or {}).get("media") or {}).get("attachment")
    if not number:
        return None
    with store.read() as tx:
        kept = get_attachment(tx, str(number))
    if kept.conversation != event.conversation:
        raise NotFoundError("a file of another conversation")
    return OpenedFile(kept.mime_type, kept.filename, kept.content)


def _from_whatsapp(whatsapp: Attachments | None, event: StoredEvent) -> OpenedFile:
    inbox_id = event.data.get("inbox_id")
    if whatsapp is None or not isinstance(inbox_id, int):
        raise NotFoundError(f"event {event.seq} has no file that can be fetched")
    found = whatsapp.open(inbox_id, conversation_id=event.conversation)
    return OpenedFile(found.mime_type, found.filename, found.content)
