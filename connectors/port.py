"""What a channel is to the rest of the code: the one interface that every channel's folder keeps.

Nothing outside a channel's folder, the settings and :mod:`connectors.registry` reads a channel's
name: whoever needs to know asks the port.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import requests

from dialogue.types import Turn
from foundation.settings import Settings
from storage import Conversation, Inbound, InboxMessage, Settle, Store, Transaction, Wakeups


@dataclass(frozen=True)
class Capabilities:
    """What a channel can carry, and its limits.

    ``pulled``: its readers fetch events themselves, so a committed reply is a sent one; else a
    :class:`Sender` takes replies from the outbox. ``text_limit``: characters that are taken in.
    """

    pulled: bool
    text_limit: int


@dataclass(frozen=True)
class Health:
    """How a channel's replies get on.

    ``waiting`` leave by themselves unless ``stopped`` says, in Indonesian, why nothing leaves; of
    ``unknown`` ones nobody knows whether they arrived.
    """

    waiting: int = 0
    unknown: int = 0
    stopped: str = ""


class TurnPlan(Protocol):
    """A turn's messages as the channel hands them to the assistant, and back."""

    @property
    def messages(self) -> tuple[InboxMessage, ...]:
        """What the assistant is asked; nothing when the channel answers all of it itself."""

    def finish(self, turn: Turn | None, *, ticket: str) -> Turn:
        """Return the turn as the channel carries it; ``turn`` is the assistant's, if any."""


class Sender(Protocol):
    """Takes due replies of one channel from the outbox and hands them over."""

    def run(self, stop: threading.Event, wakeups: Wakeups) -> None:
        """Deliver until ``stop`` is set."""

    def work_once(self) -> int:
        """Do what is due now, the channel's retention included; return how many calls it took."""


@dataclass(frozen=True)
class SenderTools:
    """What a sender needs from the process: effects come in from outside."""

    settings: Settings
    store: Store
    session: requests.Session
    new_ticket: Callable[[], str]
    jitter: Callable[[], float]


class Channel(Protocol):
    """One channel. Stateless: settings and effects are passed in."""

    @property
    def name(self) -> str:
        """How rows and counts call it."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can carry."""

    @property
    def reply_window(self) -> timedelta | None:
        """How long after a resident's message free words are taken; ``None``: always."""

    @property
    def debounce(self) -> Settle | None:
        """How long messages are collected into one turn; ``None``: not at all."""

    def parse_inbound(
        self, raw: Any, *, conversation_id: str, message_id: str, now: datetime
    ) -> Inbound:
        """Return a message that came in. Raises ``BadMessageError``, ``MessageTooLongError``."""

    def plan_turn(
        self,
        tx: Transaction,
        conversation: Conversation,
        messages: Sequence[InboxMessage],
        *,
        public_url: str,
    ) -> TurnPlan:
        """Sort the messages of a turn; the plan gives the answer the channel's form."""

    def why_not_announced(
        self, conversation: Conversation, data: Mapping[str, Any], now: datetime
    ) -> str | None:
        """Return the code for which an announcement of the desk is not sent, ``None`` if it is."""

    def phone_known(self, tx: Transaction, conversation_id: str) -> bool:
        """Whether an officer could ring the resident up."""

    def conversations_of_resident(self, tx: Transaction, conversation_id: str) -> list[str]:
        """Return the ids of all conversations of the same resident, itself included."""

    def conversations_of_phone(self, tx: Transaction, number: str) -> list[str]:
        """Return the ids of the conversations with a phone number (digits, with the country's)."""

    def sender(self, tools: SenderTools) -> Sender | None:
        """Return what delivers; ``None`` where readers pull or nothing is configured."""

    def something_expired(self, tx: Transaction) -> bool:
        """Whether :meth:`drop_expired` would find anything; a cheap look."""

    def drop_expired(self, tx: Transaction) -> int:
        """Delete what was kept long enough; return how many rows went."""

    def health(self, tx: Transaction, settings: Settings) -> Health:
        """Return how its replies get on."""
