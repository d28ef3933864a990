"""Two entries side by side, by the parts that both have ("bedanya PIRT sama BPOM")."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

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
_MOST_PARTS = 3
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
    pairs = itertools.product(_entries(named[0], draft), _entries(named[1], draft))
    both = max(pairs, key=lambda pair: len(_common(*pair)), default=None)
    if both is None or both[0] is both[1] or not _common(*both):
        return False
    _say(draft, named, both)
    return True


def _entries(subject: Subject, draft: TurnDraft) -> Iterator[KnowledgeEntry]:
    for label in dict.fromkeys((*subject.labels, *subject.aspects.values())):
        entry = draft.assets.knowledge.get(label)
        if entry is not None and entry.parts and not entry.withdrawn:
            yield entry


def _common(one: KnowledgeEntry, other: KnowledgeEntry) -> list[str]:
    """Return the parts, besides the direct answer, that both entries have."""
    return [
        name
        for name in one.parts.by_name
        if name in other.parts.by_name and name not in (MAIN, NEXT_STEP)
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
