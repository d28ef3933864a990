"""A channel that nobody has: a kiosk with a printer. All that the rest of the code may know of it.

Answers are printed by its own process and are free for two hours after a message; what was said in
two pieces is answered once; the printer keeps copies for a day.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors import PulledChannel, Sender, SenderTools, TurnPlan, register, unregister
from connectors.port import Capabilities, Health
from connectors.pulled import PlainPlan
from dialogue.types import Reply, Turn
from foundation.errors import BadMessageError, MessageTooLongError
from foundation.settings import Settings
from storage import (
    Conversation,
    Inbound,
    InboxMessage,
    Settle,
    Store,
    Transaction,
    Wakeups,
    due_outbox,
    read_events,
    set_outbox_state,
)

NAME = "kios"
KEPT = timedelta(days=1)
_CAPABILITIES = Capabilities(pulled=False, text_limit=200)
_DEBOUNCE = Settle(after_last=1.0, after_first=3.0)


@dataclass(frozen=True)
class CapitalPlan(PlainPlan):
    """The printer has no small letters."""

    def finish(self, turn: Turn | None, *, ticket: str) -> Turn:
        turn = super().finish(turn, ticket=ticket)
        replies = tuple(Reply(one.text.upper(), one.buttons, one.response) for one in turn.replies)
        return Turn(**{**vars(turn), "replies": replies})


@dataclass
class Printer:
    """Prints what is due."""

    store: Store
    copies: list[tuple[datetime, str]]

    def run(self, stop: threading.Event, wakeups: Wakeups) -> None:
        while not stop.is_set():
            if not self.work_once():
                wakeups.wait(1)

    def work_once(self) -> int:
        with self.store.write() as tx:
            due = due_outbox(tx, channel=NAME, limit=10)
            for row in due:
                [event] = read_events(tx, row.conversation, after=row.seq - 1, limit=1)
                self.copies.append((tx.now, str((event.content or {})["text"])))
                set_outbox_state(tx, row.id, state="sent")
        return len(due)


@dataclass(frozen=True)
class Kiosk(PulledChannel):
    """The channel: what differs from the plainest one."""

    name: str = NAME
    capabilities: Capabilities = _CAPABILITIES
    reply_window: timedelta | None = timedelta(hours=2)
    debounce: Settle | None = _DEBOUNCE
    copies: list[tuple[datetime, str]] = field(default_factory=list)
    broken: bool = False

    def parse_inbound(
        self, raw: Any, *, conversation_id: str, message_id: str, now: datetime
    ) -> Inbound:
        if not isinstance(raw, str):
            raise BadMessageError("a kiosk sends text")
        if len(raw) > self.capabilities.text_limit:
            raise MessageTooLongError(f"{len(raw)} characters")
        return Inbound(
            channel=NAME,
            channel_message_id=message_id,
            conversation=conversation_id,
            kind="text",
            text=raw,
            sent_at=now,
        )

    def plan_turn(
        self,
        tx: Transaction,
        conversation: Conversation,
        messages: Sequence[InboxMessage],
        *,
        public_url: str,
    ) -> TurnPlan:
        return CapitalPlan(tuple(messages))

    def why_not_announced(
        self, conversation: Conversation, data: Mapping[str, Any], now: datetime
    ) -> str | None:
        return "no_paper" if self.broken else None

    def phone_known(self, tx: Transaction, conversation_id: str) -> bool:
        return True

    def sender(self, tools: SenderTools) -> Sender | None:
        return Printer(tools.store, self.copies)

    def something_expired(self, tx: Transaction) -> bool:
        return any(at + KEPT <= tx.now for at, _ in self.copies)

    def drop_expired(self, tx: Transaction) -> int:
        old = [one for one in self.copies if one[0] + KEPT <= tx.now]
        for one in old:
            self.copies.remove(one)
        return len(old)

    def health(self, tx: Transaction, settings: Settings) -> Health:
        return Health(stopped="Kertas habis." if self.broken else "")


@contextmanager
def installed(channel: Kiosk) -> Iterator[Kiosk]:
    """Have the channel while the block runs."""
    register(channel)
    try:
        yield channel
    finally:
        unregister(channel.name)
