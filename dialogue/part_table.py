"""How parts of answers are named to people, from ``knowledge/bagian.yml``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dialogue.answer_parts import PART_NAMES
from dialogue.findings import Findings
from foundation.errors import TrainingDataError
from foundation.yaml_lines import LineDict, read_yaml

PARTS_FILE = "bagian.yml"


@dataclass(frozen=True)
class PartWords:
    """The words for one part: ``heading`` above it, ``button``, ``mention`` within a sentence."""

    heading: str
    button: str = ""
    mention: str = ""
    aspects: tuple[str, ...] = ()
    """What residents ask for (``aspects`` of ``context.yml``) that the part answers."""
    explicit: frozenset[str] = frozenset()
    """Where given, only these words ask for the part when another part is asked for as well."""


@dataclass(frozen=True)
class PartTable:
    """The words of all parts, and the phrases that tell an answer which is not certain."""

    words: Mapping[str, PartWords] = field(default_factory=dict)
    hedges: tuple[str, ...] = ()
    office_words: tuple[str, ...] = ()
    """Phrases that offices write and nobody says."""

    def asked_by(self, aspects: Iterable[str], line: str) -> tuple[str, ...]:
        """Return the parts that the aspects of a prepared line ask for, in the aspects' order."""
        found = dict.fromkeys(
            name
            for aspect in aspects
            for name, words in self.words.items()
            if aspect in words.aspects
        )
        if len(found) < 2:
            return tuple(found)
        said = frozenset(line.split())
        explicit = {name: self.words[name].explicit for name in found}
        return tuple(name for name in found if not explicit[name] or explicit[name] & said)

    def is_hedged(self, text: str) -> bool:
        """Whether a text says itself that it is not certain."""
        lowered = text.casefold()
        return any(phrase in lowered for phrase in self.hedges)


def read_part_table(folder: Path, findings: Findings) -> PartTable:
    """Return the table of the ``knowledge`` folder, noting what is wrong; empty without one."""
    path = folder / PARTS_FILE
    if not path.exists():
        return PartTable()
    try:
        content = read_yaml(path)
    except TrainingDataError as error:
        findings.broken_file(error, path)
        return PartTable()
    found: dict[str, PartWords] = {}
    for name, item in (content.get("bagian") or {}).items():
        if name not in PART_NAMES or not isinstance(item, LineDict) or not item.get("judul"):
            text = f"bagian `{name}` tidak dikenal atau tanpa `judul`"
            findings.error(path, content, text, key="bagian")
            continue
        found[name] = _words(item)
    return PartTable(
        words=found,
        hedges=_phrases(content.get("penanda_ragu")),
        office_words=_phrases(content.get("kata_kantor")),
    )


def _phrases(listed: Any) -> tuple[str, ...]:
    return tuple(str(phrase).casefold() for phrase in listed or ())


def _words(item: Mapping[str, Any]) -> PartWords:
    return PartWords(
        heading=str(item["judul"]),
        button=str(item.get("tombol") or ""),
        mention=str(item.get("sebutan") or ""),
        aspects=tuple(map(str, item.get("aspek") or ())),
        explicit=frozenset(str(item.get("tegas") or "").replace(",", " ").split()),
    )
