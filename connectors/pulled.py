"""A channel whose readers fetch events themselves: nothing is sent, nothing expires."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.port import Capabilities, Health, Sender, SenderTools
from dialogue.types import Turn
from foundation.errors import BadMessageError
from foundation.settings import Settings
from storage import Conversation, Inbound, InboxMessage, Settle, Transaction

_TEXT_AND_BUTTONS = Capabilities(pulled=True, text_limit=20_000)


@dataclass(frozen=True)
class PlainPlan:
    """All messages go to the assistant, and its answer stays as it is."""

    messages: tuple[InboxMessage, ...]

    def finish(self, turn: Turn | None, *, ticket: str) -> Turn:
        """Return the assistant's turn; ``ticket`` is not needed."""
        return turn or Turn(decision="silent", replies=(), events=())


def _refuse(raw: Any, *, conversation_id: str, message_id: str, now: datetime) -> Inbound:
    raise BadMessageError("nothing comes in on this channel")


@dataclass(frozen=True)
class PulledChannel:
    """The plainest channel. ``parse`` reads what comes in; without it nothing does."""

    name: str
    capabilities: Capabilities = _TEXT_AND_BUTTONS
    reply_window: timedelta | None = None
    debounce: Settle | None = None
    parse: Callable[..., Inbound] = _refuse

    def parse_inbound(
        self, raw: Any, *, conversation_id: str, message_id: str, now: datetime
    ) -> Inbound:
        """Return the message. Raises what the channel's parser does."""
        return self.parse(raw, conversation_id=conversation_id, message_id=message_id, now=now)

    def plan_turn(
        self,
        tx: Transaction,
        conversation: Conversation,
        messages: Sequence[InboxMessage],
        *,
        public_url: str,
    ) -> PlainPlan:
        """Hand all messages to the assistant."""
        return PlainPlan(tuple(messages))

    def why_not_announced(
        self, conversation: Conversation, data: Mapping[str, Any], now: datetime
    ) -> str | None:
        """Everything is announced: it costs nothing."""
        return None

    def phone_known(self, tx: Transaction, conversation_id: str) -> bool:
        """Nobody's number is known."""
        return False

    def conversations_of_resident(self, tx: Transaction, conversation_id: str) -> list[str]:
        """Nothing is known beyond the conversation itself."""
        return [conversation_id]

    def conversations_of_phone(self, tx: Transaction, number: str) -> list[str]:
        """Nobody's number is known."""
        return []

    def sender(self, tools: SenderTools) -> Sender | None:
        """Nothing is sent."""
        return None

    def something_expired(self, tx: Transaction) -> bool:
        """Nothing expires."""
        return False

    def drop_expired(self, tx: Transaction) -> int:
        """Nothing expires."""
        return 0

    def health(self, tx: Transaction, settings: Settings) -> Health:
        """Nothing waits to be sent."""
        return Health()
