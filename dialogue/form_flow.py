"""What a message does to an active form: fills it, corrects it, leaves it, or digresses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dialogue import forms
from dialogue.actions import handover
from dialogue.domain import Slot
from dialogue.draft import TurnDraft
from dialogue.form_values import NOT_OURS, SKIPPED, Found, Refused, find_value, knows, sure_values
from dialogue.reading import Reading
from dialogue.resolver import SMALL_TALK
from dialogue.slot_filling import mapped_value
from dialogue.tracker import Loop
from nlu.types import OUT_OF_SCOPE

MOST_BAD_VALUES = 3
_LONGEST_CANCELLATION = 8
_LONG_STORY = 12
_YES, _NO, _CANCEL, _CHANGE, _UNWILLING = "setuju", "tolak", "batal", "ubah", "enggan"
_LONG_ANSWERS = ("uraian",)
_ASIDES = ("kenapa_data", "menunda")
"""Said about the form, whatever is being asked for."""


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
        if not in_a_story:
            return False
    if _cancels(reading, loop, draft):
        forms.leave_form(draft)
        return True
    phases = {"verify": _verify, "confirm": _confirm, "offer": _offer}
    taken = phases.get(loop.phase, _fill)(reading, draft)
    draft.filled = taken and reading.how in ("nlu", "context")
    return taken


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
    if reading.how in ("payload", "choice"):
        return _fill_by_button(reading, draft, slot)
    if reading.intent in _ASIDES:
        return False
    if reading.intent == loop.name and slot not in _LONG_ANSWERS:
        forms.keep_account(reading, draft)
        return True
    skips = reading.intent == _UNWILLING or draft.assets.patterns.found("lewati", reading.line)
    if skips and forms.may_skip(draft, slot):
        _keep(draft, slot, SKIPPED)
        forms.ask_next(draft)
        return True
    found = _look_for(slot, reading, draft)
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


def _look_for(slot: str, reading: Reading, draft: TurnDraft) -> Found | Refused:
    domain, loop = draft.assets.domain, draft.loop
    if loop is not None and reading.intent in domain.forms[loop.name].ignored_intents:
        return Refused("utter_isian_keliru")
    if knows(slot):
        return find_value(slot, reading, draft.assets.patterns, today=draft.today)
    return mapped_value(domain.slots.get(slot, Slot(slot)), reading, draft)


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
    if slot in _LONG_ANSWERS:
        return _digresses_from_story(reading, draft)
    if reading.how == "context":
        return True
    if "pertanyaan" in reading.notes:
        return True
    if reading.intent in (_YES, _NO):
        return reading.how == "pattern"
    return reading.decision == "answer" and reading.intent in (*SMALL_TALK, "bot_atau_manusia")


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
    return reading.decision == "answer" and reading.intent not in (_YES, _NO, OUT_OF_SCOPE)


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
    loop = draft.loop
    if loop is None:
        return
    bad = loop.bad + 1
    responses = draft.assets.domain.responses
    if bad >= MOST_BAD_VALUES and forms.OFFER_RESPONSE in responses:
        draft.loop = Loop(loop.name, asks=loop.asks, phase="offer", bad=bad)
        draft.hide_choices = False
        forms.ask(draft)
        return
    draft.loop = Loop(loop.name, asks=loop.asks, bad=bad)
    if refused.response in responses:
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


def _confirm(reading: Reading, draft: TurnDraft) -> bool:
    loop = draft.loop
    if loop is None:
        return False
    if reading.intent == _YES and reading.decision == "answer":
        forms.send_form(draft)
        return True
    if reading.intent == _CHANGE:
        _change(str(reading.values.get("slot", "")), draft)
        return True
    if _correct(reading, draft):
        forms.ask_next(draft)
        return True
    if reading.intent == _NO and reading.decision == "answer":
        draft.utter("utter_ubah_apa", extra=[])
        return True
    if reading.decision == "answer" or "pertanyaan" in reading.notes:
        return False
    _confused(draft, loop)
    return True


def _confused(draft: TurnDraft, loop: Loop) -> None:
    bad = loop.bad + 1
    if bad >= MOST_BAD_VALUES:
        draft.loop = Loop(loop.name, phase="offer", bad=bad)
        forms.ask(draft)
        return
    draft.loop = Loop(loop.name, phase="confirm", bad=bad)
    draft.fallback = True
    draft.utter("utter_formulir_bingung")


def _change(slot: str, draft: TurnDraft) -> None:
    loop = draft.loop
    if loop is None or slot not in draft.assets.domain.forms[loop.name].required_slots:
        draft.utter("utter_ubah_apa")
        return
    draft.slots.pop(slot, None)
    forms.ask_next(draft)


def _correct(reading: Reading, draft: TurnDraft) -> bool:
    """Take a correction such as "kecamatannya Ciawi" or "nomornya salah"."""
    loop = draft.loop
    if loop is None:
        return False
    patterns, slots = draft.assets.patterns, draft.assets.domain.forms[loop.name].required_slots
    line = patterns.prepare(reading.text)
    named = [slot for slot in slots if patterns.found(f"sebut_{slot}", line)]
    if len(named) == 1 and (value := _after_name(named[0], reading, draft)) is not None:
        draft.slots[named[0]] = value
        return True
    changed = {
        slot: value
        for slot, value in sure_values(reading, today=draft.today).items()
        if slot in slots and value != draft.slots.get(slot)
    }
    draft.slots.update(changed)
    if not changed and len(named) == 1:
        draft.slots.pop(named[0], None)
        return True
    return bool(changed)


def _after_name(slot: str, reading: Reading, draft: TurnDraft) -> Any:
    """Return the new value in "namanya Budi", ``None`` when only the slot is named."""
    patterns = draft.assets.patterns
    line = patterns.prepare(reading.text)
    words = patterns.without((f"kata_{slot}", "ubah"), line).split()
    if not words:
        return None
    at = reading.text.casefold().find(words[0])
    part = replace(reading, text=reading.text[at:] if at >= 0 else " ".join(words))
    found = _look_for(slot, part, draft)
    return found.value if isinstance(found, Found) else None
