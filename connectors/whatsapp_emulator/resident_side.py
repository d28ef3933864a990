"""What residents do on their phones, turned into webhook items (SPEC section 5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.whatsapp_emulator.emulator import Emulator
from connectors.whatsapp_emulator.envelopes import Notice, contact_of, sender_of, unix
from connectors.whatsapp_emulator.media import RECEIVED_LIMIT, kind_of
from connectors.whatsapp_emulator.people import Resident
from connectors.whatsapp_emulator.records import ChatMessage, new_wamid
from foundation.errors import InvalidFormError, MessageTooLongError, NotFoundError

LONGEST_TEXT = 65_536
_UNTRUSTED_URL = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid={}&source=webhook"
_NO_WINDOW = {"reaction", "system", "edit", "revoke"}
"""What does not open the 24-hour window; the strict reading of SPEC section 10."""


class ResidentSide:
    """The residents' half of the emulator: every method is something done on a phone."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    def say_item(self, user_id: str, item: Mapping[str, Any]) -> ChatMessage:
        """Send an item in the wire's own form: ``type`` and its object, and any ``context``.

        Sender, id and timestamp are filled in where ``item`` does not name them; nothing else is
        checked, so that odd items can be sent. Raises ``NotFoundError`` for an unknown resident.
        """
        emulator = self._emulator
        with emulator.changed:
            now = emulator.clock()
            resident = emulator.people.get(user_id)
            kind = str(item.get("type", "text"))
            message = self._remember(resident, kind, item, now)
            full = {
                **self._context(item),
                **sender_of(resident, now),
                "id": message.id,
                "timestamp": unix(now),
                **item,
            }
            opens = {} if kind in _NO_WINDOW else {"last_said_at": now}
            emulator.people.update(resident.user_id, **opens)
            emulator.throughput.count(now)
            contact = None if kind == "system" else contact_of(resident, now)
            emulator.webhook_sender.enqueue(Notice("messages", full, contact, message.id))
            emulator.changed.notify_all()
            return message

    def say_text(self, user_id: str, text: str, *, quotes: str = "") -> ChatMessage:
        """Send a typed text. Raises ``InvalidFormError`` when it is blank or far too long."""
        if not text.strip():
            raise InvalidFormError("an empty text is not sent")
        if len(text) > LONGEST_TEXT:
            raise MessageTooLongError(f"a text has at most {LONGEST_TEXT} characters")
        return self._say(user_id, "text", {"body": text}, quotes=quotes)

    def choose(self, user_id: str, message_id: str, choice: str) -> ChatMessage:
        """Tap a reply button, a list row or a template's button of one of our messages.

        Raises ``NotFoundError`` when that message offers no such choice to this resident.
        """
        emulator = self._emulator
        with emulator.changed:
            offer = emulator.chats.get(message_id)
            resident = emulator.people.get(user_id)
            if offer is None or offer.user_id != resident.user_id or not offer.from_office:
                raise NotFoundError("no such message in this chat")
            kind, content = _chosen(offer, choice)
            emulator.chats.change(message_id, chosen=choice)
            return self._say(user_id, kind, content, quotes=message_id)

    def send_file(
        self, user_id: str, *, content: bytes, mime_type: str, filename: str = "", caption: str = ""
    ) -> ChatMessage:
        """Send a photo, a voice note, a video, a sticker or a document.

        Raises ``InvalidFormError`` when the file is empty, ``MessageTooLongError`` over 100 MB.
        """
        if not content:
            raise InvalidFormError("an empty file is not sent")
        if len(content) > RECEIVED_LIMIT:
            raise MessageTooLongError("a file has at most 100 MB")
        emulator = self._emulator
        with emulator.changed:
            now = emulator.clock()
            file = emulator.media.receive(content, mime_type, filename, now)
            kind = kind_of(mime_type) or "document"
            wire: dict[str, Any] = {"caption": caption} if caption else {}
            if kind == "document":
                wire["filename"] = filename or "berkas"
            if kind == "audio":
                wire["voice"] = mime_type.startswith("audio/ogg")
            if kind == "sticker":
                wire["animated"] = False
            wire |= {"mime_type": mime_type, "sha256": file.sha256_base64, "id": file.id}
            # As in Meta's bodies; nobody may fetch it, least of all with a token (SPEC section 5).
            wire["url"] = _UNTRUSTED_URL.format(file.id)
            return self._say(user_id, kind, wire)

    def send_location(
        self, user_id: str, latitude: float, longitude: float, *, name: str = "", address: str = ""
    ) -> ChatMessage:
        """Send a pin. Raises ``InvalidFormError`` for impossible coordinates."""
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise InvalidFormError("those coordinates are not on earth")
        wire: dict[str, Any] = {"latitude": latitude, "longitude": longitude}
        wire |= {key: text for key, text in (("name", name), ("address", address)) if text}
        return self._say(user_id, "location", wire)

    def share_number(self, user_id: str) -> ChatMessage:
        """Answer a request for the number: it is shown from now on."""
        emulator = self._emulator
        with emulator.changed:
            resident = emulator.people.get(user_id)
            phone = {"phone": f"+{resident.wa_id}", "wa_id": resident.wa_id, "type": "CELL"}
            card = {"origin": "contact_request", "phones": [phone]}
            message = self.say_item(user_id, {"type": "contacts", "contacts": [card]})
            emulator.people.update(resident.user_id, number_used_at=emulator.clock())
            return message

    def change_number(self, user_id: str, new_wa_id: str) -> Resident:
        """Move to a new number: a ``system`` message names the old and the new identity."""
        emulator = self._emulator
        with emulator.changed:
            old, new = emulator.people.move(user_id, new_wa_id)
            emulator.chats.move(old.user_id, new.user_id)
            wire = {
                "body": f"User {old.name} changed from {old.wa_id} to {new.wa_id}",
                "wa_id": new.wa_id,
                "user_id": new.user_id,
                "previous_user_id": old.user_id,
                "type": "user_changed_number",
            }
            now = emulator.clock()
            item: dict[str, Any] = {"from": old.wa_id} if old.shows_number(now) else {}
            item["id"] = new_wamid(old.wa_id, from_office=False, rng=emulator.rng)
            item |= {"timestamp": unix(now), "type": "system", "system": wire}
            emulator.webhook_sender.enqueue(Notice("messages", item, None, item["id"]))
            emulator.changed.notify_all()
            return new

    def set_online(self, user_id: str, *, online: bool) -> Resident:
        """Switch the phone on or off; what waited is delivered when it comes on."""
        emulator = self._emulator
        with emulator.changed:
            resident = emulator.people.update(user_id, online=online)
            if online:
                now = emulator.clock()
                emulator.timeline.came_online(resident.user_id, emulator.behaviour, now)
            emulator.changed.notify_all()
            return resident

    def look(self, user_id: str) -> None:
        """Look at the chat: what was delivered is read, unless the resident hides that."""
        emulator = self._emulator
        with emulator.changed:
            resident = emulator.people.get(user_id)
            if not resident.online or resident.reads != "page":
                return
            now = emulator.clock()
            for notice in emulator.timeline.opened(resident.user_id, emulator.behaviour, now):
                emulator.webhook_sender.enqueue(notice)
            emulator.changed.notify_all()

    def _say(self, user_id: str, kind: str, content: Any, *, quotes: str = "") -> ChatMessage:
        item = {"type": kind, kind: content}
        if quotes:
            item["context"] = {"from": self._emulator.config.display_phone_number, "id": quotes}
        return self.say_item(user_id, item)

    def _context(self, item: Mapping[str, Any]) -> dict[str, Any]:
        # The platform puts `context` first; a dict keeps the place of its first key.
        return {"context": item["context"]} if "context" in item else {}

    def _remember(
        self, resident: Resident, kind: str, item: Mapping[str, Any], now: datetime
    ) -> ChatMessage:
        emulator = self._emulator
        context, content = item.get("context"), item.get(kind)
        own_id = item.get("id")
        fresh = new_wamid(resident.wa_id, from_office=False, rng=emulator.rng)
        message = ChatMessage(
            id=own_id if isinstance(own_id, str) and own_id else fresh,
            user_id=resident.user_id,
            from_office=False,
            at=now,
            kind=kind,
            content=content if isinstance(content, Mapping) else {"value": content},
            quotes=str(context.get("id", "")) if isinstance(context, Mapping) else "",
            state="sent",
        )
        if emulator.chats.get(message.id) is not None:
            return message
        return emulator.chats.add(message)


def _chosen(offer: ChatMessage, choice: str) -> tuple[str, dict[str, Any]]:
    if offer.kind == "template":
        for payload, label in offer.content["buttons"]:
            if payload == choice:
                return "button", {"payload": payload, "text": label}
    if offer.kind == "interactive":
        action = offer.content["action"]
        for button in action.get("buttons", ()):
            if button["reply"]["id"] == choice:
                reply = {"id": choice, "title": button["reply"]["title"]}
                return "interactive", {"type": "button_reply", "button_reply": reply}
        rows = [row for section in action.get("sections", ()) for row in section["rows"]]
        for row in rows:
            if row["id"] == choice:
                known = {k: row[k] for k in ("id", "title", "description") if row.get(k)}
                return "interactive", {"type": "list_reply", "list_reply": known}
    raise NotFoundError("that message offers no such choice")
