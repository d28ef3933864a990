"""The values that pass between the dialogue manager and the packages above it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from handoff import WaitingEstimate
from service_hours import ServiceStatus

MessageKind = Literal["text", "payload", "media"]
TurnDecision = Literal["answer", "clarify", "handoff", "silent"]


@dataclass(frozen=True)
class IncomingMessage:
    """One message of the resident, as stored in the inbox.

    ``payload`` is what a pressed button carries (Rasa's ``/intent{"slot": "value"}``); ``media``
    describes an attachment that the assistant cannot read.
    """

    id: int
    text: str
    kind: MessageKind = "text"
    payload: str | None = None
    media: Mapping[str, Any] | None = None
    late: bool = False


@dataclass(frozen=True)
class Button:
    """A choice offered with a reply; pressing it sends ``payload``."""

    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """One message of the assistant. ``response`` is the domain's response name or label."""

    text: str
    buttons: tuple[Button, ...] = ()
    response: str = ""


@dataclass(frozen=True)
class CaseView:
    """The conversation's latest case, as far as the resident may know it."""

    ticket: str
    state: str
    position: int | None = None
    """1-based place among waiting cases; ``None`` when it does not wait."""


@dataclass(frozen=True)
class TurnContext:
    """What the assistant may know of the world outside the conversation."""

    now: datetime
    service: ServiceStatus
    channel: str
    new_ticket: str
    """An unused ticket number, for the case that this turn may open."""
    case: CaseView | None = None
    wait: Callable[[], WaitingEstimate | None] = lambda: None
    """Tells place and computed time of the waiting case, or of the one that this turn may open.

    Asked only by a turn that speaks of them, since it reads across conversations; always the
    same answer within a turn.
    """
    asked_case: CaseView | None = None
    """Another conversation's case whose ticket and phone digits stand in the messages."""
    phone_known: bool = False
    usable_model: bool = True


@dataclass(frozen=True)
class CaseRequest:
    """The turn asks for a case: who wants a person, and what the officer should see first."""

    reason: str
    ticket: str
    card: Mapping[str, Any] = field(default_factory=dict)
    urgent: bool = False
    """A life may be in danger: the case goes to the head of the queue and alerts supervisors."""
    confidential: bool = False
    """A report about persons: only supervisors, and those whom they add, may see it."""


@dataclass(frozen=True)
class EventDraft:
    """An event to be appended: skeleton ``data`` without personal content, ``content`` erasable."""

    type: str
    data: Mapping[str, Any]
    content: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Turn:
    """What the assistant decided for one batch of messages.

    ``events`` are in the order to be appended (``understood`` … ``decided``); the replies follow
    them. ``attention`` puts the turn onto the officers' list "Perlu dilihat".
    """

    decision: TurnDecision
    replies: tuple[Reply, ...]
    events: tuple[EventDraft, ...]
    answers: tuple[str, ...] = ()
    asks: str | None = None
    clarify: bool = False
    fallback: bool = False
    case_request: CaseRequest | None = None
    attention: bool = False
    slots: Mapping[str, Any] = field(default_factory=dict)
    """All slots after the turn."""
    intent: str = ""
    """What the (last) message was taken to mean in its conversation."""
    erase_requested: bool = False
    """The resident confirmed that this conversation's content is to be erased."""
    danger: str = ""
    """The kind of danger that the resident's words tell of, empty for none. It alarms the officers
    whoever owns the conversation, also where no case is asked for."""
