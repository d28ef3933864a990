"""Two entries side by side, by the parts that both have ("bedanya PIRT sama BPOM")."""

from __future__ import annotations

from collections import Counter

from dialogue.actions.answer_frame import officer_button
from dialogue.answer_parts import MAIN, NEXT_STEP, Part
from dialogue.answer_text import source_line, sources_of
from dialogue.context_tables import Subject
from dialogue.draft import TurnDraft
from dialogue.knowledge import KnowledgeEntry
from dialogue.reading import Reading
from dialogue.types import Button

COMPARISON = "utter_perbandingan"
_DIFFERENCE = "beda"
_LEFT_OUT = (MAIN, "langkah", NEXT_STEP)
"""Told first, too long to stand side by side, or the answer's own."""
_MOST_PARTS = 2
"""So many common parts are told: more is no short list."""


def compare(reading: Reading, draft: TurnDraft) -> bool:
    """Compare the two subjects that a message names; ``False`` where that cannot be done.

    An answer that has a part on the difference tells it better than a list.
    """
    tables, knowledge = draft.assets.context, draft.assets.knowledge
    named = tables.subjects_in(reading.line)
    known = COMPARISON in draft.assets.domain.responses
    if not known or len(named) != 2 or _DIFFERENCE not in tables.aspects_in(reading.line):
        return False
    asked = knowledge.get(reading.intent) if reading.decision == "answer" else None
    if asked is not None and asked.parts.get(_DIFFERENCE) is not None:
        return False
    one, other = (_entry(subject, draft) for subject in named)
    if one is None or other is None or one is other or not _common(one, other):
        return False
    _say(draft, named, (one, other))
    return True


def _entry(subject: Subject, draft: TurnDraft) -> KnowledgeEntry | None:
    """Return the entry that answers most of what is asked of the subject.

    A subject whose answers are spread over several entries, as the interest and the limit of the
    KUR, has none: parts of the same name are about different things then.
    """
    answers = Counter(subject.aspects.values()).most_common(1)
    label, times = answers[0] if answers else ("", 0)
    entry = draft.assets.knowledge.get(label)
    if entry is None or 2 * times <= len(subject.aspects) or entry.withdrawn:
        return None
    return entry


def _common(one: KnowledgeEntry, other: KnowledgeEntry) -> list[str]:
    """Return the parts, besides the direct answer, that both entries have."""
    return [
        name for name in one.parts.by_name if name in other.parts.by_name and name not in _LEFT_OUT
    ][:_MOST_PARTS]


def _say(
    draft: TurnDraft,
    named: tuple[Subject, ...],
    both: tuple[KnowledgeEntry, KnowledgeEntry],
) -> None:
    phrases = [subject.phrase for subject in named]
    shown: list[str] = []
    for name in (MAIN, *_common(*both)):
        words = draft.assets.parts.words.get(name)
        lines = [
            f"- {phrase}: {_in_a_line(entry.parts.by_name[name])}"
            for phrase, entry in zip(phrases, both, strict=True)
        ]
        heading = [f"{words.heading}:"] if words and name != MAIN else []
        shown.append("\n".join((*heading, *lines)))
    told = (MAIN, *_common(*both))
    sources = [
        source
        for entry in both
        for source in sources_of(entry, [entry.parts.by_name[name] for name in told])
    ]
    strong_first = sorted(sources, key=lambda source: not source.is_strong)
    unique = list({source.title: source for source in strong_first}.values())
    draft.utter(
        COMPARISON,
        extra=[
            *(Button(entry.tombol, f"/{entry.label}") for entry in both),
            *officer_button(draft),
        ],
        satu=phrases[0],
        lain=phrases[1],
        daftar="\n\n".join(shown),
        sumber=source_line(unique),
    )
    draft.answers += [entry.label for entry in both]
    draft.label = both[0].label


def _in_a_line(part: Part) -> str:
    return "; ".join(item.rstrip(".") for item in part.items) if part.items else part.text
