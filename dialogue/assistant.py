"""The assistant: one batch of messages and a tracker become the next turn. No input or output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from functools import lru_cache
from typing import Any

import nlu
from dialogue.assets import Assets
from dialogue.batch import read_batch
from dialogue.care import attend, note_danger
from dialogue.danger import Danger, DangerReader
from dialogue.draft import TurnDraft
from dialogue.marked_entities import MarkedNlu
from dialogue.policy import respond
from dialogue.reader import MessageReader
from dialogue.reading import Reading, certain
from dialogue.slot_filling import fill_slots
from dialogue.tracker import Tracker
from dialogue.types import EventDraft, IncomingMessage, Turn, TurnContext
from nlu.types import SensesDanger, Understanding, Understands

_MOST_RANKED = 5
_STRANGE = "halo, kapan qwzxvbn? terus bayar brapa"
"""A message that needs all there is: a word that no table knows, and two questions."""
NO_MODEL = "tanpa_model"
FILLED = "isian"
"""The intent shown for a message that was taken as a form's value."""


class Assistant:
    """Answers residents by the assets and what ``understands`` makes of their words.

    Without a usable model every message goes to the human queue.
    """

    def __init__(self, assets: Assets, understands: Understands | None) -> None:
        self._danger = DangerReader(assets.safety, _detector(understands))
        if understands and assets.marked.patterns:
            understands = MarkedNlu(understands, assets.marked)
        self._assets = assets
        self._understands = understands
        self._reader = MessageReader(assets, understands) if understands else None

    @property
    def assets(self) -> Assets:
        """The domain, rules and knowledge it answers by."""
        return self._assets

    def warm_up(self) -> None:
        """Read what is read on first use, so that no resident waits for it.

        The model fetches its parts with the first message, the forms their tables of words.
        """
        if self._understands is not None:
            self._understands.understand(_STRANGE)
        nlu.extract_entities(_STRANGE, today=date.min)

    def handle(
        self, messages: Sequence[IncomingMessage], tracker: Tracker, context: TurnContext
    ) -> Turn:
        """Return the turn for ``messages`` (in order). Never raises for any text."""
        draft = TurnDraft.begin(self._assets, context, tracker)
        draft.heard = " / ".join(message.text for message in messages)
        danger = self._danger.read(messages)
        if context.case is not None and context.case.state == "claimed":
            draft.decision = "silent"
            draft.offer = tracker.memory.offer
            draft.misses = tracker.misses
            note_danger(danger, draft)
            return self._turn(draft, messages, self._unread(messages))
        if self._reader is None or not context.usable_model:
            return self._without_model(draft, messages, danger)
        read = read_batch(self._reader, messages, tracker)
        if attend(danger, read.to_answer, draft):
            return self._turn(draft, messages, read.each)
        for reading in read.to_answer:
            introduced = fill_slots(reading, draft)
            respond(reading, draft, introduced=introduced)
        return self._turn(draft, messages, [_as_taken(item, draft) for item in read.each])

    def _without_model(
        self, draft: TurnDraft, messages: Sequence[IncomingMessage], danger: Danger
    ) -> Turn:
        unread = self._unread(messages)
        if attend(danger, unread, draft):
            return self._turn(draft, messages, unread)
        waits = draft.case_waits
        draft.question = draft.heard
        draft.decision = "handoff"
        draft.reason = NO_MODEL
        draft.request_case(NO_MODEL)
        case = draft.context.case
        ticket = case.ticket if waits and case else draft.context.new_ticket
        draft.utter("utter_tanpa_model", tiket=ticket)
        return self._turn(draft, messages, unread)

    def _unread(self, messages: Sequence[IncomingMessage]) -> list[Reading]:
        version = self._understands.version if self._understands else ""
        return [
            Reading(
                text=message.text,
                line="",
                intent="",
                how="pattern",
                understanding=replace(
                    certain(message.text, "", version=version), ranking=(), decision="handoff"
                ),
                decision="handoff",
            )
            for message in messages
        ]

    def _turn(
        self, draft: TurnDraft, messages: Sequence[IncomingMessage], readings: Sequence[Reading]
    ) -> Turn:
        bundle = self._understands.version if self._understands else ""
        understood = [
            _understood(message, reading, bundle)
            for message, reading in zip(messages, readings, strict=True)
        ]
        return Turn(
            decision=draft.decision,
            replies=tuple(draft.replies),
            events=(*understood, _decided(draft, bundle)),
            answers=tuple(draft.answers),
            asks=_asks(draft),
            clarify=draft.clarify,
            fallback=draft.fallback,
            case_request=draft.case_request,
            attention=draft.attention,
            slots=dict(draft.slots),
            intent=readings[-1].intent if readings else "",
            erase_requested=draft.erase_requested,
            danger=draft.danger,
            care=_care(draft),
        )


