"""Knowledge answers: short first, with source and review, hedged where they must be."""

from __future__ import annotations

import re

from dialogue.actions.answer_frame import (
    OFFER_OFFICER,
    follow_up_buttons,
    officer_button,
    softened,
    with_authority,
)
from dialogue.actions.part_answers import answer_in_parts, give_whole, part_by_button
from dialogue.draft import TurnDraft
from dialogue.knowledge import KnowledgeEntry
from dialogue.reading import Reading
from dialogue.types import Button

_WITHDRAWN = "utter_jawaban_ditarik"
_ENOUGH_LETTERS = 60
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z(])")


def answer(reading: Reading, draft: TurnDraft) -> None:
    """Answer the knowledge label that was asked for."""
    label = reading.intent
    entry = draft.assets.knowledge.get(label)
    if entry is None:
        _without_entry(label, draft)
        return
    if entry.withdrawn:
        _withdrawn(draft)
        return
    answered = label in draft.tracker.answered or label in draft.answers
    if entry.parts:
        answer_in_parts(reading, draft, entry, again=answered)
    elif answered and _other_aspect(reading, draft):
        _give(draft, entry, "utter_jawaban_lengkap", entry.jawaban, sources=entry.sumber)
    elif answered:
        short = _shortened(entry)
        _give(draft, entry, "utter_jawaban_ulang", short, sources=entry.sumber[:1])
        draft.offer = OFFER_OFFICER
    else:
        _give(draft, entry, "utter_jawaban", entry.ringkas, sources=entry.sumber[:2])
    draft.label = label
    draft.aspect = reading.aspect or draft.assets.context.aspect_of(label)


def full_answer(reading: Reading, draft: TurnDraft) -> None:
    """Give the long form of the answer named in the payload, else of the last one."""
    label = str(reading.values.get("label") or _pointed_at(reading, draft) or draft.label or "")
    entry = draft.assets.knowledge.get(label)
    if entry is None:
        draft.utter("utter_menu", extra=menu_buttons(draft))
        draft.clarify = True
        return
    if entry.withdrawn:
        _withdrawn(draft)
        return
    if entry.parts:
        give_whole(draft, entry)
    else:
        _give(draft, entry, "utter_jawaban_lengkap", entry.jawaban, sources=entry.sumber)
    draft.label = label


def one_part(reading: Reading, draft: TurnDraft) -> None:
    """Give the part of an answer that a button names; without parts, the long form."""
    label = str(reading.values.get("label") or draft.label or "")
    name = str(reading.values.get("bagian") or "")
    entry = draft.assets.knowledge.get(label)
    if entry is None or entry.withdrawn or not entry.parts or not name:
        full_answer(reading, draft)
        return
    part_by_button(draft, entry, name)
    draft.label = label


def _pointed_at(reading: Reading, draft: TurnDraft) -> str | None:
    """Return the earlier answer that "yang gratis tadi, selengkapnya" means."""
    tables, answered = draft.assets.context, list(draft.tracker.answered)
    current = tables.subject_named(draft.subject) or tables.subject_of(draft.label)
    named = tables.subjects_in(reading.line)
    for subject in named or ((current,) if current else ()):
        by_aspect = [subject.aspects.get(name, "") for name in tables.aspects_in(reading.line)]
        covered = [label for label in answered if named and subject.covers(label)]
        for label in (*by_aspect, *reversed(covered)):
            if label in answered:
                return label
    return None


def _other_aspect(reading: Reading, draft: TurnDraft) -> bool:
    """Whether a follow-up asks something else of an answer that was given already."""
    if reading.how != "context":
        return False
    return (reading.intent, reading.aspect) != (draft.label, draft.aspect)


def menu_buttons(draft: TurnDraft) -> list[Button]:
    """Return one button for each part of the menu."""
    return [
        Button(title, f'/bantuan_menu{{"bagian": "{title}"}}')
        for title in draft.assets.context.menu
    ]


def _without_entry(label: str, draft: TurnDraft) -> None:
    """Rasa keeps such an answer as ``utter_<label>`` in the domain."""
    if f"utter_{label}" in draft.assets.domain.responses:
        draft.utter(f"utter_{label}")
        draft.answers.append(label)
        draft.label = label
        return
    _offer_person(draft, "utter_belum_ada_jawaban", reason="belum_ada_jawaban")


def _withdrawn(draft: TurnDraft) -> None:
    """Say that the answer is being looked over; bundles made before that text say the other."""
    known = _WITHDRAWN in draft.assets.domain.responses
    response = _WITHDRAWN if known else "utter_belum_ada_jawaban"
    _offer_person(draft, response, reason="jawaban_ditarik")


def _offer_person(draft: TurnDraft, response: str, *, reason: str) -> None:
    draft.utter(response)
    draft.decision = "handoff"
    draft.reason = reason
    draft.offer = OFFER_OFFICER
    draft.attention = True


def _give(
    draft: TurnDraft, entry: KnowledgeEntry, frame: str, text: str, *, sources: tuple[str, ...]
) -> None:
    full = frame == "utter_jawaban_lengkap"
    body = draft.text_of(
        frame,
        jawaban=softened(draft, entry, text),
        sumber="; ".join(sources),
    )
    buttons = [*follow_up_buttons(draft, entry, full=full), *officer_button(draft)]
    draft.add(with_authority(draft, entry, body), buttons, response=frame)
    draft.answers.append(entry.label)


def _shortened(entry: KnowledgeEntry) -> str:
    """Return the first sentences of the short answer, all of it where it must be hedged."""
    sentences = _SENTENCE_END.split(entry.ringkas)
    short = sentences[0]
    for sentence in sentences[1:]:
        if len(short) >= _ENOUGH_LETTERS:
            break
        short = f"{short} {sentence}"
    return entry.ringkas if entry.uncertain else short
