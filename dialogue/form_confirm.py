"""The last look at a form before it is sent: consent, corrections, refusal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dialogue import forms
from dialogue.draft import TurnDraft
from dialogue.form_lookup import look_for
from dialogue.form_values import Found, sure_values
from dialogue.reading import Reading

_YES, _NO, _CHANGE = "setuju", "tolak", "ubah"
_NOT_THIS = re.compile(r"\b(?:bukan|sanes)\s", re.IGNORECASE)
_BUT = re.compile(
    r"[\s,](?:tapi|tp|melainkan|harusnya|seharusnya|yang benar|yg bener|yang bener|maksudnya)\s",
    re.IGNORECASE,
)


def confirm(reading: Reading, draft: TurnDraft) -> bool:
    """Let the form that waits for its last yes have the message; ``False`` for a digression."""
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
    _confused(draft)
    return True


def _confused(draft: TurnDraft) -> None:
    forms.count_unusable(draft)
    if draft.loop is not None and draft.loop.phase == "offer":
        forms.ask(draft)
        return
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
    if _replace_value(reading, draft, slots):
        return True
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


def _replace_value(reading: Reading, draft: TurnDraft, slots: Sequence[str]) -> bool:
    """Take "bukan Budi Santoso tapi Budi Santosa"; the old value tells which slot is meant."""
    old, new = _old_and_new(reading.text)
    for slot in slots:
        if old and str(draft.slots.get(slot) or "").casefold() == old:
            start = reading.text.casefold().rfind(new)
            value = look_for(slot, _part(reading, reading.text[start:]), draft)
            if isinstance(value, Found):
                draft.slots[slot] = value.value
                return True
    return False


def _old_and_new(text: str) -> tuple[str, str]:
    """Return what is wrong and what is right in "bukan … tapi …", both empty without these words.

    Two searches one after the other, and not one pattern: that would look from each "bukan" for
    each "tapi", with a run of blanks between them cut in every way.
    """
    wrong = _NOT_THIS.search(text)
    right = _BUT.search(text, wrong.end()) if wrong else None
    if wrong is None or right is None:
        return "", ""
    parts = text[wrong.end() : right.start()], text[right.end() :]
    old, new = (part.strip(" .,\"'\n").casefold() for part in parts)
    return (old, new) if new else ("", "")


def _after_name(slot: str, reading: Reading, draft: TurnDraft) -> Any:
    """Return the new value in "namanya Budi", ``None`` when only the slot is named."""
    patterns = draft.assets.patterns
    line = patterns.prepare(reading.text)
    words = patterns.without((f"kata_{slot}", "ubah"), line).split()
    if not words:
        return None
    at = reading.text.casefold().find(words[0])
    text = reading.text[at:] if at >= 0 else " ".join(words)
    found = look_for(slot, _part(reading, text), draft)
    return found.value if isinstance(found, Found) else None


def _part(reading: Reading, text: str) -> Reading:
    """Return the reading of a part: the entities found in the whole are no longer its own."""
    return replace(reading, text=text, how="pattern")