def _detector(model: object) -> SensesDanger | None:
    """Return the model as a danger detector; other models understand messages and no more."""
    return model if isinstance(model, SensesDanger) else None


def _as_taken(reading: Reading, draft: TurnDraft) -> Reading:
    """Drop the intent of what was written into a form, whatever the NLU made of it."""
    return replace(reading, intent=FILLED) if draft.filled else reading


def _understood(message: IncomingMessage, reading: Reading, bundle: str) -> EventDraft:
    meant: Understanding = reading.understanding
    data: dict[str, Any] = {
        "inbox_id": message.id,
        "intent": meant.intent.name,
        "confidence": meant.intent.confidence,
        "ranking": [[item.name, item.confidence] for item in meant.ranking[:_MOST_RANKED]],
        "decision": meant.decision,
        "out_of_scope": meant.out_of_scope,
        "resolved": reading.intent,
        "how": reading.how,
        "entities": sorted({entity.entity for entity in meant.entities}),
        "bundle": bundle,
    }
    content = {"entities": [asdict(entity) for entity in meant.entities]}
    return EventDraft("understood", data, content if meant.entities else None)


def _decided(draft: TurnDraft, bundle: str) -> EventDraft:
    data: dict[str, Any] = {
        "decision": draft.decision,
        "actions": list(draft.actions),
        "answers": list(draft.answers),
        "reason": draft.reason,
        "clarify": draft.clarify,
        "fallback": draft.fallback,
        "misses": draft.misses,
        "loop": asdict(draft.loop) if draft.loop else None,
        "asks": _asks(draft),
        "memory": draft.memory().to_state(),
        "danger": draft.danger,
        "care": _care(draft),
        "bundle": bundle,
    }
    if draft.rating is not None:
        data["rating"] = draft.rating
    if draft.missing_part:
        data["missing_part"] = draft.missing_part
    if draft.check:
        data["check"] = {"name": draft.check, "row": draft.check_row}
    if draft.erase_requested:
        data["erase"] = True
    if district := _district(draft.slots.get("kecamatan")):
        data["district"] = district
    content: Mapping[str, Any] = {
        "slots": dict(draft.slots),
        "question": draft.question,
        "candidate": draft.candidate,
    }
    return EventDraft("decided", data, content)


def _district(value: Any) -> str:
    """Return ``value`` when it is the official name of one of the regency's districts, else "".

    It is counted by the reports, so it stands in the skeleton: it names no person, and nothing
    but these forty names can come through.
    """
    return value if isinstance(value, str) and value in _official(value) else ""


@lru_cache(maxsize=256)
def _official(name: str) -> frozenset[str]:
    found = nlu.extract_entities(f"kecamatan {name}", today=date.min)
    return frozenset(str(item.value) for item in found if item.entity == "kecamatan")


def _care(draft: TurnDraft) -> str:
    return draft.care.kind if draft.care is not None and draft.care.active else ""


def _asks(draft: TurnDraft) -> str | None:
    loop = draft.loop
    return loop.asks if loop is not None and loop.phase in ("ask", "verify", "offer") else None
