"""What officers send besides words: files, the template after the window, once more, calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from connectors.officer_messages import (
    actor_of,
    owned_case,
    require_open_window,
    send_as_officer,
    sent_before,
)
from connectors.webchat import IncomingFile, check_file
from connectors.whatsapp import CHANNEL as WHATSAPP
from connectors.whatsapp import Attachments, file_payload, propose_template, resend, send_template
from dialogue import Reply
from foundation.errors import (
    CaseConflictError,
    InvalidFormError,
    MessageTooLongError,
    NotFoundError,
)
from storage import (
    Account,
    Conversation,
    OutboxRow,
    Store,
    StoredEvent,
    Transaction,
    append_event,
    get_outbox_row,
    lock_conversation,
    save_attachment,
)

CAPTION_LIMIT: Final = 1024
"""Characters; WhatsApp's limit."""

CALL_NOTE_LIMIT: Final = 1000


class CallResult(StrEnum):
    """What became of a call to the resident."""

    REACHED = "tersambung"
    NO_ANSWER = "tidak_diangkat"
    WRONG_NUMBER = "nomor_salah"


@dataclass(frozen=True)
class DeskPost:
    """What one officer sends. ``whatsapp`` is None while no number is connected.

    ``template`` is the name of the approved template that invites a resident to answer.
    """

    store: Store
    officer: Account
    new_id: Callable[[], str]
    whatsapp: Attachments | None = None
    template: str = ""

    def send_file(
        self, case_id: int, content: bytes, *, name: str, caption: str = "", key: str = ""
    ) -> StoredEvent:
        """Send a photo or a PDF; its kind is told by its content.

        Raises ``BadMessageError`` and ``MessageTooLongError`` for other or larger ones,
        ``InvalidFormError`` when WhatsApp takes nothing free any more, ``CaseConflictError`` unless
        the officer owns the case, ``AttachmentRefusedError`` when WhatsApp does not take it.
        """
        caption = caption.strip()
        if len(caption) > CAPTION_LIMIT:
            raise MessageTooLongError(
                f"caption of {len(caption)} characters",
                reader_text=f"Keterangan berkas paling banyak {CAPTION_LIMIT} karakter.",
            )
        file = check_file(content, name)
        with self.store.write() as tx:
            case = owned_case(tx, case_id, self.officer)
            conversation = lock_conversation(tx, case.conversation)
            if said := sent_before(tx, conversation.id, self.officer, key):
                return said
            require_open_window(tx, conversation)
        # Meta is asked outside of any transaction.
        payload = self._handed_over(conversation, file, caption)
        with self.store.write() as tx:
            case = owned_case(tx, case_id, self.officer)
            if said := sent_before(tx, case.conversation, self.officer, key):
                return said
            media = self._kept(tx, case.conversation, file)
            words = Reply(caption)
            return send_as_officer(
                tx, case, self.officer, "officer", words, key=key, media=media, payload=payload
            )

    def propose(self, case_id: int) -> OutboxRow:
        """Send the template that says an answer is ready; the resident's reply opens the window.

        Raises ``InvalidFormError`` when none may be sent now, ``CaseConflictError`` unless the
        officer owns the case or while an earlier one is unanswered.
        """
        with self.store.write() as tx:
            case = owned_case(tx, case_id, self.officer)
            proposal = propose_template(
                tx, case.conversation, ticket=case.ticket, template=self.template
            )
            if proposal is None:
                raise InvalidFormError(
                    "no template may be sent",
                    reader_text=(
                        "Templat tidak dapat dikirim sekarang: jendela masih terbuka, templat"
                        " sebelumnya belum dijawab, warga meminta berhenti, atau belum diatur."
                    ),
                )
            return send_template(
                tx,
                case.conversation,
                proposal,
                actor=actor_of(self.officer),
                officer=self.officer.display_name,
                case_id=case.id,
            )

    def send_again(self, outbox_id: int) -> OutboxRow:
        """Send once more what failed or whose status is unknown.

        Raises ``NotFoundError``; ``CaseConflictError`` when a colleague has the conversation or
        it is on its way already; ``InvalidFormError`` when the window is over.
        """
        with self.store.write() as tx:
            row = get_outbox_row(tx, outbox_id)
            if row is None:
                raise NotFoundError(f"outbox row {outbox_id}")
            conversation = lock_conversation(tx, row.conversation)
            if conversation.owner not in (None, self.officer.id):
                raise CaseConflictError(f"conversation of officer {conversation.owner}")
            if "template" not in (row.payload or {}):
                require_open_window(tx, conversation)
            return resend(tx, outbox_id, actor=actor_of(self.officer))

    def log_call(self, case_id: int, result: CallResult, note: str) -> StoredEvent:
        """Write down that the officer rang the resident up; the resident does not see it.

        Raises ``CaseConflictError`` unless the officer owns the case.
        """
        note = note.strip()
        if len(note) > CALL_NOTE_LIMIT:
            raise MessageTooLongError(
                f"note of {len(note)} characters",
                reader_text=f"Catatan telepon paling banyak {CALL_NOTE_LIMIT} karakter.",
            )
        with self.store.write() as tx:
            case = owned_case(tx, case_id, self.officer)
            return append_event(
                tx,
                case.conversation,
                type="call_logged",
                actor=actor_of(self.officer),
                data={"case_id": case.id, "ticket": case.ticket, "result": result.value},
                content={"note": note} if note else None,
            )

    def _kept(self, tx: Transaction, conversation_id: str, file: IncomingFile) -> dict[str, Any]:
        """Store the file; return what the message says of it."""
        attachment_id = self.new_id()
        save_attachment(
            tx,
            attachment_id=attachment_id,
            conversation_id=conversation_id,
            mime_type=file.mime_type,
            filename=file.filename,
            content=file.content,
        )
        return {
            "kind": file.kind,
            "mime_type": file.mime_type,
            "filename": file.filename,
            "size": len(file.content),
            "attachment": attachment_id,
        }

    def _handed_over(
        self, conversation: Conversation, file: IncomingFile, caption: str
    ) -> Mapping[str, Any]:
        """Hand the file to WhatsApp, if it goes there; the widget fetches it from us."""
        if conversation.channel != WHATSAPP:
            return {}
        if self.whatsapp is None:
            raise InvalidFormError(
                "no WhatsApp number is connected",
                reader_text="Nomor WhatsApp layanan belum tersambung, jadi berkas tidak terkirim.",
            )
        media_id = self.whatsapp.upload(
            file.content, mime_type=file.mime_type, filename=file.filename
        )
        return file_payload(
            media_id, mime_type=file.mime_type, filename=file.filename, caption=caption
        )
