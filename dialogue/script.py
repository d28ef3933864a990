"""Scripted conversations: throw-away state, a still clock, one JSON line out per turn."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dialogue.assistant import Assistant
from dialogue.tracker import Tracker
from dialogue.types import CaseView, IncomingMessage, Turn, TurnContext
from foundation.clock import parse_moment
from foundation.documents import read_json
from foundation.errors import BadMessageError
from service_hours import Calendar

Tickets = Callable[[], str]
_CAPTION = "caption"


@dataclass
class Conversation:
    """One conversation in memory: what a store and an officers' queue would keep of it."""

    assistant: Assistant
    calendar: Calendar
    at: datetime
    tickets: Tickets
    channel: str = "shell"
    phone_known: bool = False
    tracker: Tracker = field(default_factory=Tracker.empty)
    case: CaseView | None = None
    messages: int = 0

    def say(self, turn: Mapping[str, Any]) -> Turn:
        """Take one message (``text``, ``payload`` or ``media`` with ``caption``).

        Raises :class:`BadMessageError` for anything else.
        """
        self.messages += 1
        message = _message(turn, self.messages)
        context = TurnContext(
            now=self.at,
            service=self.calendar.status(self.at),
            channel=self.channel,
            new_ticket=self.tickets(),
            case=self.case,
            phone_known=self.phone_known,
        )
        done = self.assistant.handle([message], self.tracker, context)
        for event in done.events:
            self._apply(event.type, event.data, event.content)
        if done.case_request is not None:
            ticket, reason = done.case_request.ticket, done.case_request.reason
            self.case = CaseView(ticket=ticket, state="waiting", position=1)
            self._apply("case_opened", {"ticket": ticket, "reason": reason}, None)
        return done

    def _apply(self, kind: str, data: Mapping[str, Any], content: Mapping[str, Any] | None) -> None:
        self.tracker = self.tracker.apply(kind, data, content, self.at)


class ScriptSession:
    """Runs the lines of ``halo chat --script``."""

    def __init__(
        self, assistant: Assistant, calendar: Calendar, *, now: datetime, tickets: Tickets
    ) -> None:
        self._assistant = assistant
        self._calendar = calendar
        self._tickets = tickets
        self._conversation = self._begin(now)

    def feed(self, line: str) -> str | None:
        """Take one line of JSON; return the turn's line, ``None`` for a new conversation.

        Raises :class:`BadMessageError` for a line that is not of the contract.
        """
        if not line.strip():
            return None
        try:
            content = read_json(line)
        except ValueError as error:
            raise BadMessageError(f"not a line of JSON: {error}") from error
        if not isinstance(content, dict):
            raise BadMessageError("a line must hold a JSON object")
        at = _moment(content.get("at"), self._conversation.at)
        if "conversation" in content:
            self._conversation = self._begin(at)
            return None
        self._conversation.at = at
        turn = self._conversation.say(content)
        return json.dumps(turn_as_json(turn, self._conversation.case), ensure_ascii=False)

    def _begin(self, at: datetime) -> Conversation:
        return Conversation(self._assistant, self._calendar, at, self._tickets)


def turn_as_json(turn: Turn, case: CaseView | None) -> dict[str, Any]:
    """Return what ``halo chat --script`` prints for a turn."""
    return {
        "replies": [
            {
                "text": reply.text,
                "buttons": [
                    {"title": button.title, "payload": button.payload} for button in reply.buttons
                ],
            }
            for reply in turn.replies
        ],
        "intent": turn.intent,
        "answers": list(turn.answers),
        "asks": turn.asks,
        "clarify": turn.clarify,
        "fallback": turn.fallback,
        "case": case.state if case else None,
        "slots": dict(turn.slots),
        "danger": turn.danger or None,
        "care": turn.care or None,
    }


def _message(turn: Mapping[str, Any], number: int) -> IncomingMessage:
    if "media" in turn:
        caption = str(turn.get(_CAPTION) or "")
        media = {"kind": str(turn["media"])}
        return IncomingMessage(number, caption, kind="media", media=media)
    if "payload" in turn:
        payload = str(turn["payload"])
        return IncomingMessage(number, payload, kind="payload", payload=payload)
    if isinstance(turn.get("text"), str):
        return IncomingMessage(number, turn["text"])
    raise BadMessageError("a turn needs text, payload or media")


def _moment(text: Any, otherwise: datetime) -> datetime:
    if text is None:
        return otherwise
    try:
        return parse_moment(str(text))
    except ValueError as error:
        raise BadMessageError(f"not an ISO time: {text!r}") from error
