"""Entities of a Rasa project: the words that its ``nlu`` data mark, list, or describe.

As Rasa's ``RegexEntityExtractor`` and ``EntitySynonymMapper`` do: values that examples annotate,
``lookup`` tables and ``regex`` items that have the name of an entity, and ``synonym`` items.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dialogue.findings import Finding, Findings
from foundation.yaml_lines import LineDict, line_of
from nlu import strip_annotations
from nlu.types import Entity, Understanding, Understands

_ITEM_KEYS = {"intent", "examples", "synonym", "lookup", "regex"}
_IN_BRACES = re.compile(r"\](\{[^{}]+\})")
_ANNOTATION_KEYS = re.compile(r'"(\w+)"\s*:')


@dataclass(frozen=True)
class MarkedEntities:
    """What to look for: patterns with their entity, and the value that a wording stands for."""

    patterns: tuple[tuple[str, re.Pattern[str]], ...] = ()
    synonyms: tuple[tuple[str, str], ...] = ()

    def find(self, text: str) -> tuple[Entity, ...]:
        """Return the entities of ``text``; of overlapping ones the longest, then the first."""
        named = dict(self.synonyms)
        spans = sorted(
            (
                Entity(entity, hit.start(), hit.end(), named.get(hit[0].casefold(), hit[0]))
                for entity, pattern in self.patterns
                for hit in pattern.finditer(text)
                if hit[0]
            ),
            key=lambda found: (found.start - found.end, found.start),
        )
        kept: list[Entity] = []
        for found in spans:
            if all(found.end <= other.start or other.end <= found.start for other in kept):
                kept.append(found)
        return tuple(sorted(kept, key=lambda found: found.start))


@dataclass(frozen=True)
class MarkedNlu:
    """An NLU that also finds the project's own entities."""

    inner: Understands
    marked: MarkedEntities

    @property
    def version(self) -> str:
        """The version of the NLU inside."""
        return self.inner.version

    def understand(self, text: str) -> Understanding:
        """Understand ``text``; the project's entities come before those found anyway."""
        understood = self.inner.understand(text)
        return replace(understood, entities=(*self.marked.find(text), *understood.entities))


def read_marked_entities(
    contents: Mapping[Path, LineDict], entities: Collection[str], findings: Findings
) -> MarkedEntities:
    """Return what the ``nlu`` sections say of the domain's ``entities``; unused keys are named."""
    reader = _Reader(frozenset(entities), findings)
    for path, content in contents.items():
        items = content.get("nlu")
        for item in items if isinstance(items, list) else ():
            if isinstance(item, LineDict):
                reader.item(item, path)
    return reader.result()


class _Reader:
    def __init__(self, entities: frozenset[str], findings: Findings) -> None:
        self._entities = entities
        self._findings = findings
        self._wordings: dict[str, set[str]] = {}
        self._regexes: list[tuple[str, re.Pattern[str]]] = []
        self._synonyms: dict[str, str] = {}

    def item(self, item: LineDict, path: Path) -> None:
        for key in item:
            if key not in _ITEM_KEYS:
                text = f"kunci `{key}` tidak didukung dan diabaikan"
                self._findings.warning(path, item, text, key=key)
        lines = [*_lines(item.get("examples"))]
        if "synonym" in item:
            self._synonyms |= {line.casefold(): str(item["synonym"]) for _, line in lines}
        elif "lookup" in item or "regex" in item:
            self._listed(item, [line for _, line in lines], path)
        else:
            self._examples(item, lines, path)

    def _listed(self, item: LineDict, lines: list[str], path: Path) -> None:
        key = "lookup" if "lookup" in item else "regex"
        name = str(item[key])
        if name not in self._entities:
            text = f"`{key}: {name}` bukan nama entitas; tidak didukung dan diabaikan"
            self._findings.warning(path, item, text, key=key)
        elif key == "lookup":
            self._wordings.setdefault(name, set()).update(lines)
        else:
            for line in lines:
                self._regex(name, line, item, path)

    def _regex(self, name: str, line: str, item: LineDict, path: Path) -> None:
        try:
            self._regexes.append((name, re.compile(line)))
        except re.error as error:
            text = f"pola `{line}` tidak dapat dibaca: {error}"
            self._findings.error(path, item, text, key="regex")

    def _examples(self, item: LineDict, lines: list[tuple[int, str]], path: Path) -> None:
        for number, line in lines:
            for braces in _IN_BRACES.findall(line):
                for key in _ANNOTATION_KEYS.findall(braces):
                    if key not in ("entity", "value"):
                        text = f"kunci `{key}` pada anotasi tidak didukung dan diabaikan"
                        at = line_of(item, "examples") + number
                        self._findings.items.append(Finding(path, at, "warning", text))
            try:
                plain, marked = strip_annotations(line)
            except ValueError:
                continue  # the reader of examples complains of it
            for entity in marked:
                wording = plain[entity.start : entity.end]
                self._wordings.setdefault(entity.entity, set()).add(wording)
                if wording != entity.value:
                    self._synonyms[wording.casefold()] = str(entity.value)

    def result(self) -> MarkedEntities:
        by_value: dict[str, set[str]] = {}
        for wording, value in self._synonyms.items():
            by_value.setdefault(value.casefold(), set()).add(wording)
        patterns = list(self._regexes)
        for entity, wordings in sorted(self._wordings.items()):
            if entity in self._entities:
                more = {other for word in wordings for other in by_value.get(word.casefold(), ())}
                patterns.append((entity, _any_of(wordings | more)))
        return MarkedEntities(tuple(patterns), tuple(sorted(self._synonyms.items())))


def _any_of(wordings: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(wordings, key=lambda wording: (-len(wording), wording))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)


def _lines(examples: Any) -> Iterator[tuple[int, str]]:
    """Yield number (from 1) and text of the lines of a block, or of the items of a list."""
    if isinstance(examples, list):
        texts = [item.get("text", "") if isinstance(item, dict) else item for item in examples]
    else:
        texts = str(examples or "").split("\n")
    for number, text in enumerate(texts, start=1):
        if line := str(text).strip().removeprefix("-").strip():
            yield number, line
