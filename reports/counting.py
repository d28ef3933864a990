"""What one event adds to the counts. Pure: states in, additions out; the projector does the rest.

The additions depend only on the events and their order, so that counting behind the log and
counting the whole log anew give the same numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from foundation.clock import WIB, parse_moment
from foundation.targets import WAIT_TARGETS
from handoff import DRILL_CHANNEL
from service_hours import Calendar
from storage import StoredEvent

CHAT_GAP = timedelta(hours=24)
"""A message after so long without one begins a new chat (the office's way of counting)."""

WAIT_BOUNDS = WAIT_TARGETS
"""Upper bounds, in service minutes, of the classes in which waits are counted."""

ALARM_BOUNDS = (1, 5, 15, 60)
"""Upper bounds, in minutes on the clock, of the classes of times until an alarm is acknowledged."""

BEYOND = "lebih"
"""The class of waits above the last bound."""

_CLOSINGS = {"case_resolved": "resolved", "case_returned": "returned", "case_expired": "expired"}
_DECISIONS = {"answer": "bot_answered", "clarify": "clarified"}

Cell = tuple[date, str, str, str]
"""WIB day, channel, measure, key."""


@dataclass
class ChatState:
    """A conversation's present chat: its first WIB day and what came of it so far."""

    began_on: date
    last_message_at: datetime
    substantial: bool = False
    asked_on: date | None = None
    district: str = ""


@dataclass
class CaseClock:
    """The moments of an open case from which waiting and handling time are measured."""

    opened_at: datetime
    claimed_at: datetime | None = None
    waited: bool = False


@dataclass
class Tally:
    """Counts a batch of events. ``chats`` and ``cases`` are the states before, then after it.

    ``ended`` are cases that need no clock any more; ``unanswered`` are the ids of turns without
    an answer, with day and decision; ``begun`` those of messages that began a chat, with day and
    channel.
    """

    calendar: Calendar
    chats: dict[str, ChatState]
    cases: dict[int, CaseClock]
    cells: Counter[Cell] = field(default_factory=Counter)
    ended: set[int] = field(default_factory=set)
    unanswered: dict[int, tuple[date, str]] = field(default_factory=dict)
    begun: dict[int, tuple[date, str]] = field(default_factory=dict)

    def add(self, event: StoredEvent, channel: str) -> None:
        """Count one event of a conversation on ``channel``; drills are not counted."""
        if channel == DRILL_CHANNEL:
            return
        if handler := _HANDLERS.get(event.type):
            handler(self, event, channel)

    def _count(self, event: StoredEvent, channel: str, measure: str, key: str = "") -> None:
        self._sum(wib_day(event.at), channel, measure, key)

    def _sum(self, day: date, channel: str, measure: str, key: str = "", by: int = 1) -> None:
        self.cells[day, channel, measure, key] += by

    def _message(self, event: StoredEvent, channel: str) -> None:
        local = event.at.astimezone(WIB)
        self._count(event, channel, "messages")
        self._count(event, channel, "message_hour", f"{local.hour:02d}")
        if not self.calendar.is_open(event.at):
            self._count(event, channel, "outside_hours")
        state = self.chats.get(event.conversation)
        if state is None or event.at - state.last_message_at >= CHAT_GAP:
            self._count(event, channel, "chats")
            self._count(event, channel, "chat_hour", f"{local.hour:02d}")
            self._count(event, channel, "people", "kembali" if state else "baru")
            self._count(event, channel, "empty")
            self.begun[event.id] = (local.date(), channel)
            self.chats[event.conversation] = ChatState(local.date(), event.at)
            return
        # Transactions that wrote at once may come in the other order; the latest message counts.
        state.last_message_at = max(state.last_message_at, event.at)
        if state.asked_on:
            self._sum(state.asked_on, channel, "abandoned", by=-1)
            state.asked_on = None

    def _decided(self, event: StoredEvent, channel: str) -> None:
        data, decision = event.data, event.data.get("decision")
        if decision in _DECISIONS:
            self._count(event, channel, _DECISIONS[decision])
        answers = [str(label) for label in data.get("answers") or ()]
        for label in answers:
            self._count(event, channel, "answer", label)
        for topic in sorted({label.partition("/")[0] for label in answers}):
            self._count(event, channel, "topic", topic)
        if data.get("rating"):
            self._count(event, channel, "csat", str(data["rating"]))
        if decision in ("clarify", "handoff"):
            self.unanswered[event.id] = (wib_day(event.at), str(decision))
        self._note_chat(event, channel, data, decision)

    def _note_chat(
        self, event: StoredEvent, channel: str, data: Mapping[str, Any], decision: object
    ) -> None:
        state = self.chats.get(event.conversation)
        if state is None:
            return
        asks = decision == "clarify" or bool(data.get("asks"))
        if asks and state.asked_on is None:
            state.asked_on = wib_day(event.at)
            self._sum(state.asked_on, channel, "abandoned")
        district = str(data.get("district") or "")
        if district and district != state.district:
            state.district = district
            self._count(event, channel, "district", district)
        if asks or decision == "handoff" or data.get("answers") or data.get("reason"):
            self._make_substantial(state, channel)

    def _make_substantial(self, state: ChatState, channel: str) -> None:
        if not state.substantial:
            state.substantial = True
            self._sum(state.began_on, channel, "empty", by=-1)

    def _opened(self, event: StoredEvent, channel: str) -> None:
        self._count(event, channel, "handed_over")
        self._count(event, channel, "handover", str(event.data.get("reason", "")))
        if state := self.chats.get(event.conversation):
            self._make_substantial(state, channel)
        if (case_id := event.data.get("case_id")) is not None:
            self.cases[case_id] = CaseClock(event.at)

    def _claimed(self, event: StoredEvent, channel: str) -> None:
        clock = self.cases.get(event.data.get("case_id", -1))
        # Taken over from a colleague: an officer has had it all along.
        if clock is None or clock.claimed_at is not None:
            return
        clock.claimed_at = event.at
        if not clock.waited:
            clock.waited = True
            seconds = self._service_seconds(clock.opened_at, event.at)
            self._count(event, channel, "wait", wait_class(seconds))
            self._sum(wib_day(event.at), channel, "wait_seconds", by=seconds)

    def _let_go(self, event: StoredEvent, channel: str) -> None:
        clock = self.cases.get(event.data.get("case_id", -1))
        if clock is None or clock.claimed_at is None:
            return
        seconds = self._service_seconds(clock.claimed_at, event.at)
        self._sum(wib_day(event.at), channel, "handling_seconds", by=seconds)
        clock.claimed_at = None

    def _closed(self, event: StoredEvent, channel: str) -> None:
        case_id = event.data.get("case_id", -1)
        if (clock := self.cases.get(case_id)) and clock.waited:
            self._let_go(event, channel)
            self._count(event, channel, "handled")
        if self.cases.pop(case_id, None):
            self.ended.add(case_id)
        self._count(event, channel, _CLOSINGS[event.type], str(event.data.get("outcome") or ""))

    def _rated(self, event: StoredEvent, channel: str) -> None:
        if event.data.get("kind") != "csat":
            return
        self._count(event, channel, "csat", str(event.data.get("value")))
        if earlier := event.data.get("replaces"):
            day = wib_day(parse_moment(str(earlier["at"])))
            self._sum(day, channel, "csat", str(earlier["value"]), by=-1)

    def _endangered(self, event: StoredEvent, channel: str) -> None:
        if not event.data.get("again"):
            self._count(event, channel, "urgent", str(event.data.get("kind") or ""))

    def _acknowledged(self, event: StoredEvent, channel: str) -> None:
        seconds = int(event.data.get("seconds") or 0)
        self._count(event, channel, "acknowledged", wait_class(seconds, ALARM_BOUNDS))
        self._sum(wib_day(event.at), channel, "acknowledge_seconds", by=seconds)

    def _service_seconds(self, start: datetime, end: datetime) -> int:
        return round(self.calendar.service_minutes_between(start, end) * 60)


_HANDLERS: Mapping[str, Callable[[Tally, StoredEvent, str], None]] = {
    "user": Tally._message,
    "decided": Tally._decided,
    "case_opened": Tally._opened,
    "case_claimed": Tally._claimed,
    "case_taken_over": Tally._claimed,
    "case_released": Tally._let_go,
    "case_returned": Tally._closed,
    "case_resolved": Tally._closed,
    "case_expired": Tally._closed,
    "rated": Tally._rated,
    "urgency_raised": Tally._endangered,
    "urgency_acknowledged": Tally._acknowledged,
}


def wib_day(moment: datetime) -> date:
    """Return the WIB day of a moment, whatever the server's own time zone is."""
    return moment.astimezone(WIB).date()


def wait_class(seconds: int, bounds: Sequence[int] = WAIT_BOUNDS) -> str:
    """Return the class of a wait: the least bound (minutes) that it keeps, or ``BEYOND``."""
    return next((str(bound) for bound in bounds if seconds <= bound * 60), BEYOND)
