"""When the meaning is not clear enough: ask back, then offer a person."""

from __future__ import annotations

from dialogue.actions.answer_frame import OFFER_OFFICER, officer_button
from dialogue.actions.answers import menu_buttons
from dialogue.draft import TurnDraft
from dialogue.reading import Reading
from dialogue.types import Button

RASA_FALLBACK = "utter_default"


def clarify(reading: Reading, draft: TurnDraft) -> None:
    """Offer two or three readable choices and a person; no fact is stated."""
    choices = choice_buttons(draft, reading.choices)
    if not choices:
        draft.utter("utter_menu", extra=[*menu_buttons(draft), *officer_button(draft)])
    else:
        titles = [title_of(draft, button.payload.removeprefix("/")) for button in choices]
        listed = "\n".join(f"{place}. {title}" for place, title in enumerate(titles, start=1))
        extra = [*choices, *officer_button(draft)]
        draft.misses = draft.tracker.misses + (0 if reading.ask_back else 1)
        again = draft.misses > 1 and not draft.case_waits
        draft.offer = OFFER_OFFICER if again else None
        response = reading.ask_back or ("utter_pilihan_lagi" if again else "utter_pilihan")
        draft.utter(response, extra=extra, pilihan=listed)
    draft.clarify = True
    draft.decision = "clarify"
    draft.reason = "dua_arti" if reading.ask_back else "kurang_yakin"
    draft.attention = draft.attention or reading.ask_back is None
    if reading.is_knowledge:
        draft.note_question(reading.text, reading.intent)


def not_understood(reading: Reading, draft: TurnDraft) -> None:
    """Say so and offer choices; the second time in a row offer a person."""
    draft.misses = draft.tracker.misses + 1
    draft.note_question(reading.text, reading.intent)
    draft.decision = "handoff"
    draft.reason = "kurang_yakin"
    draft.fallback = True
    draft.attention = True
    if draft.case_waits:
        draft.utter("utter_tidak_paham_menunggu")
    elif draft.misses > 1:
        draft.utter("utter_tidak_paham_lagi")
        draft.offer = OFFER_OFFICER
    else:
        choices = choice_buttons(draft, reading.choices) or menu_buttons(draft)
        draft.utter("utter_tidak_paham", extra=[*choices, *officer_button(draft)])
        draft.clarify = bool(choices)
    if not draft.replies:
        draft.utter(RASA_FALLBACK)


def asked_back(reading: Reading, draft: TurnDraft) -> None:
    """Note that what was just said asks the resident to write, or to choose, again."""
    draft.clarify = True


def not_read(reading: Reading, draft: TurnDraft) -> None:
    """Note that what was just said admits that the message could not be read."""
    draft.fallback = draft.clarify = True


def choice_buttons(draft: TurnDraft, labels: tuple[str, ...]) -> list[Button]:
    """Return one button per label that has a title, in order."""
    buttons = []
    for label in labels:
        entry = draft.assets.knowledge.get(label)
        title = entry.tombol if entry else draft.assets.context.act_titles.get(label)
        if title and label != "minta_cs":
            buttons.append(Button(title, f"/{label}"))
    return buttons


def title_of(draft: TurnDraft, label: str) -> str:
    """Return a label as a readable question."""
    entry = draft.assets.knowledge.get(label)
    return entry.judul if entry else draft.assets.context.act_titles.get(label, "")
