"""Forms: asked slot by slot, with digressions, a way out at any point, and a last yes."""

from __future__ import annotations

from dataclasses import replace

from dialogue.action_names import CONFIRM_PREFIX, OFFER_REPORT
from dialogue.draft import TurnDraft
from dialogue.form_values import OPTIONAL_IN, SKIPPED, sure_values
from dialogue.reading import Reading
from dialogue.rules import actions_after
from dialogue.tracker import Loop
from foundation.masking import mask_identifiers
from handoff import Reason

OWN_SLOTS = ("uraian", "waktu_dihubungi", "tempat_kejadian", "waktu_kejadian")
"""Slots that belong to one filling of a form and are forgotten when another form begins."""

MOST_BAD_VALUES = 3
OFFER_RESPONSE = "utter_formulir_sulit"
"""Offers a person after three unusable values."""

DEFERRED, REPORT = "pertanyaan_tertunda", OFFER_REPORT
_ACCOUNT, _PHONE = "uraian", "no_hp"
_ENOUGH_WORDS = 3


def start_form(
    name: str, reading: Reading, draft: TurnDraft, *, account: str | None = None
) -> None:
    """Begin the form ``name``; what the resident has said already is not asked again.

    ``account`` is what was told in an earlier message, where that is known.
    """
    earlier = draft.slots.get(_ACCOUNT) if name == REPORT and draft.loop else None
    _forget_own(draft)
    draft.loop = Loop(name)
    form = draft.assets.domain.forms[name]
    for slot, value in sure_values(reading, today=draft.today).items():
        if slot in form.required_slots:
            draft.slots[slot] = value
    told = account or _account(name, reading, draft) or earlier
    if _ACCOUNT in form.required_slots and told:
        draft.slots[_ACCOUNT] = told
    ask_next(draft)


def keep_account(reading: Reading, draft: TurnDraft) -> None:
    """Take what belongs to the form's matter itself, then ask again for what is awaited."""
    loop = draft.loop
    if loop is None:
        return
    required = draft.assets.domain.forms[loop.name].required_slots
    account = _account(loop.name, reading, draft) if _ACCOUNT in required else None
    if account:
        draft.slots[_ACCOUNT] = account
    ask(draft)


def add_question(reading: Reading, draft: TurnDraft) -> bool:
    """Add what is told or asked on the way to what waits for an officer; say if it was added."""
    loop, account = draft.loop, draft.slots.get(_ACCOUNT)
    long = len(reading.line.split()) > _ENOUGH_WORDS
    if loop is None or loop.name != DEFERRED or not account or not (reading.is_knowledge or long):
        return False
    draft.slots[_ACCOUNT] = f"{account} / {reading.text}"
    return True


def add_telling(text: str, draft: TurnDraft) -> None:
    """Add to the account what is told further, as it was written."""
    told = draft.slots.get(_ACCOUNT)
    draft.slots[_ACCOUNT] = f"{told}\n{text}" if told else text


def count_unusable(draft: TurnDraft) -> None:
    """Count a message that gave nothing to go on with; the third one offers a person."""
    loop = draft.loop
    if loop is None:
        return
    bad = loop.bad + 1
    offers = bad >= MOST_BAD_VALUES and OFFER_RESPONSE in draft.assets.domain.responses
    draft.loop = replace(loop, phase="offer" if offers else loop.phase, bad=bad)
    draft.hide_choices = draft.hide_choices and not offers


def ask_next(draft: TurnDraft) -> None:
    """Ask for the first missing slot, for the last yes, or send the form off."""
    loop = draft.loop
    if loop is None:
        return
    slot = next(iter(missing_slots(draft)), None)
    if slot is not None:
        draft.loop = Loop(loop.name, asks=slot, bad=loop.bad if slot == loop.asks else 0)
        ask(draft)
    elif f"{CONFIRM_PREFIX}{loop.name}" in draft.assets.domain.responses:
        draft.loop = Loop(loop.name, phase="confirm", bad=loop.bad)
        ask(draft)
    else:
        send_form(draft)


