"""What follow-ups are resolved with, from ``context.yml``: aspects, subjects, double meanings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dialogue.findings import Findings
from dialogue.plain import plain_words
from foundation.yaml_lines import LineDict

NEVER = re.compile(r"(?!)")


@dataclass(frozen=True)
class Subject:
    """Something that residents ask about (NIB, KUR, setting up a koperasi …).

    ``labels`` are full labels or whole topics; ``aspects`` says which label answers which aspect
    (or which other subject within this one, as the members of a Koperasi Merah Putih);
    ``phrase`` completes a question that left the subject out.
    """

    name: str
    phrase: str
    words: re.Pattern[str]
    labels: tuple[str, ...] = ()
    aspects: Mapping[str, str] = field(default_factory=dict)

    def covers(self, label: str) -> bool:
        """Whether an answer with ``label`` is about this."""
        return label in self.labels or label.partition("/")[0] in self.labels


@dataclass(frozen=True)
class Ambiguity:
    """A word with two meanings: asked back unless the message, or the talk, says which."""

    words: re.Pattern[str]
    unless: re.Pattern[str]
    unless_topics: tuple[str, ...]
    response: str
    choices: tuple[str, ...]
    meanings: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    """Words that tell which of ``choices`` is meant."""

    def meant(self, line: str) -> str | None:
        """Return the one choice whose telling words stand in a prepared line."""
        told = [label for label, words in self.meanings.items() if words.search(line)]
        return told[0] if len(told) == 1 else None


@dataclass(frozen=True)
class NextStep:
    """What residents do after an answer: a message with ``pattern`` then means ``intent``."""

    pattern: str
    intent: str


@dataclass(frozen=True)
class Offer:
    """What is offered beside an answer: "ya" accepts ``name``.

    ``lead`` is a response said before the answer (empty for none), ``response`` one after it.
    """

    name: str
    response: str
    lead: str = ""


@dataclass(frozen=True)
class Referral:
    """Who can help with something that is not this office's."""

    words: re.Pattern[str]
    to: str


@dataclass(frozen=True)
class ContextTables:
    """The parsed file."""

    aspects: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    aspect_phrases: Mapping[str, str] = field(default_factory=dict)
    subjects: tuple[Subject, ...] = ()
    ambiguities: tuple[Ambiguity, ...] = ()
    referrals: tuple[Referral, ...] = ()
    act_titles: Mapping[str, str] = field(default_factory=dict)
    next_steps: Mapping[str, NextStep] = field(default_factory=dict)
    offers: Mapping[str, Offer] = field(default_factory=dict)
    worlds_apart: tuple[tuple[frozenset[str], frozenset[str]], ...] = ()
    menu: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Titles of the menu's parts with the topics in them."""

    def aspects_in(self, line: str) -> tuple[str, ...]:
        """Return the aspects that a prepared line asks for, in the table's order."""
        return tuple(name for name, words in self.aspects.items() if words.search(line))

    def subjects_in(self, line: str) -> tuple[Subject, ...]:
        """Return the subjects that a prepared line names, in the table's order."""
        return tuple(subject for subject in self.subjects if subject.words.search(line))

    def asked_for(self, line: str) -> int:
        """Count the subjects and aspects that a prepared line names."""
        return len(self.subjects_in(line)) + len(self.aspects_in(line))

    def asks_for_knowledge(self, line: str) -> bool:
        """Whether a prepared line names a subject and what the table can answer of it."""
        aspects = self.aspects_in(line)
        return any(
            aspect in subject.aspects for subject in self.subjects_in(line) for aspect in aspects
        )

    def apart(self, named: tuple[Subject, ...], label: str) -> bool:
        """Whether all of ``named`` belong to a world in which ``label`` cannot be the answer."""
        topic = label.partition("/")[0]
        return bool(named) and any(
            topic in topics and all(subject.name in subjects for subject in named)
            for subjects, topics in self.worlds_apart
        )

    def subject_named(self, name: str | None) -> Subject | None:
        """Return the subject of that name."""
        return next((subject for subject in self.subjects if subject.name == name), None)

    def subject_of(self, label: str | None) -> Subject | None:
        """Return the subject of an answer; one that lists the full label wins over its topic."""
        if label is None:
            return None
        covering = [subject for subject in self.subjects if subject.covers(label)]
        exact = [subject for subject in covering if label in subject.labels]
        return next(iter(exact or covering), None)

    def aspect_of(self, label: str) -> str | None:
        """Return the aspect that ``label`` answers, if the table says so."""
        subject = self.subject_of(label)
        if subject is None:
            return None
        return next((name for name, to in subject.aspects.items() if to == label), None)

    def referral(self, line: str) -> str | None:
        """Return who can help with an out-of-scope message."""
        return next((item.to for item in self.referrals if item.words.search(line)), None)

    def offered_with(self, label: str | None) -> str | None:
        """Return the name of what is offered beside the answer ``label``."""
        offer = self.offers.get(label or "")
        return offer.name if offer else None

    def labels(self) -> set[str]:
        """Return all full labels that the tables mention."""
        return (
            {label for subject in self.subjects for label in subject.labels if "/" in label}
            | {label for subject in self.subjects for label in subject.aspects.values()}
            | {label for ambiguity in self.ambiguities for label in ambiguity.choices}
            | set(self.next_steps)
            | set(self.offers)
        )


