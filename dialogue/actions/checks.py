"""Guided checks as residents meet them: begun by a button or a question, ended by a verdict."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import nlu
from dialogue.actions.answer_frame import officer_button, softened
from dialogue.actions.answers import answer
from dialogue.checks.engine import deciding_row, next_slot, usable
from dialogue.checks.offers import CHECK, is_available
from dialogue.checks.table import (
    LOOP_PREFIX,
    UNKNOWN,
    CheckRow,
    CheckSlot,
    CheckTable,
    Value,
)
from dialogue.checks.values import Message, ValueFinder
from dialogue.checks.verdict_text import verdict_text
from dialogue.draft import TurnDraft
from dialogue.reading import Reading
from dialogue.tracker import Loop
from dialogue.types import Button

RESULT = "cek_hasil"
_WITH_UNIT = re.compile(
    r"(?<![\w.,])\d{1,9}(?:[.,]\d{1,3})? ?(?:ribu|rb|juta|jt|miliar|milyar|m)(?!\w)", re.IGNORECASE
)
_LONGEST_WHAT_IF = 5
_UNAVAILABLE = "cek_tidak_tersedia"


def start_by_button(reading: Reading, draft: TurnDraft) -> None:
    """Begin, or go on with, the check that a button names; ``ulang`` forgets what was told."""
    table = draft.assets.checks.tables.get(str(reading.values.get("cek")))
    if table is None or not is_available(table, draft):
        text = draft.assets.checks.words.say("tidak_tersedia")
        draft.add(text, officer_button(draft), response=_UNAVAILABLE)
        return
    if reading.values.get("ulang") is True:
        for slot in table.slots:
            draft.slots.pop(slot.name, None)
    start(table, pressed(reading, table), draft)


def start(table: CheckTable, values: Mapping[str, Value], draft: TurnDraft) -> None:
    """Begin a check; what was told before is not asked again, but what nobody knew is."""
    for slot in table.slots:
        if draft.slots.get(slot.name) == UNKNOWN:
            del draft.slots[slot.name]
    draft.slots.update(values)
    finder = finder_for(table, draft)
    for slot in table.slots:
        for told in (str(draft.slots.get(name) or "") for name in slot.found_in):
            value = finder.told_choice(draft.assets.patterns.prepare(told), slot)
            if value is not None and slot.name not in draft.slots:
                draft.slots[slot.name] = value
    draft.loop = Loop(f"{LOOP_PREFIX}{table.name}")
    proceed(table, draft, lead=draft.assets.checks.words.say("mulai"))


def start_from_question(reading: Reading, draft: TurnDraft) -> bool:
    """Begin a check when its question carries a value; ``False`` when none begins.

    Without a verdict at once the answer for everybody is told before what is asked.
    """
    if draft.loop is not None or reading.how not in ("nlu", "context"):
        return False
    aspects = set(draft.assets.context.aspects_in(reading.line))
    if aspects and aspects <= draft.assets.checks.words.aspects_apart:
        return False
    for table in draft.assets.checks.tables.values():
        if reading.intent not in table.starts_on or not is_available(table, draft):
            continue
        if table.starts_with is not None and not table.starts_with.search(reading.line):
            continue
        values = finder_for(table, draft).find(message_of(reading, draft), table.slots)
        if not values.keys() & set(table.starts_by):
            continue
        told = usable(table, {**draft.slots, **values})
        if deciding_row(table, told) is None:
            answer(reading, draft)
            draft.replies[-1] = replace(draft.replies[-1], buttons=())
        start(table, values, draft)
        return True
    return False


def check_again(reading: Reading, draft: TurnDraft) -> bool:
    """Give a new verdict for a corrected value while the check is the last thing talked of."""
    table = draft.assets.checks.tables.get(draft.tracker.memory.check or "")
    if table is None or draft.loop is not None or reading.how in ("payload", "choice"):
        return False
    found = finder_for(table, draft).find(message_of(reading, draft), table.slots)
    changed = {name: value for name, value in found.items() if draft.slots.get(name) != value}
    if not changed or not is_available(table, draft) or not _corrects(reading, table, draft):
        return False
    draft.slots.update(changed)
    draft.filled = True
    draft.loop = Loop(f"{LOOP_PREFIX}{table.name}")
    proceed(table, draft)
    return True


def _corrects(reading: Reading, table: CheckTable, draft: TurnDraft) -> bool:
    """Whether a message with a value goes on with the check and asks nothing else."""
    if reading.intent in table.labels or not reading.is_sure:
        return True
    marked = draft.assets.checks.words.found("pembetulan", reading.line)
    short = len(reading.line.split()) <= _LONGEST_WHAT_IF
    return marked and (short or "?" not in reading.text)


def proceed(table: CheckTable, draft: TurnDraft, *, lead: str = "") -> None:
    """Give the verdict once it is certain, else ask for the first slot on which it depends."""
    values = usable(table, draft.slots)
    row = deciding_row(table, values)
    slot = next_slot(table, values)
    if row is not None:
        _conclude(table, row, values, draft)
    elif slot is not None:
        bad = draft.loop.bad if draft.loop is not None and draft.loop.asks == slot.name else 0
        draft.loop = Loop(f"{LOOP_PREFIX}{table.name}", asks=slot.name, bad=bad)
        ask(table, slot, draft, lead=lead)


def ask(table: CheckTable, slot: CheckSlot, draft: TurnDraft, *, lead: str = "") -> None:
    """Put the question for a slot, with its choices as buttons."""
    choices = [(choice.title, choice.value) for choice in slot.choices]
    if slot.may_be_unknown:
        choices.append((draft.assets.checks.words.say("judul_tidak_tahu"), UNKNOWN))
    beginning = f'/{CHECK}{{"cek": "{table.name}", "isian": "{slot.name}"'
    buttons = [Button(title, f'{beginning}, "nilai": "{value}"}}') for title, value in choices]
    text = f"{lead} {slot.question}" if lead else slot.question
    draft.add(text, buttons, response=f"{LOOP_PREFIX}{slot.name}")


def pressed(reading: Reading, table: CheckTable) -> dict[str, Value]:
    """Return the value that a pressed button carries for the check."""
    slot = table.slot(str(reading.values.get("isian")))
    value = reading.values.get("nilai")
    if slot is None or not isinstance(value, str | int) or not slot.takes(value):
        return {}
    return {slot.name: value}


def message_of(reading: Reading, draft: TurnDraft) -> Message:
    """Return what was written, for the finder of values.

    The NLU takes "60 miliar UMKM" for a count of firms; where a check asks for sums it is one.
    """
    message = Message.of(reading.text, reading.line, reading.entities)
    marked = _WITH_UNIT.sub(r"Rp\g<0>", reading.text)
    if message.sums or marked == reading.text:
        return message
    return Message.of(marked, reading.line, nlu.extract_entities(marked, today=draft.today))


def finder_for(table: CheckTable, draft: TurnDraft) -> ValueFinder:
    """Return the finder of the table's values."""
    checks = draft.assets.checks
    others = tuple(checks.other_cues({slot.name for slot in table.slots}))
    return ValueFinder(checks.words, draft.assets.patterns.prepare, others)


def _conclude(
    table: CheckTable, row: CheckRow, values: Mapping[str, Value], draft: TurnDraft
) -> None:
    draft.loop = None
    entry = draft.assets.knowledge[row.label]
    text = verdict_text(draft.assets.checks, table, row, values, draft.assets.knowledge)
    if not entry.uncertain:
        text = softened(draft, replace(entry, keyakinan="tinggi"), text)
    words = draft.assets.checks.words
    buttons = [
        Button(entry.tombol, f"/{row.label}"),
        Button(words.say("ulangi"), f'/{CHECK}{{"cek": "{table.name}", "ulang": true}}'),
        *officer_button(draft),
    ]
    draft.add(text, buttons, response=RESULT)
    draft.answers.append(row.label)
    draft.label, draft.aspect = row.label, None
    draft.check, draft.check_row = table.name, row.name
