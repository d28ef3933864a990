"""Knowledge answers: short first, with source and review, hedged where they must be."""

from __future__ import annotations

import re

from dialogue.action_names import OFFER_VICTIM
from dialogue.context_tables import Offer
from dialogue.draft import TurnDraft
from dialogue.knowledge import KnowledgeEntry
from dialogue.reading import Reading
from dialogue.types import Button
from dialogue.wording import day_in_words

OFFER_OFFICER = "cs"
_WITHDRAWN = "utter_jawaban_ditarik"
_ENOUGH_LETTERS = 60
_MOST_RELATED = 2
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
    offer = _offer_beside(label, draft)
    if offer and offer.lead and not answered:
        draft.utter(offer.lead)
    if answered and _other_aspect(reading, draft):
        _give(draft, entry, "utter_jawaban_lengkap", entry.jawaban, sources=entry.sumber)
    elif answered:
        short = _shortened(entry)
        _give(draft, entry, "utter_jawaban_ulang", short, sources=entry.sumber[:1])
        draft.offer = offer.name if offer and offer.name == OFFER_VICTIM else OFFER_OFFICER
    else:
        _give(draft, entry, "utter_jawaban", entry.ringkas, sources=entry.sumber[:2])
        if offer:
            draft.utter(offer.response)
            draft.offer = offer.name
    draft.label = label
    draft.aspect = reading.aspect or draft.assets.context.aspect_of(label)


def _offer_beside(label: str, draft: TurnDraft) -> Offer | None:
    """Return what to offer beside the answer; nothing within a form, no officer twice."""
    offer = draft.assets.context.offers.get(label)
    if offer is None or draft.loop is not None:
        return None
    return None if offer.name == OFFER_VICTIM and draft.case_waits else offer


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
    _give(draft, entry, "utter_jawaban_lengkap", entry.jawaban, sources=entry.sumber)
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
        jawaban=_softened(draft, entry, text),
        sumber="; ".join(sources),
        tinjauan=draft.text_of(
            "utter_tinjauan",
            tahun=entry.tahun,
            berlaku_sejak=day_in_words(entry.berlaku_sejak),
            tinjau=day_in_words(entry.tinjau_paling_lambat),
            status=entry.status_tinjau,
        ),
    )
    if entry.instansi and entry.instansi not in body:
        body = f"{body}\n\n{draft.text_of('utter_instansi', instansi=entry.instansi)}"
    draft.add(body, _buttons(draft, entry, full=full), response=frame)
    draft.answers.append(entry.label)


def _softened(draft: TurnDraft, entry: KnowledgeEntry, text: str) -> str:
    # The hedge names the officer and the button stands below, but nothing was asked: an "ok" after
    # it accepts nothing.
    if entry.uncertain:
        return draft.text_of("utter_jawaban_ragu", jawaban=text)
    if entry.overdue(draft.today):
        tinjau = day_in_words(entry.tinjau_paling_lambat)
        return draft.text_of("utter_jawaban_lama", jawaban=text, tinjau=tinjau)
    return text


def _shortened(entry: KnowledgeEntry) -> str:
    """Return the first sentences of the short answer, all of it where it must be hedged."""
    sentences = _SENTENCE_END.split(entry.ringkas)
    short = sentences[0]
    for sentence in sentences[1:]:
        if len(short) >= _ENOUGH_LETTERS:
            break
        short = f"{short} {sentence}"
    return entry.ringkas if entry.uncertain else short


def _buttons(draft: TurnDraft, entry: KnowledgeEntry, *, full: bool) -> list[Button]:
    buttons = []
    if not full and entry.jawaban != entry.ringkas:
        title = draft.assets.context.act_titles.get("selengkapnya", "")
        buttons.append(Button(title, f'/selengkapnya{{"label": "{entry.label}"}}'))
    related = [
        draft.assets.knowledge[label]
        for label in entry.terkait
        if label in draft.assets.knowledge and label not in draft.tracker.answered
    ]
    related = [item for item in related if not item.withdrawn]
    buttons += [Button(item.tombol, f"/{item.label}") for item in related[:_MOST_RELATED]]
    if step := draft.assets.context.next_steps.get(entry.label):
        title = draft.assets.context.act_titles.get(step.intent, "")
        buttons.append(Button(title, f"/{step.intent}"))
    buttons += officer_button(draft)
    return [button for button in buttons if button.title]


def officer_button(draft: TurnDraft) -> list[Button]:
    """Return the button "Chat dengan CS", unless a person is already waited for."""
    title = draft.assets.context.act_titles.get("minta_cs", "")
    return [] if draft.case_waits or not title else [Button(title, "/minta_cs")]
