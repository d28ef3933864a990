"""What a message does to an active form: fills it, corrects it, leaves it, or digresses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dialogue import forms
from dialogue.actions import handover
from dialogue.draft import TurnDraft
from dialogue.form_confirm import confirm
from dialogue.form_lookup import look_for
from dialogue.form_values import NOT_OURS, SKIPPED, Found, Refused, sure_values
from dialogue.reading import Reading
from dialogue.resolver import SMALL_TALK
from dialogue.tracker import Loop
from nlu.types import OUT_OF_SCOPE

_LONGEST_CANCELLATION = 8
_LONG_STORY = 12
_YES, _NO, _CANCEL, _UNWILLING = "setuju", "tolak", "batal", "enggan"
_COMPLAINT, _NAME = "keluhan", "nama"
_LONG_ANSWERS = ("uraian",)
_OWN_WORDS = (*_LONG_ANSWERS, "tempat_kejadian", "waktu_kejadian")
"""Slots that take what is written as it is: only a clear question is something else."""
_ASIDES = ("kenapa_data", "menunda")
"""Said about the form, whatever is being asked for."""
_WORDLESS = ("pesan_kosong", "pesan_emoji", "pesan_rusak")


def continue_form(reading: Reading, draft: TurnDraft) -> bool:
    """Let the active form have the message; ``False`` when it is something else (a digression).

    After a digression the caller answers it and asks again with :func:`forms.ask`.
    """
    loop = draft.loop
    if loop is None:
        return False
    draft.hide_choices = loop.phase == "ask"
    if reading.intent == "minta_cs" and reading.decision == "answer":
        in_a_story = loop.asks in _LONG_ANSWERS and len(reading.line.split()) >= _LONG_STORY
        if not in_a_story and not _introduces(reading, loop):
            return False
    if _cancels(reading, loop, draft):
        forms.leave_form(draft)
        return True
    phases = {"verify": _verify, "confirm": confirm, "offer": _offer}
    taken = phases.get(loop.phase, _fill)(reading, draft)
    draft.filled = taken and reading.how in ("nlu", "context")
    return taken


def _introduces(reading: Reading, loop: Loop) -> bool:
    """Whether somebody who is asked for a name tells how to call him ("panggil saja Teh ...")."""
    guessed = reading.how == "nlu" and loop.phase == "ask" and loop.asks == _NAME
    return guessed and any(entity.entity == _NAME for entity in reading.entities)


def _cancels(reading: Reading, loop: Loop, draft: TurnDraft) -> bool:
    if reading.intent == _UNWILLING:
        return loop.phase != "offer" and not forms.may_skip(draft, loop.asks or "")
    if reading.intent != _CANCEL or reading.decision != "answer":
        return False
    short = len(reading.line.split()) <= _LONGEST_CANCELLATION
    return reading.how != "nlu" or (short and loop.asks not in _LONG_ANSWERS)


def _fill(reading: Reading, draft: TurnDraft) -> bool:
    loop = draft.loop
    slot = loop.asks if loop else None
    if loop is None or slot is None:
        return False
    taken = _taken_otherwise(reading, draft, slot)
    if taken is not None:
        return taken
    found = look_for(slot, reading, draft)
    sure = isinstance(found, Found) and found.strength == "strong"
    if isinstance(found, Found) and (sure or not _digresses(reading, slot, draft)):
        _accept(found, reading, draft, slot)
        return True
    explained = isinstance(found, Refused) and found.response == NOT_OURS
    if not explained:
        added = forms.add_question(reading, draft)
        if _is_other_business(reading):
            return False
        if added:
            forms.ask(draft)
            return True
    _bad_value(found if isinstance(found, Refused) else Refused("utter_isian_keliru"), draft)
    return True


def _taken_otherwise(reading: Reading, draft: TurnDraft, slot: str) -> bool | None:
    """Take what fills the slot, or says something of the form, without being a written value."""
    loop = draft.loop
    if reading.how in ("payload", "choice"):
        return _fill_by_button(reading, draft, slot)
    if reading.intent in _ASIDES:
        return False
    if reading.intent in _WORDLESS:
        _bad_value(Refused(f"utter_salah_{slot}"), draft)
        return True
    if loop is not None and _belongs(reading, loop) and slot not in _LONG_ANSWERS:
        forms.keep_account(reading, draft)
        return True
    skips = reading.intent == _UNWILLING or draft.assets.patterns.found("lewati", reading.line)
    skips = skips or (slot in _OWN_WORDS and reading.intent == _NO and reading.how == "pattern")
    if skips and forms.may_skip(draft, slot):
        _keep(draft, slot, SKIPPED)
        forms.ask_next(draft)
        return True
    return None


def _belongs(reading: Reading, loop: Loop) -> bool:
    """Whether a message goes on telling what the form is about."""
    if "pertanyaan" in reading.notes and reading.decision != "answer":
        return False
    grievance = reading.intent == _COMPLAINT and "pertanyaan" not in reading.notes
    return reading.intent == loop.name or (loop.name == forms.DEFERRED and grievance)


def _fill_by_button(reading: Reading, draft: TurnDraft, slot: str) -> bool:
    if reading.intent == "lewati" and forms.may_skip(draft, slot):
        _keep(draft, slot, SKIPPED)
        forms.ask_next(draft)
        return True
    if slot in reading.values:
        _keep(draft, slot, str(reading.values[slot]))
        forms.ask_next(draft)
        return True
    return False


def _digresses(reading: Reading, slot: str, draft: TurnDraft) -> bool:
    """Whether a message that could be the value is rather a question of its own."""
    if slot in _OWN_WORDS:
        return _digresses_from_story(reading, draft)
    if reading.how == "context":
        return True
    if "pertanyaan" in reading.notes:
        return True
    if reading.intent in (_YES, _NO):
        return reading.how == "pattern"
    return reading.is_sure and reading.intent in (*SMALL_TALK, "bot_atau_manusia")


def _digresses_from_story(reading: Reading, draft: TurnDraft) -> bool:
    """Whether a message is no part of the account that is asked for."""
    words = len(reading.line.split())
    if reading.decision != "answer":
        return False
    if reading.is_knowledge:
        question = "pertanyaan" in reading.notes and words <= _LONG_STORY
        return question and draft.loop is not None and draft.loop.name != forms.DEFERRED
    return reading.intent in (*SMALL_TALK, "bot_atau_manusia") and words <= _LONGEST_CANCELLATION


def _is_other_business(reading: Reading) -> bool:
    """Whether a message that holds no value should be answered before the form goes on."""
    if "pertanyaan" in reading.notes and ("?" in reading.text or reading.decision != "handoff"):
        return True
    return reading.is_sure and reading.intent not in (_YES, _NO, OUT_OF_SCOPE)


def _accept(found: Found, reading: Reading, draft: TurnDraft, slot: str) -> None:
    loop = draft.loop
    if loop is not None and found.verify:
        draft.candidate = found.value
        draft.loop = replace(loop, phase="verify")
        forms.ask(draft)
        return
    _keep(draft, slot, found.value)
    if slot not in _LONG_ANSWERS:
        for other, value in sure_values(reading, today=draft.today).items():
            if other in forms.missing_slots(draft):
                draft.slots[other] = value
    forms.ask_next(draft)


def _keep(draft: TurnDraft, slot: str, value: Any) -> None:
    draft.slots[slot] = value
    draft.candidate = ""


def _bad_value(refused: Refused, draft: TurnDraft) -> None:
    if draft.loop is None:
        return
    draft.loop = Loop(draft.loop.name, asks=draft.loop.asks, bad=draft.loop.bad)
    forms.count_unusable(draft)
    if draft.loop.phase != "offer" and refused.response in draft.assets.domain.responses:
        draft.utter(refused.response)
    else:
        forms.ask(draft)


def _verify(reading: Reading, draft: TurnDraft) -> bool:
    loop = draft.loop
    if loop is None or loop.asks is None:
        return False
    if reading.intent == _YES:
        _keep(draft, loop.asks, draft.candidate)
        forms.ask_next(draft)
        return True
    draft.candidate = ""
    draft.loop = Loop(loop.name, asks=loop.asks, bad=loop.bad)
    if reading.intent == _NO and len(reading.line.split()) <= 2:
        _bad_value(Refused(f"utter_ask_{loop.asks}"), draft)
        return True
    return _fill(reading, draft)


def _offer(reading: Reading, draft: TurnDraft) -> bool:
    loop = draft.loop
    if loop is None:
        return False
    if reading.intent == _YES:
        handover.connect(reading, draft)
        return True
    draft.loop = Loop(loop.name, asks=loop.asks)
    if reading.intent in (_NO, _UNWILLING, "lanjut") or loop.asks is None:
        forms.ask_next(draft)
        return True
    return _fill(reading, draft)
