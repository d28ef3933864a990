"""What stands around every answer: the hedge, the authority, and the buttons below."""

from __future__ import annotations

from dialogue.checks.offers import check_buttons
from dialogue.draft import TurnDraft
from dialogue.knowledge import KnowledgeEntry
from dialogue.types import Button
from dialogue.wording import day_in_words

OFFER_OFFICER = "cs"
_MOST_RELATED = 2


def softened(draft: TurnDraft, entry: KnowledgeEntry, text: str) -> str:
    """Return the text with one hedge where the entry is uncertain or its review is overdue."""
    # The hedge names the officer and the button stands below, but nothing was asked: an "ok" after
    # it accepts nothing.
    if entry.uncertain and not (entry.parts and draft.assets.parts.is_hedged(text)):
        return draft.text_of("utter_jawaban_ragu", jawaban=text)
    if entry.overdue(draft.today):
        tinjau = day_in_words(entry.tinjau_paling_lambat)
        return draft.text_of("utter_jawaban_lama", jawaban=text, tinjau=tinjau)
    return text


def with_authority(draft: TurnDraft, entry: KnowledgeEntry, body: str) -> str:
    """Return the body with the authority named, where another office decides."""
    if not entry.instansi or entry.instansi in body:
        return body
    return f"{body}\n\n{draft.text_of('utter_instansi', instansi=entry.instansi)}"


def follow_up_buttons(draft: TurnDraft, entry: KnowledgeEntry, *, full: bool) -> list[Button]:
    """Return "Selengkapnya" (unless all was told), related questions and what people do next."""
    buttons = []
    titles = draft.assets.context.act_titles
    if not full and entry.jawaban != entry.ringkas:
        payload = f'/selengkapnya{{"label": "{entry.label}"}}'
        buttons.append(Button(titles.get("selengkapnya", ""), payload))
    related = [
        draft.assets.knowledge[label]
        for label in entry.terkait
        if label in draft.assets.knowledge and label not in draft.tracker.answered
    ]
    related = [item for item in related if not item.withdrawn]
    buttons += [Button(item.tombol, f"/{item.label}") for item in related[:_MOST_RELATED]]
    if step := draft.assets.context.next_steps.get(entry.label):
        buttons.append(Button(titles.get(step.intent, ""), f"/{step.intent}"))
    buttons += check_buttons(draft, entry.label)
    return [button for button in buttons if button.title]


def officer_button(draft: TurnDraft) -> list[Button]:
    """Return the button "Chat dengan CS", unless a person is already waited for."""
    title = draft.assets.context.act_titles.get("minta_cs", "")
    return [] if draft.case_waits or not title else [Button(title, "/minta_cs")]
