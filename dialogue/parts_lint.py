"""What staff must mend, or should look at, in the parts of an answer (for ``halo validate``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from dialogue.answer_parts import MAIN, Part
from dialogue.knowledge import KnowledgeEntry
from dialogue.part_table import PartTable

MAIN_LENGTH = 160
"""The direct answer fits into one screen line of a phone notification, in characters."""
MOST_SENTENCES = 3
MOST_WORDS = 25
"""GOV.UK's content design guide: sentences of 25 words at most."""
MOST_ITEMS = 9

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9(])")


@dataclass(frozen=True)
class PartIssue:
    """A complaint about one answer."""

    severity: Literal["error", "warning"]
    text: str


def part_issues(entry: KnowledgeEntry, table: PartTable) -> Iterator[PartIssue]:
    """Yield what is wrong with the parts of ``entry``: facts are errors, style is a warning."""
    if not entry.parts:
        return
    known = _numbers(" ".join((entry.fact, entry.judul, str(entry.tahun), *entry.sumber)))
    for part in entry.parts.by_name.values():
        for number in sorted(_numbers(part.plain_text) - known):
            yield PartIssue("error", f"{part.name}: angka {number} tidak ada di `fakta`")
        yield from _style(part, table)
    main = entry.parts.main
    if len(main) > MAIN_LENGTH:
        yield PartIssue("error", f"{MAIN}: {len(main)} huruf, paling banyak {MAIN_LENGTH}")
    if entry.uncertain and not table.is_hedged(main):
        yield PartIssue("error", f"{MAIN}: belum pasti tetapi tidak mengatakannya")


def _style(part: Part, table: PartTable) -> Iterator[PartIssue]:
    if len(part.items) > MOST_ITEMS:
        yield PartIssue("warning", f"{part.name}: lebih dari {MOST_ITEMS} butir")
    for text in part.items or (part.text,):
        sentences = _SENTENCE_END.split(text)
        if len(sentences) > MOST_SENTENCES:
            yield PartIssue("warning", f"{part.name}: lebih dari {MOST_SENTENCES} kalimat")
        longest = max(len(sentence.split()) for sentence in sentences)
        if longest > MOST_WORDS:
            yield PartIssue("warning", f"{part.name}: kalimat sepanjang {longest} kata")
        lowered = f" {text.casefold()} "
        for phrase in table.office_words:
            if f" {phrase} " in lowered:
                yield PartIssue("warning", f"{part.name}: kata kantor `{phrase}`")


def _numbers(text: str) -> set[str]:
    return set(_NUMBER.findall(text))
