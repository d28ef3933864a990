"""Every message that went through the emulator, in the order in which the phones show it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

RANK = {"accepted": 1, "sent": 2, "delivered": 3, "read": 4, "played": 4}
"""How far a message has come; a status only moves forward (SPEC section 6)."""


@dataclass(frozen=True)
class ChatMessage:
    """One message, from the office or from a resident."""

    id: str
    user_id: str
    from_office: bool
    at: datetime
    kind: str
    content: Mapping[str, Any]
    """The object under the type's name, as on the wire."""
    to: str = ""
    """What the office addressed: digits or user id."""
    quotes: str = ""
    opaque: str = ""
    category: str = "service"
    state: str = "accepted"
    error: int | None = None
    chosen: str = ""
    """Id of the button or row that the resident chose."""


def new_wamid(wa_id: str, *, from_office: bool, rng: Random) -> str:
    """Return a fresh message id in the platform's form."""
    mark, length = (b"\x11", 18) if from_office else (b"\x12", 20)
    number = wa_id.encode()[:64]
    serial = f"{rng.getrandbits(4 * length):0{length}X}".encode()
    raw = b"\x1c\x18" + bytes([len(number)]) + number + b"\x15\x02\x00"
    raw += mark + b"\x18" + bytes([length]) + serial + b"\x00"
    return "wamid." + base64.b64encode(raw).decode()


class Chats:
    """The messages by id and by resident."""

    def __init__(self) -> None:
        self._messages: dict[str, ChatMessage] = {}
        self._of: dict[str, list[str]] = {}

    def add(self, message: ChatMessage) -> ChatMessage:
        """Keep a new message."""
        self._messages[message.id] = message
        self._of.setdefault(message.user_id, []).append(message.id)
        return message

    def get(self, message_id: str) -> ChatMessage | None:
        """Return a message, or ``None``."""
        return self._messages.get(message_id)

    def change(self, message_id: str, **changes: Any) -> ChatMessage:
        """Replace fields of a message and return the new state."""
        changed = replace(self._messages[message_id], **changes)
        self._messages[message_id] = changed
        return changed

    def of(self, user_id: str) -> list[ChatMessage]:
        """Return a resident's messages, oldest first. ``""`` holds those to unknown recipients."""
        return [self._messages[message_id] for message_id in self._of.get(user_id, ())]

    def all(self) -> list[ChatMessage]:
        """Return every message, oldest first."""
        return list(self._messages.values())

    def move(self, old_user_id: str, new_user_id: str) -> None:
        """Carry a chat over to the resident's new user id."""
        moved = self._of.pop(old_user_id, [])
        self._of[new_user_id] = moved + self._of.get(new_user_id, [])
        for message_id in moved:
            self._messages[message_id] = replace(self._messages[message_id], user_id=new_user_id)
