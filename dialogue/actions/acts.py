"""What the assistant does on acts: greetings, consent, complaints, tickets, personal data."""

from __future__ import annotations

import re

from dialogue.action_names import OFFER_REPORT, OFFER_VICTIM
from dialogue.actions.answer_frame import OFFER_OFFICER, officer_button
from dialogue.actions.answers import menu_buttons
from dialogue.actions.handover import connect, connect_victim, place_in_queue
from dialogue.actions.reporting import accept_report
from dialogue.actions.unsure import choice_buttons
from dialogue.checks.table import UNKNOWN
from dialogue.checks.verdict_text import shown
from dialogue.draft import TurnDraft
from dialogue.forms import OWN_SLOTS, start_form
from dialogue.reading import Reading
from dialogue.types import Button

COMPLAINT_FORM = "keluhan"
OFFER_COMPLAINT, OFFER_ERASE = "keluhan", "hapus_data"
_PER_PAGE = 8
_TICKET = re.compile(r"\bhk[ \-]?[a-z0-9]{4}[ \-]?[a-z0-9]{4}\b", re.IGNORECASE)
_SCORE = re.compile(r"(?<!\d)(\d{1,3})(?!\d)")
_WORD_SCORES = {"satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5}
_STARS = "⭐🌟"


def greet(reading: Reading, draft: TurnDraft) -> None:
    """Greet; the first greeting says that a machine is speaking."""
    draft.utter("utter_sapa" if draft.tracker.turns == 0 else "utter_sapa_lagi")


def agree(reading: Reading, draft: TurnDraft) -> None:
    """Accept what was offered last ("ya")."""
    offer = draft.tracker.memory.offer
    if offer == OFFER_OFFICER:
        missed = draft.tracker.misses > 1
        connect(reading, draft, reason="kurang_yakin" if missed else "diminta")
    elif offer == OFFER_COMPLAINT:
        start_form(COMPLAINT_FORM, reading, draft)
    elif offer == OFFER_ERASE:
        erase(reading, draft)
    elif offer == OFFER_VICTIM:
        connect_victim(reading, draft)
    elif offer == OFFER_REPORT:
        accept_report(reading, draft)
    else:
        draft.utter("utter_setuju")


def decline(reading: Reading, draft: TurnDraft) -> None:
    """Refuse what was offered last ("tidak")."""
    draft.utter("utter_tolak", extra=officer_button(draft))


def cancel(reading: Reading, draft: TurnDraft) -> None:
    """Take back what was offered; there is no form to cancel."""
    if draft.tracker.memory.offer:
        decline(reading, draft)
    elif draft.case_waits:
        draft.utter("utter_batal_menunggu")
        draft.attention = True
    else:
        draft.utter("utter_batal")


def not_that(reading: Reading, draft: TurnDraft) -> None:
    """Offer the next likely labels and a person: the last answer was not what was meant."""
    others = tuple(label for label in draft.tracker.ranking if label != draft.label)[:3]
    choices = choice_buttons(draft, others) or menu_buttons(draft)
    draft.utter("utter_bukan_itu", extra=[*choices, *officer_button(draft)])
    draft.clarify = True
    draft.decision = "clarify"
    draft.reason = "bukan_itu"
    draft.attention = True


def show_menu(reading: Reading, draft: TurnDraft) -> None:
    """Show the menu, or the questions of one of its parts."""
    draft.clarify = True
    part = str(reading.values.get("bagian") or "")
    topics = draft.assets.context.menu.get(part)
    if topics is None:
        draft.utter("utter_menu", extra=[*menu_buttons(draft), *officer_button(draft)])
        return
    start = reading.values.get("mulai")
    first = start if isinstance(start, int) and start > 0 else 0
    entries = [
        entry
        for topic in topics
        for entry in draft.assets.knowledge.values()
        if entry.topic == topic
    ]
    page = entries[first : first + _PER_PAGE]
    buttons = [Button(entry.tombol, f"/{entry.label}") for entry in page]
    if first + _PER_PAGE < len(entries):
        title = draft.assets.context.act_titles.get("lainnya", "")
        following = f'{{"bagian": "{part}", "mulai": {first + _PER_PAGE}}}'
        buttons.append(Button(title, f"/bantuan_menu{following}"))
    listed = "\n".join(f"{place}. {entry.judul}" for place, entry in enumerate(page, start=1))
    draft.utter(
        "utter_menu_bagian", extra=[*buttons, *officer_button(draft)], bagian=part, daftar=listed
    )


def complain(reading: Reading, draft: TurnDraft) -> None:
    """Take a complaint; one about the assistant's own answers leads to a person instead."""
    if "keluhan_bot" in reading.notes:
        draft.utter("utter_keluhan_jawaban", extra=officer_button(draft))
        draft.offer = OFFER_OFFICER
        draft.attention = True
        return
    draft.utter("utter_keluhan_mulai")
    start_form(COMPLAINT_FORM, reading, draft)


def bear_abuse(reading: Reading, draft: TurnDraft) -> None:
    """Answer an insult calmly, once; after that only offer help."""
    draft.abuse += 1
    draft.offer = OFFER_COMPLAINT if draft.abuse == 1 else OFFER_OFFICER
    title = draft.assets.context.act_titles.get("keluhan", "")
    extra = [Button(title, "/keluhan"), *officer_button(draft)]
    draft.utter("utter_hinaan" if draft.abuse == 1 else "utter_hinaan_lagi", extra=extra)


def check_ticket(reading: Reading, draft: TurnDraft) -> None:
    """Tell the state of this conversation's case, never its content."""
    case = draft.context.case
    written = _TICKET.search(reading.text)
    if written and (case is None or _letters(written[0]) != _letters(case.ticket)):
        _check_anothers_ticket(written[0], draft)
    elif case is None:
        draft.utter("utter_tiket_belum_ada", extra=officer_button(draft))
    elif case.state == "waiting":
        place = place_in_queue(draft, case.position)
        hours = "" if draft.context.service.is_open else draft.text_of("utter_petugas_kembali")
        draft.utter(
            "utter_tiket_status_waiting",
            tiket=case.ticket,
            posisi_antrean=place,
            jam=hours,
        )
    else:
        draft.utter(f"utter_tiket_status_{case.state}", tiket=case.ticket)


def _check_anothers_ticket(written: str, draft: TurnDraft) -> None:
    """Tell the state, and only that, to who also knows the phone's last digits."""
    asked = draft.context.asked_case
    if asked is None or _letters(asked.ticket) != _letters(written):
        draft.utter("utter_tiket_lain", extra=officer_button(draft))
        return
    draft.utter(f"utter_tiket_status_{asked.state}", tiket=asked.ticket, posisi_antrean="", jam="")


def show_my_data(reading: Reading, draft: TurnDraft) -> None:
    """Say what is kept, and what of it in this conversation."""
    kept = [name for name, value in draft.slots.items() if value and name not in OWN_SLOTS]
    listed = "\n".join(_kept(draft, name) for name in kept if draft.slots[name] != UNKNOWN)
    draft.utter("utter_data_saya" if listed else "utter_data_saya_kosong", daftar=listed)


def _kept(draft: TurnDraft, name: str) -> str:
    value = draft.slots[name]
    slot = draft.assets.checks.slot(name)
    if slot is not None:
        return f"- {slot.title}: {shown(slot, value)}"
    return f"- {draft.assets.context.act_titles.get(name, name)}: {value}"


def ask_to_erase(reading: Reading, draft: TurnDraft) -> None:
    """Make sure before anything is erased."""
    if reading.values.get("yakin") is True:
        erase(reading, draft)
        return
    draft.loop = None
    draft.utter("utter_hapus_data_yakin")
    draft.offer = OFFER_ERASE


def erase(reading: Reading, draft: TurnDraft) -> None:
    """Forget the slots and have the conversation's content erased."""
    draft.slots = draft.assets.domain.initial_slots()
    draft.question = draft.candidate = ""
    draft.loop = None
    draft.erase_requested = True
    draft.utter("utter_hapus_data_selesai")


def rate(reading: Reading, draft: TurnDraft) -> None:
    """Thank for a rating; a number or stars in it are kept as 1 to 5."""
    draft.rating = _rating(reading)
    if draft.rating is None and "?" in reading.text:
        draft.utter("utter_penilaian_tanya")
    elif draft.rating is not None and draft.rating <= 2:
        draft.utter("utter_penilaian_rendah")
        draft.offer = OFFER_COMPLAINT
    else:
        draft.utter("utter_penilaian")


def decline_topic(reading: Reading, draft: TurnDraft) -> None:
    """Refuse politely and name who can help, where the table knows."""
    other = draft.assets.context.referral(reading.line)
    if other:
        draft.utter("utter_di_luar_topik_rujukan", instansi=other)
    else:
        draft.utter("utter_di_luar_topik")
    draft.reason = "di_luar_topik"


def _letters(ticket: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", ticket.upper())


def _rating(reading: Reading) -> int | None:
    stars = sum(reading.text.count(star) for star in _STARS)
    if 1 <= stars <= 5:
        return stars
    match = _SCORE.search(reading.text)
    value = int(match[1]) if match else None
    if value is None:
        value = next((_WORD_SCORES[w] for w in reading.line.split() if w in _WORD_SCORES), None)
    if value is None or value > 100:
        return None
    scale = 5 if value <= 5 else 10 if value <= 10 else 100
    return max(1, min(5, round(value * 5 / scale)))
