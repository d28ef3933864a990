"""Looks for a form's value in a message: by what is known of the slot, else by its mappings."""

from __future__ import annotations

from dialogue.domain import Slot
from dialogue.draft import TurnDraft
from dialogue.form_values import Found, Refused, find_value, knows
from dialogue.reading import Reading
from dialogue.slot_filling import mapped_value


def look_for(slot: str, reading: Reading, draft: TurnDraft) -> Found | Refused:
    """Return the value of ``slot`` in the message, or why there is none."""
    domain, loop = draft.assets.domain, draft.loop
    if loop is not None and reading.intent in domain.forms[loop.name].ignored_intents:
        return Refused("utter_isian_keliru")
    if knows(slot):
        return find_value(slot, reading, draft.assets.patterns, today=draft.today)
    return mapped_value(domain.slots.get(slot, Slot(slot)), reading, draft)
