"""The way to a person: at once within service hours, else by a deferred question."""

from __future__ import annotations

from dialogue.action_names import OFFER_VICTIM
from dialogue.draft import TurnDraft
from dialogue.forms import REPORT, send_form, start_form
from dialogue.reading import Reading
from foundation.clock import indonesian_date, indonesian_time
from handoff import Reason

DEFERRED_FORM = "pertanyaan_tertunda"


def connect(reading: Reading, draft: TurnDraft, *, reason: str = "diminta") -> None:
    """Open a case, or say that one is open; outside the hours take the question first."""
    draft.decision = "handoff"
    draft.reason = reason
    if draft.case_waits:
        say_that_one_waits(draft)
    elif draft.context.service.is_open or DEFERRED_FORM not in draft.assets.domain.forms:
        draft.loop = None
        draft.request_case(reason)
        wait = draft.context.wait()
        waiting = place_in_queue(draft, wait.place if wait else None)
        draft.utter("utter_tersambung", tiket=draft.context.new_ticket, antrean=waiting)
    else:
        draft.question = str(draft.slots.get("uraian") or draft.question)
        draft.loop = None
        draft.utter("utter_di_luar_jam")
        start_form(DEFERRED_FORM, reading, draft)


def connect_victim(reading: Reading, draft: TurnDraft) -> None:
    """Open the case of somebody who lost money or a secret at any hour, and ask for nothing."""
    if draft.case_waits or draft.context.service.is_open:
        connect(reading, draft, reason=Reason.FRAUD_VICTIM.value)
        return
    draft.decision = "handoff"
    draft.reason = Reason.FRAUD_VICTIM.value
    draft.loop = None
    draft.request_case(draft.reason)
    draft.utter("utter_korban_dicatat", tiket=draft.context.new_ticket)


def ask_for_officer(reading: Reading, draft: TurnDraft) -> None:
    """Do what a resident wants who asks for a person; what was reported stays confidential."""
    if draft.loop and draft.loop.name == REPORT:
        send_form(draft)
        return
    if draft.assets.context.offered_with(draft.label) == OFFER_VICTIM:
        connect_victim(reading, draft)
        return
    if draft.loop and draft.loop.name == DEFERRED_FORM and not draft.context.service.is_open:
        draft.decision = "handoff"
        draft.reason = "diminta"
        draft.utter("utter_di_luar_jam")
        return
    connect(reading, draft)


def say_that_one_waits(draft: TurnDraft) -> None:
    """Repeat ticket and place of the case that is open already."""
    case = draft.context.case
    if case is None:
        return
    place = place_in_queue(draft, case.position)
    hours = "" if draft.context.service.is_open else draft.text_of("utter_petugas_kembali")
    draft.utter("utter_sudah_antre", tiket=case.ticket, posisi_antrean=place, jam=hours)


def place_in_queue(draft: TurnDraft, place: int | None) -> str:
    """Return the place in words, with the computed time where there is one to compute from."""
    if not place:
        return ""
    words = draft.text_of("utter_posisi_antrean", posisi=place)
    wait = draft.context.wait()
    if wait is None or wait.minutes is None or wait.at is None:
        return words
    day = indonesian_date(wait.at)
    when = "" if day == indonesian_date(draft.context.now) else day
    estimate = draft.text_of(
        "utter_perkiraan_tunggu", menit=wait.minutes, hari=when, pukul=indonesian_time(wait.at)
    )
    return f"{words} {estimate}".strip()
