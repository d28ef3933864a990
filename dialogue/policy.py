"""Decides what to do with a reading: the active form, the rules, asking back, a person."""

from __future__ import annotations

from dialogue import forms
from dialogue.actions import ACTIONS
from dialogue.actions.checks import check_again, start_from_question
from dialogue.actions.comparison import compare
from dialogue.actions.unsure import RASA_FALLBACK, clarify, not_understood, title_of
from dialogue.check_flow import ask_again, continue_loop
from dialogue.draft import TurnDraft
from dialogue.pasted import without_pasted
from dialogue.reading import Reading
from dialogue.resolver import SMALL_TALK
from dialogue.rules import actions_for
from nlu.types import OUT_OF_SCOPE

_ABUSE = "hinaan"
_PASTED, _SECRET = "nomor_identitas", "rahasia"
_IDENTIFIERS = frozenset({"nik", "npwp"})
_SALAM = "balas_salam"


def respond(reading: Reading, draft: TurnDraft, *, introduced: bool = False) -> None:
    """Work one reading into the draft; ``introduced`` residents just said who they are."""
    draft.card_intents = tuple(
        title_of(draft, intent.name) or intent.name for intent in reading.understanding.ranking[:3]
    )
    _warn_of_identifiers(reading, draft)
    _remember(reading, draft)
    in_form = draft.loop is not None
    if in_form and continue_loop(reading, draft):
        return
    if check_again(reading, draft):
        return
    _lead_in(reading, draft)
    form = draft.loop.name if draft.loop else None
    if _only_pastes(reading, draft):
        return
    if introduced and _only_introduces(reading, draft):
        draft.utter("utter_perkenalan")
    else:
        _perform(reading, draft)
    resumed = draft.loop is not None and draft.loop.name == form
    if in_form and resumed and draft.loop is not None:
        draft.offer = None
        if draft.fallback or draft.clarify:
            forms.count_unusable(draft)
        else:
            draft.utter("utter_formulir_lanjut")
        ask_again(draft)


def _only_introduces(reading: Reading, draft: TurnDraft) -> bool:
    """Whether a message tells about its writer and asks for nothing that was understood."""
    if draft.loop is not None or "pertanyaan" in reading.notes or reading.how != "nlu":
        return False
    if not draft.assets.supports_knowledge:
        return False
    return reading.decision != "answer" or reading.intent in (OUT_OF_SCOPE, *SMALL_TALK)


def _perform(reading: Reading, draft: TurnDraft) -> None:
    if compare(reading, draft):
        return
    if reading.decision == "clarify":
        clarify(reading, draft)
        return
    if reading.decision == "handoff":
        not_understood(reading, draft)
        return
    if reading.is_knowledge and start_from_question(reading, draft):
        return
    for action in _actions(reading, draft):
        run_action(action, reading, draft)


def run_action(name: str, reading: Reading, draft: TurnDraft) -> None:
    """Do what ``name`` stands for: Python, a form, or a response."""
    if name in ACTIONS:
        draft.actions.append(name)
        ACTIONS[name](reading, draft)
    elif name in draft.assets.domain.forms:
        if draft.loop is None or draft.loop.name != name:
            forms.start_form(name, reading, draft)
    elif name in draft.assets.domain.responses:
        draft.utter(name)
    elif f"utter_{reading.intent}" in draft.assets.domain.responses:
        draft.utter(f"utter_{reading.intent}")
        draft.answers.append(reading.intent)


def _actions(reading: Reading, draft: TurnDraft) -> tuple[str, ...]:
    by_rule = actions_for(
        draft.assets.rules,
        reading.intent,
        loop=draft.loop.name if draft.loop else None,
        slots=draft.slots,
        entities=frozenset(entity.entity for entity in reading.entities),
    )
    if by_rule is not None:
        return by_rule
    if reading.is_knowledge:
        return ("action_jawab",)
    own = f"utter_{reading.intent}"
    for response in (own, RASA_FALLBACK):
        if response in draft.assets.domain.responses:
            return (response,)
    return ("action_menu",)


def _warn_of_identifiers(reading: Reading, draft: TurnDraft) -> None:
    """Warn once a turn of what was pasted; a secret also needs doing something about."""
    pasted = any(entity.entity in _IDENTIFIERS for entity in reading.entities)
    warnings = ("utter_peringatan_rahasia", "utter_peringatan_identitas")
    due = (_SECRET in reading.notes, pasted or _PASTED in reading.notes)
    for response, is_due in zip(warnings, due, strict=True):
        if is_due and response not in draft.actions:
            draft.utter(response)


def _only_pastes(reading: Reading, draft: TurnDraft) -> bool:
    """Whether a secret was pasted and nothing else said that was understood."""
    if _SECRET not in reading.notes or draft.loop is not None or reading.decision == "answer":
        return False
    return not without_pasted(reading.text) or "pertanyaan" not in reading.notes


def _lead_in(reading: Reading, draft: TurnDraft) -> None:
    """Say before the answer what is due: calm, or the greeting returned."""
    knowledge = reading.is_knowledge and reading.decision == "answer"
    if _ABUSE in reading.notes and draft.abuse == 0:
        draft.abuse += 1
        draft.utter("utter_hinaan_tenang")
    elif _SALAM in reading.notes and (knowledge or reading.intent == "sapa"):
        draft.utter("utter_balas_salam")


def _remember(reading: Reading, draft: TurnDraft) -> None:
    """Keep the question, and what it is about, for what comes after it."""
    knowledge = reading.is_knowledge and reading.decision == "answer"
    tables = draft.assets.context
    if knowledge:
        subject = tables.subject_of(reading.intent)
        draft.subject = subject.name if subject else None
    elif reading.decision != "answer" or reading.intent == "bantuan_menu":
        named = tables.subjects_in(reading.line)
        fitting = [s for s in named if s.covers(reading.intent)] if len(named) > 1 else named
        draft.subject = fitting[0].name if len(fitting) == 1 else draft.subject
    if knowledge and reading.how in ("nlu", "context"):
        draft.note_question(reading.text, reading.intent)
