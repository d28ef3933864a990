"""The emulated platform: what the office sends, what residents do, what is due when."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from connectors.whatsapp_emulator.clock import TurnableClock
from connectors.whatsapp_emulator.config import Behaviour, EmulatorConfig
from connectors.whatsapp_emulator.faults import FaultQueue
from connectors.whatsapp_emulator.graph_errors import GraphError
from connectors.whatsapp_emulator.media import MediaStore
from connectors.whatsapp_emulator.nodes import as_node
from connectors.whatsapp_emulator.people import People, Resident
from connectors.whatsapp_emulator.rate_limits import NumberRateLimit, RecipientRateLimit
from connectors.whatsapp_emulator.records import ChatMessage, Chats, new_wamid
from connectors.whatsapp_emulator.send_rules import Outgoing, read_send
from connectors.whatsapp_emulator.timeline import Timeline
from connectors.whatsapp_emulator.webhook_sender import Post, WebhookSender
from foundation.clock import Clock


@dataclass(frozen=True)
class SendRecord:
    """One request to send, for tests and the control page: what was asked, what was answered."""

    at: datetime
    kind: str
    to: str
    opaque: str
    message_id: str
    """Empty when the message was not accepted."""
    code: int | None
    """The Graph error that was answered, if any."""
    http: int
    """0 when the connection was cut without an answer."""


@dataclass
class Emulator:
    """Meta, as far as the office can see it. Thread-safe; keeps everything in memory."""

    config: EmulatorConfig
    base_clock: Clock
    rng: Random
    behaviour: Behaviour = field(default_factory=Behaviour)
    sends: deque[SendRecord] = field(default_factory=lambda: deque(maxlen=20_000))

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.clock = TurnableClock(self.base_clock)
        self.people = People(self.rng)
        self.chats = Chats()
        self.media = MediaStore(self.rng)
        self.faults = FaultQueue()
        self.webhook_sender = WebhookSender(self.config, self.rng)
        self.timeline = Timeline(self.people, self.chats)
        self.throughput = NumberRateLimit()
        self.pairs = RecipientRateLimit()
        self.typing_since: dict[str, datetime] = {}
        self.profile: dict[str, Any] = {"messaging_product": "whatsapp"}

    def send(self, body: object, *, fail_with: int | None = None) -> ChatMessage:
        """Accept a message of the office, or raise :class:`GraphError`.

        ``fail_with`` lets an accepted message fail later with that code.
        """
        with self.changed:
            now = self.clock()
            outgoing = read_send(
                as_node(body, "body"),
                country_code=self.config.country_code,
                prepend=self.behaviour.prepend_country_code,
                file_of=lambda media_id: self.media.get(media_id, now),
            )
            resident = self._addressee(outgoing)
            self._refuse(outgoing, resident, now)
            self.throughput.take(now, limit=self.behaviour.messages_per_second)
            self.pairs.take(resident.user_id if resident else outgoing.address, now)
            message = self._accept(outgoing, resident, now)
            failure = f"{fail_with} ordered failure" if fail_with is not None else ""
            failure = failure or self._late_failure(outgoing, resident, now)
            self.timeline.start(message, self.behaviour, failure=failure)
            self.changed.notify_all()
            return message

    def work_once(self, post: Post) -> bool:
        """Let due statuses happen and post one due webhook body. True when there was a body."""
        with self.lock:
            now = self.clock()
            for notice in self.timeline.advance(self.behaviour, now):
                self.webhook_sender.enqueue(notice)
            webhook = self.webhook_sender.take_due(self.behaviour, now)
        if webhook is None:
            return False
        status = post(webhook.body, webhook.headers)
        with self.changed:
            if self.webhook_sender.settle(webhook, status, self.clock()):
                for message_id in webhook.message_ids:
                    self._ticks(message_id)
            self.changed.notify_all()
        return True

    def settle(self, post: Post) -> int:
        """Work until nothing is due now; return how many bodies were posted."""
        posted = 0
        while self.work_once(post):
            posted += 1
        return posted

    def next_due(self) -> datetime | None:
        """Return when :meth:`work_once` should be called next, or ``None``."""
        with self.lock:
            moments = (
                self.timeline.next_due(),
                self.webhook_sender.next_due(self.behaviour, self.clock()),
            )
            return min((m for m in moments if m is not None), default=None)

    def change_behaviour(self, changes: Mapping[str, Any]) -> Behaviour:
        """Change how the platform behaves. Raises ``InvalidFormError``."""
        with self.changed:
            self.behaviour = self.behaviour.changed(changes)
            self.changed.notify_all()
            return self.behaviour

    def turn_clock(self, seconds: float) -> datetime:
        """Turn the clock forward. Raises ``InvalidFormError``."""
        with self.changed:
            self.clock.turn(seconds)
            self.changed.notify_all()
            return self.clock()

    def mark_read(self, body: object) -> None:
        """Blue ticks, and "typing" for 25 s where asked. Raises :class:`GraphError`."""
        with self.lock:
            node = as_node(body, "body")
            node.only("messaging_product", "status", "message_id", "typing_indicator")
            node.constant("messaging_product", "whatsapp")
            node.constant("status", "read")
            message = self.chats.get(node.text("message_id", 300))
            if message is None or message.from_office:
                raise GraphError(131009, "message_id is not a message of a user")
            if node.has("typing_indicator"):
                node.node("typing_indicator").only("type").constant("type", "text")
                self.typing_since[message.user_id] = self.clock()
            self._read_by_office(message)

    def _addressee(self, outgoing: Outgoing) -> Resident | None:
        if outgoing.digits:
            return self.people.by_number(outgoing.digits)
        return self.people.by_user_id(outgoing.user_id)

    def _refuse(self, outgoing: Outgoing, resident: Resident | None, now: datetime) -> None:
        if outgoing.digits == self.config.display_phone_number:
            raise GraphError(131021, "sender and recipient are the same")
        allowed = self.behaviour.allowed_recipients
        digits = resident.wa_id if resident else outgoing.digits
        if allowed and digits not in allowed:
            raise GraphError(131030, "recipient is not on the list of the test number")
        closed = self._window_closed(outgoing, resident, now)
        if closed and self.behaviour.window_breach == "answer":
            raise GraphError(131047, "more than 24 hours since the user last wrote")

    def _window_closed(self, outgoing: Outgoing, resident: Resident | None, now: datetime) -> bool:
        return (
            outgoing.kind != "template" and resident is not None and not resident.window_open(now)
        )

    def _late_failure(self, outgoing: Outgoing, resident: Resident | None, now: datetime) -> str:
        if resident is None or not resident.on_whatsapp:
            return "131026 no WhatsApp, terms not accepted, or an old app"
        if self._window_closed(outgoing, resident, now):
            return "131047 more than 24 hours since the user last wrote"
        used = self.timeline.delivered_service(f"{now:%Y-%m}")
        over = outgoing.category != "service" or used >= self.behaviour.free_service_messages
        if over and not self.behaviour.payment_method:
            return "131042 no payment method"
        return ""

    def _accept(self, outgoing: Outgoing, resident: Resident | None, now: datetime) -> ChatMessage:
        if resident and outgoing.digits:
            resident = self.people.update(resident.user_id, number_used_at=now)
        number = resident.wa_id if resident else outgoing.digits or outgoing.user_id
        user_id = resident.user_id if resident else ""
        self.typing_since.pop(user_id, None)
        return self.chats.add(
            ChatMessage(
                id=new_wamid(number, from_office=True, rng=self.rng),
                user_id=user_id,
                from_office=True,
                at=now,
                kind=outgoing.kind,
                content={**outgoing.content, **outgoing.shown},
                to=outgoing.digits or outgoing.user_id,
                quotes=outgoing.quotes,
                opaque=outgoing.opaque,
                category=outgoing.category,
            )
        )

    def _ticks(self, message_id: str) -> None:
        message = self.chats.get(message_id)
        if message is not None and message.state == "sent":
            self.chats.change(message_id, state="delivered")

    def _read_by_office(self, upto: ChatMessage) -> None:
        # Marking one message also marks everything before it in the chat.
        for message in self.chats.of(upto.user_id):
            if not message.from_office:
                self.chats.change(message.id, state="read")
            if message.id == upto.id:
                return
