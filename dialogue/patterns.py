"""Word patterns that are matched before the NLU, from ``patterns.yml``.

A pattern is a row of elements, one word each: a literal word; ``{name}`` or ``{a|b}``, any word
(or phrase) of the named lists, also with a suffix ``-nya``/``-na``; ``(a|b c)`` for one of these
words or phrases; ``...`` for up to four words of any kind; ``***`` for any number; a ``?`` after
an element makes it optional; ``^`` and ``$`` stand for the message's beginning and end. Words of
six letters and more are found with one typo in the lists that ``typos`` names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rapidfuzz.distance import OSA

from dialogue.findings import Findings
from dialogue.plain import plain_words
from foundation.yaml_lines import LineDict

_FUZZY_LENGTH = 6
_SUFFIX = "(?: ?(?:nya|ny|na|nye|ne))?"
_ELEMENT = re.compile(r"\([^()]*\)\??|\S+")
_REFERENCE = re.compile(r"^\{([\w|]+)\}$")


@dataclass(frozen=True)
class Pattern:
    """``match`` finds it, unless one of ``unless`` finds something too."""

    match: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...] = ()

    def found_in(self, line: str) -> bool:
        """Whether the prepared line (see :meth:`Patterns.prepare`) has the pattern."""
        return any(regex.search(line) for regex in self.match) and not any(
            regex.search(line) for regex in self.unless
        )


@dataclass(frozen=True)
class Patterns:
    """All named patterns and word lists."""

    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    patterns: Mapping[str, Pattern] = field(default_factory=dict)
    emoji: Mapping[str, str] = field(default_factory=dict)
    """The intent of a message that is a symbol and no words."""
    _removers: Mapping[str, re.Pattern[str]] = field(default_factory=dict, repr=False)
    _known: frozenset[str] = field(default=frozenset(), repr=False)
    _by_variant: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def prepare(self, text: str) -> str:
        """Return the line that patterns are searched in: plain words, typos repaired."""
        return "".join(f" {self._repaired(word)}" for word in plain_words(text))

    def found(self, name: str, line: str) -> bool:
        """Whether the pattern ``name`` is in the prepared line; unknown names never are."""
        pattern = self.patterns.get(name)
        return pattern is not None and pattern.found_in(line)

    def knows(self, word: str) -> bool:
        """Whether the word is in any of the lists."""
        return word in self._known

    def without(self, names: Iterable[str], line: str) -> str:
        """Return the prepared line without the words of the named lists."""
        for name in names:
            if remover := self._removers.get(name):
                line = remover.sub("", line)
        return line

    def _repaired(self, word: str) -> str:
        """Return the listed word that ``word`` is one typo away from, else ``word``."""
        if len(word) < _FUZZY_LENGTH or word.isdigit() or word in self._known:
            return word
        for variant in _one_letter_less(word):
            for known in self._by_variant.get(variant, ()):
                if OSA.distance(word, known, score_cutoff=1) <= 1:
                    return known
        return word


def read_patterns(content: LineDict, path: Path, findings: Findings) -> Patterns:
    """Return the patterns of ``content`` (of ``path``), noting what is wrong."""
    words: dict[str, tuple[str, ...]] = {}
    for name, value in (content.get("words") or {}).items():
        listed = re.split(r"[,\n]", value) if isinstance(value, str) else value or ()
        words[str(name)] = tuple(
            sorted({" ".join(plain_words(str(word))) for word in listed} - {""}, key=_longest)
        )
    compiler = _Compiler(path, findings, words)
    patterns = {
        str(name): Pattern(
            match=compiler.all_of(item, "match"), unless=compiler.all_of(item, "unless")
        )
        for name, item in (content.get("patterns") or {}).items()
    }
    known = {word for listed in words.values() for word in listed if " " not in word}
    repairable = {word for name in content.get("typos") or () for word in words.get(str(name), ())}
    variants: dict[str, tuple[str, ...]] = {}
    for word in sorted(known):
        if len(word) >= _FUZZY_LENGTH and word in repairable:
            for variant in _one_letter_less(word):
                variants[variant] = (*variants.get(variant, ()), word)
    emoji = {str(key): str(value) for key, value in (content.get("emoji") or {}).items()}
    removers = {
        name: re.compile(f" {_any_of(listed)}{_SUFFIX}(?= |$)")
        for name, listed in words.items()
        if listed
    }
    return Patterns(
        words=words,
        patterns=patterns,
        emoji=emoji,
        _removers=removers,
        _known=frozenset(known),
        _by_variant=variants,
    )


def _one_letter_less(word: str) -> set[str]:
    """Return ``word`` and what is left of it when any one letter is dropped."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def _longest(word: str) -> tuple[int, str]:
    return -len(word), word


def _any_of(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, sorted(words, key=_longest)))})"


class _Compiler:
    def __init__(
        self, path: Path, findings: Findings, words: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._path = path
        self._findings = findings
        self._words = words

    def all_of(self, item: Any, key: str) -> tuple[re.Pattern[str], ...]:
        rows = item.get(key) or () if isinstance(item, LineDict) else ()
        compiled = []
        for index, row in enumerate(rows):
            try:
                compiled.append(self._row(str(row)))
            except KeyError as error:
                self._findings.error(
                    self._path, rows, f"daftar kata {error} tidak ada atau kosong", key=index
                )
        return tuple(compiled)

    def _row(self, row: str) -> re.Pattern[str]:
        return re.compile("".join(map(self._element, _ELEMENT.findall(row))))

    def _element(self, element: str) -> str:
        if element in ("^", "$"):
            return element
        if element == "...":
            return r"(?: \S+){0,4}?"
        if element == "***":
            return r"(?: \S+)*?"
        optional = element.endswith("?")
        body = element.rstrip("?")
        regex = f" {re.escape(body)}(?= |$)"
        if reference := _REFERENCE.match(body):
            listed = [word for name in reference[1].split("|") for word in self._words[name]]
            regex = f" {_any_of(listed)}{_SUFFIX}(?= |$)"
        elif body.startswith("("):
            regex = f" {_any_of(body.strip('()').split('|'))}(?= |$)"
        return f"(?:{regex})?" if optional else regex
