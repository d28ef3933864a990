"""The text of an answer that is made of parts: what was asked first, then one next step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dialogue.answer_parts import MAIN, NEXT_STEP, Part, Source
from dialogue.knowledge import KnowledgeEntry
from dialogue.part_table import PartTable

SOURCE_LENGTH = 80
"""A reply's source block is no longer than this, in characters, its first word included."""
_UNHEADED = (MAIN,)


def parts_asked(
    entry: KnowledgeEntry, table: PartTable, aspects: Iterable[str], line: str
) -> tuple[Sequence[Part], Sequence[str]]:
    """Return the parts that the aspects of a line ask for, and the names of those it lacks."""
    names = [name for name in table.asked_by(aspects, line) if name not in (MAIN, NEXT_STEP)]
    found = [part for name in names if (part := entry.parts.get(name)) is not None]
    return found, [name for name in names if entry.parts.get(name) is None]


def first_answer(entry: KnowledgeEntry, table: PartTable, asked: Sequence[Part]) -> str:
    """Return the direct answer, what was asked of it, and the next step."""
    main = entry.parts.get(MAIN)
    shown = [main] if main is not None else []
    return _told([*shown, *asked, *_next(entry)], table)


def single_part(entry: KnowledgeEntry, table: PartTable, asked: Sequence[Part]) -> str:
    """Return the asked parts alone, for a follow-up to an answer that was given already."""
    return _told(asked, table)


def whole_answer(entry: KnowledgeEntry, table: PartTable) -> str:
    """Return all parts under their headings."""
    return _told(list(entry.parts.by_name.values()), table)


def sources_of(entry: KnowledgeEntry, shown: Iterable[Part]) -> list[Source]:
    """Return the sources on which the shown parts rest, strong ones first."""
    ids = {source for part in shown for source in part.sources}
    used = [source for source in entry.sources if source.id in ids]
    return sorted(used, key=lambda source: not source.is_strong)


def source_line(sources: Sequence[Source], *, most: int = SOURCE_LENGTH) -> str:
    """Return the sources' titles as one line of at most ``most`` characters.

    What does not fit is left to the answer's page; a first title that is too long is shortened at
    a word, and says so.
    """
    line = ""
    for source in sources:
        title = source.title if not line else f"{line}; {source.title}"
        if len(title) > most:
            break
        line = title
    return line or (shorten_title(sources[0].title, most) if sources else "")


def shorten_title(title: str, most: int) -> str:
    """Return ``title`` cut at a word to ``most`` characters, with an ellipsis."""
    if len(title) <= most:
        return title
    return title[: most - 1].rsplit(" ", 1)[0].rstrip(",;:(") + "…"


def _next(entry: KnowledgeEntry) -> list[Part]:
    step = entry.parts.get(NEXT_STEP)
    return [step] if step is not None else []


def _told(parts: Sequence[Part], table: PartTable) -> str:
    return "\n\n".join(_with_heading(part, table) for part in parts)


def _with_heading(part: Part, table: PartTable) -> str:
    words = table.words.get(part.name)
    body = part.plain if not part.link or part.link in part.plain else f"{part.plain} {part.link}"
    if part.name in _UNHEADED or words is None:
        return body
    return f"{words.heading}:\n{body}" if part.items else f"{words.heading}: {body}"