def read_context_tables(content: LineDict, path: Path, findings: Findings) -> ContextTables:
    """Return the tables of ``content`` (of ``path``), noting what is wrong."""
    aspects = _table(content, "aspects", path, findings)
    subjects = _table(content, "subjects", path, findings)
    reader = _Reader(path, findings, known_aspects={*aspects, *subjects})
    return ContextTables(
        aspects={name: phrase_pattern(item.get("words")) for name, item in aspects.items()},
        aspect_phrases={name: str(item.get("phrase", name)) for name, item in aspects.items()},
        subjects=tuple(reader.subject(name, item) for name, item in subjects.items()),
        ambiguities=tuple(
            Ambiguity(
                words=phrase_pattern(item.get("words")),
                unless=phrase_pattern(item.get("unless")),
                unless_topics=tuple(item.get("unless_topics") or ()),
                response=str(item.get("response", "")),
                choices=tuple(item.get("choices") or ()),
                meanings={
                    str(label): phrase_pattern(words)
                    for label, words in (item.get("meanings") or {}).items()
                },
            )
            for item in _table(content, "ambiguities", path, findings).values()
        ),
        referrals=tuple(
            Referral(phrase_pattern(item.get("words")), str(item.get("to", "")))
            for item in _table(content, "referrals", path, findings).values()
        ),
        act_titles={str(k): str(v) for k, v in (content.get("act_titles") or {}).items()},
        next_steps={
            label: NextStep(str(item.get("pattern", "")), str(item.get("intent", "")))
            for label, item in _table(content, "next_steps", path, findings).items()
        },
        offers={
            label: Offer(*(str(item.get(key, "")) for key in ("offer", "response", "lead")))
            for label, item in _table(content, "offers", path, findings).items()
        },
        worlds_apart=tuple(
            (frozenset(item.get("subjects") or ()), frozenset(item.get("topics") or ()))
            for item in _table(content, "worlds_apart", path, findings).values()
        ),
        menu={str(k): tuple(v or ()) for k, v in (content.get("menu") or {}).items()},
    )


class _Reader:
    def __init__(self, path: Path, findings: Findings, *, known_aspects: set[str]) -> None:
        self._path = path
        self._findings = findings
        self._known_aspects = known_aspects

    def subject(self, name: str, item: LineDict) -> Subject:
        aspects = {str(key): str(value) for key, value in (item.get("aspects") or {}).items()}
        for aspect in aspects:
            if aspect not in self._known_aspects:
                self._findings.error(
                    self._path, item, f"aspek `{aspect}` tidak ada di `aspects`", key="aspects"
                )
        return Subject(
            name=name,
            phrase=str(item.get("phrase", name)),
            words=phrase_pattern(item.get("words")),
            labels=tuple(map(str, item.get("labels") or ())),
            aspects=aspects,
        )


def _table(content: LineDict, key: str, path: Path, findings: Findings) -> dict[str, LineDict]:
    found: dict[str, LineDict] = {}
    for name, item in (content.get(key) or {}).items():
        if isinstance(item, LineDict):
            found[str(name)] = item
        else:
            findings.error(path, content, f"`{key}.{name}` perlu kunci dan nilai", key=key)
    return found


def phrase_pattern(value: Any) -> re.Pattern[str]:
    """Compile a comma-separated text (or list) of words and phrases; empty matches nothing."""
    listed = value.split(",") if isinstance(value, str) else value or ()
    phrases = sorted({" ".join(plain_words(str(part))) for part in listed} - {""}, key=len)
    if not phrases:
        return NEVER
    choices = "|".join(map(re.escape, reversed(phrases)))
    return re.compile(rf" (?:{choices})(?: ?(?:nya|ny|na|nye))?(?= |$)")
