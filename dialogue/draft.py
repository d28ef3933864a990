"""A turn in the making. Lives for one call of the assistant and is then frozen into a Turn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dialogue.assets import Assets
from dialogue.tracker import Care, Loop, Memory, Tracker
from dialogue.types import Button, CaseRequest, Reply, TurnContext, TurnDecision
from dialogue.wording import fill_blanks, pick_variation
from foundation.clock import WIB, indonesian_date, indonesian_time

OPEN_CASE_STATES = ("waiting", "claimed")
_ABOUT_THE_CHAT = "layanan_kantor"
"""Questions of this topic are no matter for an officer to prepare for."""


@dataclass
class TurnDraft:
    """Collects replies, answers and the next state while the policies work on a turn."""

    assets: Assets
    context: TurnContext
    tracker: Tracker
    slots: dict[str, Any] = field(default_factory=dict)
    loop: Loop | None = None
    label: str | None = None
    aspect: str | None = None
    subject: str | None = None
    offer: str | None = None
    abuse: int = 0
    care: Care | None = None
    danger: str = ""
    misses: int = 0
    question: str = ""
    heard: str = ""
    """All that the turn's messages say."""
    candidate: str = ""
    replies: list[Reply] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    decision: TurnDecision = "answer"
    reason: str = ""
    clarify: bool = False
    fallback: bool = False
    attention: bool = False
    case_request: CaseRequest | None = None
    erase_requested: bool = False
    rating: int | None = None
    check: str | None = None
    check_row: str = ""
    """The guided check that this turn concluded, and the row of its table that decided."""
    missing_part: str = ""
    """The part of an answer that was asked for and that our sources do not tell."""
    card_intents: tuple[str, ...] = ()
    hide_choices: bool = False
    filled: bool = False
    """The message was taken as a form's value, not as a question."""

    @classmethod
    def begin(cls, assets: Assets, context: TurnContext, tracker: Tracker) -> TurnDraft:
        """Start from what the tracker remembers; the misses begin anew unless a miss is noted."""
        return cls(
            assets=assets,
            context=context,
            tracker=tracker,
            slots={**assets.domain.initial_slots(), **tracker.slots},
            loop=tracker.loop,
            label=tracker.memory.label,
            aspect=tracker.memory.aspect,
            subject=tracker.memory.subject,
            abuse=tracker.memory.abuse,
            care=tracker.memory.care,
            question=tracker.question,
            candidate=tracker.candidate,
        )

    @property
    def today(self) -> date:
        """The WIB day of the turn."""
        return self.context.now.astimezone(WIB).date()

    @property
    def case_waits(self) -> bool:
        """Whether the conversation has an open case, or this turn asks for one."""
        case = self.context.case
        return self.case_request is not None or (
            case is not None and case.state in OPEN_CASE_STATES
        )

    def utter(
        self,
        name: str,
        *,
        extra: Iterable[Button] = (),
        values: Mapping[str, Any] | None = None,
        **blanks: Any,
    ) -> None:
        """Add the response ``name`` as a reply; ``extra`` buttons come before its own."""
        self.actions.append(name)
        reply = self.compose(name, extra=extra, values={**(values or {}), **blanks})
        if reply is not None:
            self.replies.append(reply)

    def compose(
        self, name: str, *, extra: Iterable[Button] = (), values: Mapping[str, Any]
    ) -> Reply | None:
        """Return the response ``name`` filled in; ``None`` when the domain has no such response."""
        variation = pick_variation(
            self.assets.domain,
            name,
            channel=self.context.channel,
            slots=self.slots,
            turn=self.tracker.turns + len(self.replies),
        )
        if variation is None:
            return None
        text = fill_blanks(variation.text, {**self.times(), **self.slots, **values})
        return Reply(text=text, buttons=(*extra, *variation.buttons), response=name)

    def text_of(self, name: str, **values: Any) -> str:
        """Return the response's text alone, empty when there is none."""
        reply = self.compose(name, values=values)
        return reply.text if reply else ""

    def add(self, text: str, buttons: Iterable[Button] = (), *, response: str) -> None:
        """Add a reply that was put together elsewhere."""
        self.actions.append(response)
        self.replies.append(Reply(text=text, buttons=tuple(buttons), response=response))

    def request_case(self, reason: str, *, urgent: bool = False) -> None:
        """Ask for a case, unless one is open; the officer sees the card first."""
        if self.case_waits:
            return
        self.case_request = CaseRequest(
            reason=reason, ticket=self.context.new_ticket, card=self._card(reason), urgent=urgent
        )

    def request_confidential_case(self, reason: str, slots: Mapping[str, Any]) -> str:
        """Ask for a case that only supervisors see, also where one is open; return its ticket.

        Its card holds ``slots`` and no word of what was said before: who reports is not named
        unless they wish to be.
        """
        case = self.context.case
        is_open = case is not None and case.state in OPEN_CASE_STATES
        ticket = case.ticket if case is not None and is_open else self.context.new_ticket
        told = {name: value for name, value in slots.items() if value}
        card = {"reason": reason, "intents": [], "question": "", "slots": told, "form": reason}
        self.case_request = CaseRequest(reason, ticket, card, confidential=True)
        return ticket

    def note_question(self, text: str, label: str) -> None:
        """Remember a question in the resident's words, for an officer who may have to answer."""
        if self.loop is None and label.partition("/")[0] != _ABOUT_THE_CHAT:
            self.question = text

    def memory(self) -> Memory:
        """Return what the next turn may refer to."""
        buttons = [button for reply in self.replies for button in reply.buttons]
        choices = () if self.hide_choices else _unique((b.title, b.payload) for b in buttons)
        return Memory(
            label=self.label,
            aspect=self.aspect,
            subject=self.subject,
            care=self.care,
            offer=self.offer,
            choices=choices,
            abuse=self.abuse,
            check=self.check,
        )

    def _card(self, reason: str) -> Mapping[str, Any]:
        return {
            "reason": reason,
            "intents": list(self.card_intents),
            "question": self.question,
            "slots": {name: value for name, value in self.slots.items() if value},
            "form": self.loop.name if self.loop else None,
        }

    def times(self) -> dict[str, str]:
        """Return the blanks that ticket and service hours fill."""
        service, case = self.context.service, self.context.case
        times = {"tiket": case.ticket if case else self.context.new_ticket}
        if service.next_opening:
            opening = service.next_opening
            times["buka_lagi"] = f"{indonesian_date(opening)} pukul {indonesian_time(opening)} WIB"
        if service.closes_at:
            times["tutup_pukul"] = f"{indonesian_time(service.closes_at)} WIB"
        if service.closed_because:
            times["alasan_tutup"] = service.closed_because
        return times


def _unique(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys(pairs))
