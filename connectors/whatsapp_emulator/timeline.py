"""From accepted to read: which status a message reaches when, and what it costs."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.whatsapp_emulator.config import Behaviour
from connectors.whatsapp_emulator.envelopes import Notice, contact_of, recipient_of, unix
from connectors.whatsapp_emulator.graph_errors import status_error
from connectors.whatsapp_emulator.people import People, Resident
from connectors.whatsapp_emulator.records import RANK, ChatMessage, Chats

TRIED_FOR = timedelta(days=30)


@dataclass
class Timeline:
    """Statuses that are due at a moment. Not locked: the emulator calls it under its own lock."""

    people: People
    chats: Chats
    _due: list[tuple[datetime, int, str, str, str]] = field(default_factory=list)
    _serial: itertools.count[int] = field(default_factory=itertools.count)
    _delivered_service: dict[str, int] = field(default_factory=dict)

    def start(self, message: ChatMessage, behaviour: Behaviour, *, failure: str = "") -> None:
        """Plan the first status of an accepted message; ``failure`` is "code details"."""
        wait = behaviour.sent_after
        self._plan(message.at, wait, message.id, "failed" if failure else "sent", failure)

    def next_due(self) -> datetime | None:
        """Return when the next status is due, or ``None``."""
        return self._due[0][0] if self._due else None

    def advance(self, behaviour: Behaviour, now: datetime) -> list[Notice]:
        """Let everything happen that is due, and return the events of it."""
        notices: list[Notice] = []
        while self._due and self._due[0][0] <= now:
            due, _, message_id, status, failure = heapq.heappop(self._due)
            notices += self._reach(message_id, status, failure, due, behaviour)
        return notices

    def came_online(self, user_id: str, behaviour: Behaviour, now: datetime) -> None:
        """Plan the delivery of what waited while the phone was off."""
        for message in self.chats.of(user_id):
            waits = message.from_office and message.state == "sent"
            if waits and now - message.at < TRIED_FOR:
                self._plan(now, behaviour.delivered_after, message.id, "delivered", "")

    def opened(self, user_id: str, behaviour: Behaviour, now: datetime) -> list[Notice]:
        """Read everything that was delivered: the resident looks at the chat."""
        notices: list[Notice] = []
        for message in self.chats.of(user_id):
            if message.from_office and message.state == "delivered":
                notices += self._reach(message.id, "read", "", now, behaviour)
        return notices

    def delivered_service(self, month: str) -> int:
        """Return how many service messages were delivered in ``month`` (``2026-11``, UTC)."""
        return self._delivered_service.get(month, 0)

    def _plan(self, start: datetime, wait: float, message_id: str, status: str, why: str) -> None:
        due = start + timedelta(seconds=wait)
        heapq.heappush(self._due, (due, next(self._serial), message_id, status, why))

    def _reach(
        self, message_id: str, status: str, failure: str, at: datetime, behaviour: Behaviour
    ) -> list[Notice]:
        message = self.chats.get(message_id)
        if message is None:
            return []
        if status == "failed":
            code = int(failure.partition(" ")[0])
            self.chats.change(message_id, state="failed", error=code)
            return [self._notice(message, status, at, failure, behaviour)]
        if RANK[status] <= RANK[message.state]:
            return []
        resident = self.people.by_user_id(message.user_id)
        if resident is None or (status == "delivered" and not resident.online):
            return []
        notice = self._notice(message, status, at, failure, behaviour)
        self._count(message, status, at)
        self.chats.change(message_id, state=status)
        self._plan_next(message_id, status, resident, at, behaviour)
        return [notice]

    def _plan_next(
        self, message_id: str, status: str, resident: Resident, at: datetime, behaviour: Behaviour
    ) -> None:
        if not resident.online:
            return
        at_once = behaviour.skip_delivered and resident.reads == "auto"
        if status == "sent" and not at_once:
            self._plan(at, behaviour.delivered_after, message_id, "delivered", "")
        elif status in ("sent", "delivered") and resident.reads == "auto":
            self._plan(at, behaviour.read_after, message_id, "read", "")

    def _count(self, message: ChatMessage, status: str, at: datetime) -> None:
        first_proof = status in ("delivered", "read") and RANK[message.state] < RANK["delivered"]
        if first_proof and message.category == "service":
            month = f"{at:%Y-%m}"
            self._delivered_service[month] = self._delivered_service.get(month, 0) + 1

    def _notice(
        self, message: ChatMessage, status: str, at: datetime, failure: str, behaviour: Behaviour
    ) -> Notice:
        resident = self.people.by_user_id(message.user_id)
        item: dict[str, Any] = {"id": message.id, "status": status, "timestamp": unix(at)}
        item |= self._recipient(message, resident, status, at)
        if message.opaque:
            item["biz_opaque_callback_data"] = message.opaque
        if status == "failed":
            code, _, details = failure.partition(" ")
            item["errors"] = [status_error(int(code), details)]
            return Notice("statuses", item, None, message.id)
        if status in ("sent", "delivered"):
            item["pricing"] = self._pricing(message, at, behaviour)
        contact = contact_of(resident, at) if resident else None
        return Notice("statuses", item, contact, message.id)

    def _recipient(
        self, message: ChatMessage, resident: Resident | None, status: str, at: datetime
    ) -> dict[str, str]:
        if resident is None:
            return {"recipient_id" if message.to.isdecimal() else "recipient_user_id": message.to}
        fields = recipient_of(resident, at)
        if status == "failed" and "recipient_id" in fields:
            del fields["recipient_user_id"]
        return fields

    def _pricing(self, message: ChatMessage, at: datetime, behaviour: Behaviour) -> dict[str, Any]:
        # SPEC section 13: the first 1,000 delivered service messages of a month are free.
        used = self.delivered_service(f"{at:%Y-%m}")
        free = message.category == "service" and used < behaviour.free_service_messages
        return {
            "billable": not free,
            "pricing_model": "PMP",
            "type": "free_customer_service" if free else "regular",
            "category": message.category,
        }
