"""Answers made of parts: the direct answer, what was asked of it, one next step."""

from __future__ import annotations

from collections.abc import Sequence

from dialogue.actions.answer_frame import (
    OFFER_OFFICER,
    follow_up_buttons,
    officer_button,
    softened,
    with_authority,
)
from dialogue.answer_parts import MAIN, NEXT_STEP, Part
from dialogue.answer_text import (
    first_answer,
    parts_asked,
    single_part,
    source_line,
    sources_of,
    whole_answer,
)
from dialogue.draft import TurnDraft
from dialogue.knowledge import KnowledgeEntry
from dialogue.reading import Reading
from dialogue.types import Button

_MOST_PARTS = 2
"""So many asked parts are told at once; more is a whole answer."""
_MOST_BUTTONS = 3


def answer_in_parts(
    reading: Reading, draft: TurnDraft, entry: KnowledgeEntry, *, again: bool
) -> None:
    """Tell the direct answer and the parts that were asked; a second time only what is new."""
    aspects = draft.assets.context.aspects_in(reading.line) or (
        (reading.aspect,) if reading.aspect else ()
    )
    asked, missing = parts_asked(entry, draft.assets.parts, aspects, reading.line)
    asked = asked[:_MOST_PARTS]
    untold = [name for name in missing if not _main_answers(draft, entry, name)]
    if again and asked:
        _say(draft, entry, "utter_jawaban", single_part(entry, draft.assets.parts, asked), asked)
    elif again and untold:
        _say_missing(draft, entry, untold[0])
    elif again:
        main = entry.parts.by_name[MAIN]
        _say(draft, entry, "utter_jawaban_ulang", main.plain, [main])
        draft.offer = OFFER_OFFICER
    else:
        _say_first(draft, entry, asked, untold[:1])


def part_by_button(draft: TurnDraft, entry: KnowledgeEntry, name: str) -> None:
    """Tell the one part whose button was pressed."""
    part = entry.parts.get(name)
    if part is None:
        _say_missing(draft, entry, name)
    else:
        _say(draft, entry, "utter_jawaban", single_part(entry, draft.assets.parts, [part]), [part])


def give_whole(draft: TurnDraft, entry: KnowledgeEntry) -> None:
    """Tell all parts under their headings."""
    shown = list(entry.parts.by_name.values())
    text = whole_answer(entry, draft.assets.parts)
    _say(draft, entry, "utter_jawaban_lengkap", text, shown)


def _main_answers(draft: TurnDraft, entry: KnowledgeEntry, part: str) -> bool:
    """Whether the direct answer, or the question it answers, is itself about that part."""
    words = draft.assets.parts.words.get(part)
    tables = draft.assets.context
    if words is None:
        return False
    line = draft.assets.patterns.prepare(f"{entry.judul} {entry.parts.main}")
    return tables.aspect_of(entry.label) in words.aspects or any(
        aspect in words.aspects for aspect in tables.aspects_in(line)
    )


def _say_first(
    draft: TurnDraft, entry: KnowledgeEntry, asked: Sequence[Part], untold: Sequence[str]
) -> None:
    """Tell the direct answer, what must not wait, what was asked, and what nobody tells us."""
    named = {part.name for part in asked}
    urgent = [
        part
        for name in entry.at_once
        if (part := entry.parts.get(name)) is not None and name not in named
    ]
    told = [*urgent, *asked]
    text = first_answer(entry, draft.assets.parts, told)
    for name in untold:
        text = (
            f"{text}\n\n{draft.text_of('utter_bagian_tak_disebut', bagian=_mention(draft, name))}"
        )
        draft.missing_part = name
    _say(draft, entry, "utter_jawaban", text, [entry.parts.by_name[MAIN], *told])


def _mention(draft: TurnDraft, name: str) -> str:
    words = draft.assets.parts.words.get(name)
    return words.mention if words and words.mention else name.replace("_", " ")


def _say(
    draft: TurnDraft, entry: KnowledgeEntry, frame: str, text: str, shown: Sequence[Part]
) -> None:
    source = source_line(sources_of(entry, shown))
    body = draft.text_of(frame, jawaban=softened(draft, entry, text), sumber=source)
    body = with_authority(draft, entry, body)
    names = {part.name for part in shown}
    draft.add(body, _buttons(draft, entry, names), response=frame)
    draft.answers.append(entry.label)


def _say_missing(draft: TurnDraft, entry: KnowledgeEntry, name: str) -> None:
    """Say plainly that the sources do not tell, and offer a person; it is a gap of our content."""
    draft.utter(
        "utter_bagian_tidak_ada",
        extra=[*follow_up_buttons(draft, entry, full=False), *officer_button(draft)],
        bagian=_mention(draft, name),
        judul=entry.judul,
    )
    draft.missing_part = name
    draft.offer = OFFER_OFFICER
    draft.answers.append(entry.label)


def _buttons(draft: TurnDraft, entry: KnowledgeEntry, shown: set[str]) -> list[Button]:
    """Offer the parts that were not told, then what comes after any answer."""
    left = [
        name for name in entry.parts.by_name if name not in shown and name not in (MAIN, NEXT_STEP)
    ]
    offered = []
    for name in left[:_MOST_BUTTONS]:
        words = draft.assets.parts.words.get(name)
        if words and words.button:
            payload = f'/bagian{{"label": "{entry.label}", "bagian": "{name}"}}'
            offered.append(Button(words.button, payload))
    full = len(left) <= _MOST_BUTTONS
    return [*offered, *follow_up_buttons(draft, entry, full=full), *officer_button(draft)]
