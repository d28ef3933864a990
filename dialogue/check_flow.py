"""What a message does to a running check: answers it, corrects it, leaves it, or digresses."""

from __future__ import annotations

from dialogue import form_flow, forms
from dialogue.actions import checks, handover
from dialogue.actions.answer_frame import officer_button
from dialogue.checks.offers import CHECK, is_available, running
from dialogue.checks.table import CheckSlot, CheckTable
from dialogue.checks.values import MONEY
from dialogue.draft import TurnDraft
from dialogue.reading import Reading
from dialogue.tracker import Loop
from dialogue.wording import fill_blanks
from nlu.types import OUT_OF_SCOPE

_YES, _NO, _CANCEL, _UNWILLING, _OFFICER = "setuju", "tolak", "batal", "enggan", "minta_cs"
_LONGEST_CANCELLATION = 8


def continue_loop(reading: Reading, draft: TurnDraft) -> bool:
    """Let the running check or form have the message; ``False`` when it is something else."""
    table = running(draft)
    if table is None:
        if draft.loop is not None and draft.loop.name not in draft.assets.domain.forms:
            draft.loop = None  # its table went with an older bundle
        return draft.loop is not None and form_flow.continue_form(reading, draft)
    if reading.intent == _OFFICER and reading.decision == "answer":
        draft.loop = None
        return False
    if not is_available(table, draft):
        draft.loop = None
        return False
    taken = _continue_check(table, reading, draft)
    draft.filled = taken and reading.how in ("nlu", "context")
    return taken


def ask_again(draft: TurnDraft) -> None:
    """Put the question that the running check or form waits for once more."""
    table, loop = running(draft), draft.loop
    if table is None or loop is None:
        forms.ask(draft)
    elif loop.phase == "offer":
        draft.utter(forms.OFFER_RESPONSE)
    elif (slot := table.slot(loop.asks or "")) is not None:
        checks.ask(table, slot, draft)


def _continue_check(table: CheckTable, reading: Reading, draft: TurnDraft) -> bool:
    loop = draft.loop
    slot = table.slot(loop.asks or "") if loop is not None else None
    if loop is None or slot is None:
        draft.loop = None
        return False
    if loop.phase == "offer":
        if reading.intent == _YES:
            handover.connect(reading, draft)
            return True
        draft.loop = Loop(loop.name, asks=loop.asks)
        if reading.intent in (_NO, "lanjut"):
            ask_again(draft)
            return True
    if reading.how in ("payload", "choice"):
        return _pressed(table, reading, draft)
    if not _digresses(table, reading) and _take(table, slot, reading, draft):
        return True
    if _cancels(reading):
        _leave(draft)
        return True
    if _is_other_business(reading):
        return False
    _not_understood(table, slot, reading, draft)
    return True


def _pressed(table: CheckTable, reading: Reading, draft: TurnDraft) -> bool:
    if reading.intent == _CANCEL:
        _leave(draft)
        return True
    values = checks.pressed(reading, table) if reading.intent == CHECK else {}
    if not values or reading.values.get("cek") != table.name:
        return False
    draft.slots.update(values)
    checks.proceed(table, draft)
    return True


def _leave(draft: TurnDraft) -> None:
    draft.loop = None
    text = draft.assets.checks.words.say("berhenti")
    draft.add(text, officer_button(draft), response="cek_berhenti")


def _take(table: CheckTable, slot: CheckSlot, reading: Reading, draft: TurnDraft) -> bool:
    """Take the asked value and whatever else the message tells or corrects."""
    finder = checks.finder_for(table, draft)
    found = finder.find(checks.message_of(reading, draft), table.slots, slot)
    limit = draft.slots.get(slot.at_most)
    value = found.get(slot.name)
    if isinstance(value, int) and isinstance(limit, int) and value > limit:
        _say_too_much(table, slot, limit, draft)
        return True
    if not found:
        return False
    draft.slots.update(found)
    checks.proceed(table, draft)
    return True


def _digresses(table: CheckTable, reading: Reading) -> bool:
    """Whether a message that may hold a value is rather a question of its own."""
    asks = "?" in reading.text or "pertanyaan" in reading.notes
    if not asks or not reading.is_sure or not reading.is_knowledge:
        return False
    return reading.intent not in table.labels


def _cancels(reading: Reading) -> bool:
    if reading.decision != "answer":
        return False
    short = len(reading.line.split()) <= _LONGEST_CANCELLATION
    return short and reading.intent in (_CANCEL, _UNWILLING)


def _is_other_business(reading: Reading) -> bool:
    """Whether a message that holds no value should be answered before the check goes on."""
    if "pertanyaan" in reading.notes and ("?" in reading.text or reading.decision != "handoff"):
        return True
    return reading.is_sure and reading.intent not in (_YES, _NO, OUT_OF_SCOPE)


def _not_understood(table: CheckTable, slot: CheckSlot, reading: Reading, draft: TurnDraft) -> None:
    forms.count_unusable(draft)
    if draft.loop is not None and draft.loop.phase == "offer":
        ask_again(draft)
        return
    words = draft.assets.checks.words
    fault = checks.finder_for(table, draft).fault(checks.message_of(reading, draft), slot)
    general = "salah_uang" if slot.kind == MONEY else "salah"
    checks.ask(table, slot, draft, lead=words.say(fault or general))


def _say_too_much(table: CheckTable, slot: CheckSlot, limit: int, draft: TurnDraft) -> None:
    forms.count_unusable(draft)
    other = table.slot(slot.at_most)
    blanks = {"judul": slot.title, "batas": other.title if other else str(limit)}
    words = draft.assets.checks.words
    checks.ask(table, slot, draft, lead=fill_blanks(words.say("terlalu_banyak"), blanks))
