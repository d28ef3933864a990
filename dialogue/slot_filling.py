"""Slots that fill by themselves while people talk, by the mappings of the domain."""

from __future__ import annotations

from dialogue.domain import Slot, SlotMapping
from dialogue.draft import TurnDraft
from dialogue.form_values import Found, Refused, Strength, normal_phone
from dialogue.reading import Reading

_ABOUT_THEMSELVES = "diri_"
"""The pattern of this beginning and the slot's name tells that residents mean themselves."""
_PERSONAL = frozenset({"nama", "no_hp", "kecamatan", "jenis_usaha"})
_SURE_ENOUGH = 0.75


def fill_slots(reading: Reading, draft: TurnDraft) -> bool:
    """Fill slots from the reading's payload, entities and intent; return whether any was new.

    Personal ones only when residents speak of themselves: a phone number in a question may be a
    swindler's, a district may be the office's.
    """
    before = dict(draft.slots)
    for name, value in reading.values.items():
        if name in draft.assets.domain.slots and draft.loop is None:
            draft.slots[name] = value
    for slot in draft.assets.domain.slots.values():
        for mapping in slot.mappings:
            value = _value(slot, mapping, reading, draft)
            if value is not None:
                draft.slots[slot.name] = value
                break
    return draft.slots != before


def mapped_value(slot: Slot, reading: Reading, draft: TurnDraft) -> Found | Refused:
    """Look for a value of a form's slot by the mappings of the domain alone (Rasa's way)."""
    for mapping in slot.mappings:
        if not _conditions_hold(mapping, draft) or not _intent_fits(mapping, reading):
            continue
        if mapping.kind == "from_entity":
            values = [e.value for e in reading.entities if e.entity == mapping.entity]
            if values:
                return _of_kind(slot, values[0], "strong")
        elif mapping.kind == "from_intent" and mapping.value is not None:
            return Found(mapping.value, "strong")
        elif mapping.kind == "from_text" and reading.text.strip():
            return _of_kind(slot, reading.text.strip(), "weak")
    return Refused("utter_isian_keliru")


def _of_kind(slot: Slot, text: str, strength: Strength) -> Found | Refused:
    """Bring a text into the slot's type; what does not fit is refused."""
    if slot.kind == "categorical":
        fitting = [value for value in slot.values if str(value).casefold() == text.casefold()]
        return Found(fitting[0], "strong") if fitting else Refused("utter_isian_keliru")
    if slot.kind == "float":
        number = text.replace(",", ".")
        usable = number.replace(".", "", 1).isdigit()
        return Found(float(number), "strong") if usable else Refused("utter_isian_keliru")
    if slot.kind == "list":
        return Found([text], strength)
    return Found(text, strength)


def _value(slot: Slot, mapping: SlotMapping, reading: Reading, draft: TurnDraft) -> object:
    if not _conditions_hold(mapping, draft) or not _intent_fits(mapping, reading):
        return None
    if mapping.kind == "from_entity":
        return _from_entity(slot, mapping, reading, draft)
    if mapping.kind == "from_intent":
        return mapping.value
    if mapping.kind == "from_text" and mapping.conditions and not draft.assets.supports_knowledge:
        return reading.text
    return None


def _from_entity(slot: Slot, mapping: SlotMapping, reading: Reading, draft: TurnDraft) -> object:
    personal = slot.name in _PERSONAL
    if personal and (draft.loop is not None or not _of_themselves(slot, reading, draft)):
        return None
    values = [
        entity.value
        for entity in reading.entities
        if entity.entity == mapping.entity and (not personal or entity.confidence >= _SURE_ENOUGH)
    ]
    if not values:
        return None
    if slot.kind == "list":
        return values
    return normal_phone(values[0]) if slot.name == "no_hp" else values[0]


def _of_themselves(slot: Slot, reading: Reading, draft: TurnDraft) -> bool:
    return draft.assets.patterns.found(f"{_ABOUT_THEMSELVES}{slot.name}", reading.line)


def _conditions_hold(mapping: SlotMapping, draft: TurnDraft) -> bool:
    if not mapping.conditions:
        return True
    loop = draft.loop
    return any(
        form == (loop.name if loop else None)
        and (asked is None or (loop is not None and asked == loop.asks))
        for form, asked in mapping.conditions
    )


def _intent_fits(mapping: SlotMapping, reading: Reading) -> bool:
    if reading.intent in mapping.not_intents:
        return False
    return not mapping.intents or reading.intent in mapping.intents
