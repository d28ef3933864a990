"""What is said to a resident in danger, and until they are safe. Goes before every other policy.

The first reply names whom to call and opens an urgent case; after it everything is answered in
care, until the resident says that all is well or an officer closes the case. Where the detector is
unsure the resident is asked, once a day, with a question that names no number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import zip_longest

from dialogue import forms
from dialogue.actions.answer_frame import officer_button
from dialogue.danger import Danger
from dialogue.draft import TurnDraft
from dialogue.policy import respond
from dialogue.reading import Reading
from dialogue.safety import GENERAL, SAFE_NOW, Safety
from dialogue.tracker import Care
from dialogue.types import Button
from handoff import Reason
from nlu.types import OUT_OF_SCOPE

REASON, REASON_UNSURE = Reason.DANGER.value, "bahaya_ragu"
IN_DANGER, NOT_IN_DANGER = "ada_bahaya", "tidak_bahaya"
SURELY_SAFE, NOT_SAFE = "aman_pasti", "belum_aman"
PRESSED = (IN_DANGER, NOT_IN_DANGER, SAFE_NOW, SURELY_SAFE, NOT_SAFE)
"""Intents of the buttons; a button's title has the same name."""

_YES, _NO = "setuju", "tolak"
_STILL_DONE = (
    "minta_cs", "cek_tiket", "data_saya", "hapus_data", "selengkapnya", "bot_atau_manusia",
)  # fmt: skip
"""Acts that are done in care when asked for: no form, no menu, no guess."""
_MOST_CHANNELS = 3
_SHORT_VALUE = 3


def attend(danger: Danger, readings: Sequence[Reading], draft: TurnDraft) -> bool:
    """Answer in care where danger, or the care begun before, asks for it; tell whether it did."""
    if not draft.assets.safety:
        return False
    if danger.level == "danger" and not _is_over(danger, readings, draft):
        _hear_danger(danger, readings, draft)
        return True
    pressed = next((one.intent for one in readings if one.intent in PRESSED), "")
    if draft.care is not None and draft.care.active:
        _go_on(draft.care, pressed, readings, draft)
        return True
    if pressed:
        return _answered_late(pressed, draft)
    if draft.care is not None and draft.care.phase == "asked":
        return _after_question(draft.care, danger, readings, draft)
    if danger.level == "unsure" and not _asked_today(draft) and _is_open(readings, draft):
        _ask(danger, readings, draft)
        return True
    return False


def _is_over(danger: Danger, readings: Sequence[Reading], draft: TurnDraft) -> bool:
    """Whether a resident in care tells that the danger is past ("orangnya sudah pergi")."""
    care = draft.care
    if care is None or not care.active or danger.kind not in (care.kind, GENERAL):
        return False
    return any(_says_safe(reading, draft) for reading in readings)


def note_danger(danger: Danger, draft: TurnDraft) -> None:
    """Alarm whoever has the conversation; the assistant itself stays silent."""
    if draft.assets.safety and danger.level == "danger":
        draft.danger = danger.kind
        draft.attention = True
        draft.care = _begun(danger.kind, draft)


def _hear_danger(danger: Danger, readings: Sequence[Reading], draft: TurnDraft) -> None:
    care, known = draft.care, draft.assets.safety.kinds
    told = tuple(kind for kind in danger.kinds if kind in known) or danger.kinds
    if care is not None and care.active and told[0] in (care.kind, GENERAL):
        draft.danger = care.kind
        draft.care = replace(care, phase="care")
        _open_case(draft)
        _hold(draft)
        return
    _raise_alarm(told, draft)
    along = draft.assets.safety.kind(told[0]).answered_with
    for reading in readings:
        if reading.is_sure and reading.intent in along:
            respond(reading, draft)


def _raise_alarm(kinds: Sequence[str], draft: TurnDraft) -> None:
    """Say whom to call, and that officers see this; open an urgent case."""
    draft.care = _begun(kinds[0], draft)
    draft.danger = kinds[0]
    _open_case(draft)
    safety, first = draft.assets.safety, draft.assets.safety.kind(kinds[0])
    lines = "\n".join(f"- {line}" for line in _channel_lines(safety, kinds))
    parts = (first.opening, f"{_sentence(draft, 'hubungi')}:\n{lines}", _of_officers(draft))
    buttons = (*_officer(draft), _button(draft, SAFE_NOW))
    draft.add("\n\n".join(parts), buttons, response=f"bahaya/{first.name}")


def _open_case(draft: TurnDraft) -> None:
    draft.loop = None
    draft.offer = None
    draft.note_question(draft.heard, "")
    draft.request_case(REASON, urgent=True)
    draft.decision = "handoff"
    draft.reason = REASON
    draft.attention = True


def _channel_lines(safety: Safety, kinds: Iterable[str]) -> list[str]:
    """Return whom to call: the first of every likely kind, the likeliest first, then the others."""
    each = (
        [channel.ringkas for channel in safety.kind(kind).channels if not channel.withdrawn]
        for kind in kinds
    )
    ranked = (line for rank in zip_longest(*each) for line in rank if line is not None)
    return list(dict.fromkeys(ranked))[:_MOST_CHANNELS]


def _of_officers(draft: TurnDraft) -> str:
    """Tell truthfully when officers see the conversation."""
    service = draft.context.service
    if service.is_open and service.closes_at:
        return _sentence(draft, "petugas_buka")
    if not service.is_open and service.next_opening:
        return _sentence(draft, "petugas_tutup")
    return _sentence(draft, "petugas")