def ask(draft: TurnDraft) -> None:
    """Put the question that the form is waiting for (again)."""
    loop = draft.loop
    if loop is None:
        return
    if loop.phase == "confirm":
        draft.utter(f"{CONFIRM_PREFIX}{loop.name}", values=shown_values(draft))
    elif loop.phase == "verify":
        draft.utter(f"utter_pastikan_{loop.asks}", calon=draft.candidate)
    elif loop.phase == "offer":
        draft.utter(OFFER_RESPONSE)
    else:
        own = f"utter_ask_{loop.name}_{loop.asks}"
        known = own in draft.assets.domain.responses
        draft.utter(own if known else f"utter_ask_{loop.asks}")


def missing_slots(draft: TurnDraft) -> list[str]:
    """Return the slots of the active form that have no value yet, in order."""
    if draft.loop is None:
        return []
    name = draft.loop.name
    known = {_PHONE} if draft.context.phone_known and _PHONE in OPTIONAL_IN.get(name, ()) else set()
    required = draft.assets.domain.forms[name].required_slots
    return [slot for slot in required if draft.slots.get(slot) is None and slot not in known]


def may_skip(draft: TurnDraft, slot: str) -> bool:
    """Whether the resident may leave ``slot`` of the active form out."""
    return draft.loop is not None and slot in OPTIONAL_IN.get(draft.loop.name, frozenset())


def send_form(draft: TurnDraft) -> None:
    """Do what the rules say of a complete form."""
    loop = draft.loop
    if loop is None:
        return
    actions = actions_after(draft.assets.rules, loop.name, slots=draft.slots)
    draft.loop = None
    for action in actions or ():
        if action == "action_kirim_formulir":
            _open_case_for(loop.name, draft)
        else:
            draft.utter(action, values=shown_values(draft))


def leave_form(draft: TurnDraft) -> None:
    """Cancel the active form."""
    draft.loop = None
    draft.candidate = ""
    _forget_own(draft)
    draft.utter("utter_formulir_batal")


def shown_values(draft: TurnDraft) -> dict[str, str]:
    """Return the slots as a resident may read them; skipped ones as a dash.

    Identifiers and secrets pasted into an account are not said back.
    """
    shown = {
        slot: "–" if value in (SKIPPED, None) else str(value) for slot, value in draft.slots.items()
    }
    return {
        slot: mask_identifiers(value) if slot in OWN_SLOTS else value
        for slot, value in shown.items()
    }


def _forget_own(draft: TurnDraft) -> None:
    for slot in OWN_SLOTS:
        draft.slots.pop(slot, None)


def _open_confidential_case(draft: TurnDraft) -> None:
    """Hand the report over, and keep nothing of it for the card of a later case.

    A case that is open already becomes the confidential one; its card reads what is kept here.
    """
    before = draft.case_waits
    told = {slot: draft.slots.get(slot) for slot in OWN_SLOTS}
    ticket = draft.request_confidential_case(draft.reason, told)
    draft.utter(f"utter_terkirim_{REPORT}", tiket=ticket)
    draft.question = ""
    if not before:
        _forget_own(draft)


def _open_case_for(form: str, draft: TurnDraft) -> None:
    draft.decision = "handoff"
    draft.reason = _REASONS.get(form, "formulir")
    if form == REPORT:
        _open_confidential_case(draft)
        return
    if draft.case_waits:
        draft.attention = True
        draft.utter("utter_tambahan_tiket")
        return
    draft.request_case(draft.reason)
    if draft.case_request is not None:
        card = {**draft.case_request.card, "form": form}
        draft.case_request = replace(draft.case_request, card=card)
    own = f"utter_terkirim_{form}"
    known = own in draft.assets.domain.responses
    ticket = draft.context.new_ticket
    draft.utter(own if known else "utter_formulir_terkirim", tiket=ticket)


_REASONS = {"keluhan": "keluhan", DEFERRED: DEFERRED, REPORT: Reason.REPORT.value}


def _account(form: str, reading: Reading, draft: TurnDraft) -> str | None:
    """Return the resident's own words where the form would ask for them again."""
    if form == DEFERRED:
        return draft.question or None
    patterns = draft.assets.patterns
    if reading.how in ("payload", "choice"):
        return None
    about = "mengadu" if form == REPORT else "kata_keluhan"
    if form != REPORT and patterns.found("umum_keluhan", reading.line):
        return None
    fillers = (about, "pengisi", "sapaan", "salam", "ingin", "makian", "penunjuk")
    telling = patterns.without(fillers, reading.line)
    return reading.text if len(telling.split()) >= _ENOUGH_WORDS else None
