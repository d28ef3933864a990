"""Files of the web chat: the resident sends them, and opens those of the own conversation."""

from __future__ import annotations

from typing import Any, Final

from flask import jsonify, make_response, request
from flask.typing import ResponseReturnValue

from connectors.webchat import (
    CHANNEL,
    FILE_LIMIT,
    TALK_LIMIT,
    check_file,
    file_message,
    own_file,
    too_large,
)
from storage import attached_bytes, open_conversation, receive, save_attachment
from web.api.session_views import SessionViews
from web.context import services
from web.ratelimit import Limit

_SENT = Limit(burst=12, per_second=0.1)
_OPENED = Limit(burst=60, per_second=1)

_SHUT: Final = "default-src 'none'; sandbox"
"""Whatever somebody sent runs nowhere, should a browser show it after all."""


class FileViews(SessionViews):
    """Sending and opening."""

    def attach(self) -> ResponseReturnValue:
        """Store the file of the body as a message; its kind is told by its content."""
        conversation_id = self.spend("files", _SENT)
        # Only here may a body be larger than a message.
        request.max_content_length = FILE_LIMIT
        if (request.content_length or 0) > FILE_LIMIT:
            raise too_large(f"body of {request.content_length} bytes")
        file = check_file(request.get_data(), request.args.get("name", ""))
        known = services()
        attachment_id = known.new_id()
        with known.store.write() as tx:
            open_conversation(
                tx, channel=CHANNEL, address=conversation_id, conversation_id=conversation_id
            )
            inbound = file_message(
                file,
                attachment_id=attachment_id,
                message_id=request.args.get("client_message_id", ""),
                conversation_id=conversation_id,
                now=tx.now,
            )
            receipt = receive(tx, inbound)
            if not receipt.duplicate:
                if attached_bytes(tx, conversation_id) + len(file.content) > TALK_LIMIT:
                    raise too_large("all files of the conversation together")
                save_attachment(
                    tx,
                    attachment_id=attachment_id,
                    conversation_id=conversation_id,
                    mime_type=file.mime_type,
                    filename=file.filename,
                    content=file.content,
                )
        known.wakeups.publish()
        return jsonify(message_id=receipt.inbox_id, duplicate=receipt.duplicate), 202

    def open_file(self, seq: int) -> ResponseReturnValue:
        """Return the file of a message of the own conversation, whoever sent it."""
        conversation_id = self.spend("opened files", _OPENED)
        with services().store.read() as tx:
            file = own_file(tx, conversation_id, seq)
        answer = make_response(file.content)
        answer.headers["Content-Type"] = file.mime_type
        answer.headers.set("Content-Disposition", "attachment", filename=file.filename)
        answer.headers["Content-Security-Policy"] = _SHUT
        return answer

    def rules(self) -> tuple[tuple[str, str, Any, str], ...]:
        """Return (path, endpoint, view, method) of each."""
        return (
            ("/attachments", "attach", self.attach, "POST"),
            ("/files/<int:seq>", "open_file", self.open_file, "GET"),
        )