def _go_on(care: Care, pressed: str, readings: Sequence[Reading], draft: TurnDraft) -> None:
    """Answer a turn in care: business where it is asked for, else that we are still here."""
    safe = any(_says_safe(reading, draft) for reading in readings)
    agreed = any(reading.intent == _YES for reading in readings)
    if pressed == SURELY_SAFE or (care.phase == "ending" and (agreed or safe)):
        draft.care = replace(care, phase="over")
        draft.add(_sentence(draft, "aman_selesai"), officer_button(draft), response="aman_selesai")
        return
    draft.care = replace(care, phase="care")
    business = [reading for reading in readings if _is_business(reading)]
    if pressed == SAFE_NOW or (safe and not business):
        draft.care = replace(care, phase="ending")
        text = f"{_sentence(draft, 'aman_tanya')} {_reminder(draft)}"
        buttons = (_button(draft, SURELY_SAFE), _button(draft, NOT_SAFE))
        draft.add(text, (*buttons, *_officer(draft)), response="aman_tanya")
        return
    if not business or pressed:
        _hold(draft)
        return
    for reading in business:
        respond(reading, draft)
    draft.add(_reminder(draft), [_button(draft, SAFE_NOW)], response="ingat")


def _after_question(
    care: Care, danger: Danger, readings: Sequence[Reading], draft: TurnDraft
) -> bool:
    """Take the answer to "are you in danger?"; another doubtful message is one too."""
    said = {reading.intent for reading in readings if reading.decision == "answer"}
    safe = any(_says_safe(reading, draft) for reading in readings)
    denied = _NO in said or safe
    if _YES in said or (danger.level == "unsure" and not denied):
        _raise_alarm((care.kind, *danger.kinds), draft)
        return True
    draft.care = replace(care, phase="over")
    if denied:
        _believe(draft)
    return denied


def _answered_late(pressed: str, draft: TurnDraft) -> bool:
    """Take a button of an earlier turn: danger is believed whenever it is told."""
    if pressed in (IN_DANGER, NOT_SAFE):
        kind = draft.care.kind if draft.care else ""
        _raise_alarm((kind or GENERAL,), draft)
        return True
    if draft.care is not None:
        draft.care = replace(draft.care, phase="over")
    _believe(draft)
    return True


def _believe(draft: TurnDraft) -> None:
    draft.add(_sentence(draft, "tanya_tidak"), response="tanya_tidak")
    if draft.loop is not None:
        forms.ask(draft)


def _ask(danger: Danger, readings: Sequence[Reading], draft: TurnDraft) -> None:
    """Ask gently whether somebody is in danger, then answer what else was asked."""
    draft.care = replace(_begun(danger.kind, draft), phase="asked", asked_on=_day(draft))
    buttons = (_button(draft, IN_DANGER), _button(draft, NOT_IN_DANGER))
    draft.add(_sentence(draft, "tanya"), buttons, response="tanya")
    for reading in readings:
        if draft.loop is None and reading.is_sure and reading.intent != OUT_OF_SCOPE:
            respond(reading, draft)
    draft.reason = REASON_UNSURE
    draft.attention = True
    draft.clarify = not draft.answers


def _hold(draft: TurnDraft) -> None:
    """Say that we are still here, with the numbers in sight."""
    text = f"{_sentence(draft, 'tahan')} {_reminder(draft)}"
    draft.add(text, [*_officer(draft), _button(draft, SAFE_NOW)], response="tahan")


def _reminder(draft: TurnDraft) -> str:
    """Return the short line that keeps the numbers in sight."""
    kind = draft.assets.safety.kind(draft.care.kind if draft.care else "")
    titles = [channel.tombol for channel in kind.channels if not channel.withdrawn]
    return _sentence(draft, "ingat").replace("{singkat}", ", ".join(titles))


def _is_open(readings: Sequence[Reading], draft: TurnDraft) -> bool:
    """Whether what was meant rests on the model alone.

    Words of a rule leave no doubt to ask of, nor does a short answer to a form's question.
    """
    if draft.loop is not None and len(draft.heard.split()) <= _SHORT_VALUE:
        return False
    return any(reading.how == "nlu" for reading in readings)


def _is_business(reading: Reading) -> bool:
    """Whether something is asked that is answered in care too; a guess is not."""
    if reading.is_knowledge:
        return reading.is_sure
    return reading.is_sure and reading.intent in _STILL_DONE


def _says_safe(reading: Reading, draft: TurnDraft) -> bool:
    words = draft.assets.safety.words
    return reading.how != "payload" and words.found(SAFE_NOW, words.prepare(reading.text))


def _begun(kind: str, draft: TurnDraft) -> Care:
    before = draft.care
    since = before.since if before and before.active else draft.tracker.turns
    return Care(kind=kind, since=since, asked_on=before.asked_on if before else "")


def _asked_today(draft: TurnDraft) -> bool:
    return draft.care is not None and draft.care.asked_on == _day(draft)


def _day(draft: TurnDraft) -> str:
    return draft.today.isoformat()


def _sentence(draft: TurnDraft, name: str) -> str:
    turn = draft.tracker.turns + len(draft.replies)
    text = draft.assets.safety.sentence(name, turn)
    for blank, value in draft.times().items():
        text = text.replace(f"{{{blank}}}", value)
    return text


def _button(draft: TurnDraft, name: str) -> Button:
    return Button(draft.assets.safety.titles[name], f"/{name}")


def _officer(draft: TurnDraft) -> list[Button]:
    """Offer a person also while one is waited for: who presses it learns how it stands."""
    title = draft.assets.context.act_titles.get("minta_cs", "")
    return [Button(title, "/minta_cs")] if title else []
