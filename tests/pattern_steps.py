"""Counts the steps of a backtracking matcher, so that a slow pattern is found without a clock.

:class:`StepCounter` walks the tree that :mod:`re` itself parses and tries what ``re`` would try, in
the same order, but without the engine's short cuts (literal prefixes): it counts at least as many
steps. :func:`attacks` makes the texts on which patterns of that tree go astray: what the pattern
repeats, repeated, behind what has to stand before it, with an end that does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

_Then = Callable[[int], bool]
_Step = Callable[[int, _Then], bool]
_parser: Any = re._parser  # type: ignore[attr-defined]

ONE_CHARACTER = frozenset({"LITERAL", "NOT_LITERAL", "ANY", "IN"})
_WORDS = {"WORD": r"\w", "DIGIT": r"\d", "SPACE": r"\s"}
_ODD = "\x01"
"""Fits into hardly any pattern."""


class TooManyStepsError(Exception):
    """The budget is used up."""


@dataclass
class StepCounter:
    """Searches for all matches of ``pattern`` as ``finditer`` does, and counts in ``steps``."""

    pattern: re.Pattern[str]
    budget: int
    how: str = "search"
    steps: int = 0
    text: str = ""
    groups: dict[int, tuple[int, int]] = field(default_factory=dict)

    def matches(self, text: str) -> list[tuple[int, int]]:
        """Return the spans of all matches. Raises ``TooManyStepsError``.

        ``how`` is ``search`` (every place is tried), ``match`` (only the first) or ``fullmatch``.
        """
        self.text, self.steps = text, 0
        match = self._sequence(_parser.parse(self.pattern.pattern, self.pattern.flags))
        found: list[tuple[int, int]] = []
        at = 0
        while at <= (len(text) if self.how == "search" else 0):
            self.groups.clear()
            ends: list[int] = []

            def accept(place: int, ends: list[int] = ends) -> bool:
                ends.append(place)
                return self.how != "fullmatch" or place == len(self.text)

            if match(at, accept):
                found.append((at, ends[-1]))
            at = max(at + 1, ends[-1] if found and found[-1][0] == at else 0)
        return found

    def _count(self) -> None:
        self.steps += 1
        if self.steps > self.budget:
            raise TooManyStepsError

    def _sequence(self, nodes: Any) -> _Step:
        steps = [self._node(str(kind), value) for kind, value in nodes]

        def run(number: int, at: int, then: _Then) -> bool:
            if number == len(steps):
                return then(at)
            return steps[number](at, lambda place: run(number + 1, place, then))

        return lambda at, then: run(0, at, then)

    def _node(self, kind: str, value: Any) -> _Step:
        if kind in ONE_CHARACTER:
            return self._one(kind, value)
        return {
            "MAX_REPEAT": self._repeat,
            "MIN_REPEAT": self._lazy,
            "POSSESSIVE_REPEAT": self._possessive,
            "ATOMIC_GROUP": self._atomic,
            "BRANCH": self._branch,
            "SUBPATTERN": self._group,
            "GROUPREF": self._reference,
            "AT": self._place,
            "ASSERT": lambda value: self._look(value, wanted=True),
            "ASSERT_NOT": lambda value: self._look(value, wanted=False),
        }[kind](value)

    def _one(self, kind: str, value: Any) -> _Step:
        fits = one_character(kind, value, self.pattern.flags)

        def step(at: int, then: _Then) -> bool:
            self._count()
            return at < len(self.text) and fits(self.text[at]) and then(at + 1)

        return step

    def _single(self, body: Any) -> Callable[[str], bool] | None:
        """Return the test of a body that is one character, ``None`` for any other."""
        if len(body) == 1 and str(body[0][0]) in ONE_CHARACTER:
            return one_character(str(body[0][0]), body[0][1], self.pattern.flags)
        return None

    def _run(self, fits: Callable[[str], bool], at: int, most: float) -> int:
        end = at
        while end < len(self.text) and end - at < most and fits(self.text[end]):
            self._count()
            end += 1
        self._count()
        return end

    def _repeat(self, value: Any) -> _Step:
        low, high, body = value
        most = _most(high)
        if fits := self._single(body):

            def step(at: int, then: _Then) -> bool:
                for end in range(self._run(fits, at, most), at + low - 1, -1):
                    self._count()
                    if then(end):
                        return True
                return False

            return step
        inner = self._sequence(body)

        def again(times: int, at: int, then: _Then) -> bool:
            def more(place: int) -> bool:
                return place > at and again(times + 1, place, then)

            self._count()
            if times < most and inner(at, more):
                return True
            return times >= low and then(at)

        return lambda at, then: again(0, at, then)

    def _lazy(self, value: Any) -> _Step:
        low, high, body = value
        most, inner = _most(high), self._sequence(body)

        def again(times: int, at: int, then: _Then) -> bool:
            self._count()
            if times >= low and then(at):
                return True
            return times < most and inner(
                at, lambda place: place > at and again(times + 1, place, then)
            )

        return lambda at, then: again(0, at, then)

    def _possessive(self, value: Any) -> _Step:
        low, high, body = value
        most = _most(high)
        fits, inner = self._single(body), self._sequence(body)

        def step(at: int, then: _Then) -> bool:
            if fits:
                end = self._run(fits, at, most)
                return end - at >= low and then(end)
            place, times = at, 0
            while times < most and (ended := self._ends(inner, place)) not in (None, place):
                place, times = ended or place, times + 1
            return times >= low and then(place)

        return step

    def _ends(self, inner: _Step, at: int) -> int | None:
        """Return where the first way through ``inner`` ends."""
        found: list[int] = []
        self._count()
        inner(at, lambda place: found.append(place) is None)
        return found[0] if found else None

    def _atomic(self, body: Any) -> _Step:
        inner = self._sequence(body)

        def step(at: int, then: _Then) -> bool:
            end = self._ends(inner, at)
            return end is not None and then(end)

        return step

    def _branch(self, value: Any) -> _Step:
        ways = [self._sequence(way) for way in value[1]]

        def step(at: int, then: _Then) -> bool:
            self._count()
            return any(way(at, then) for way in ways)

        return step

    def _group(self, value: Any) -> _Step:
        number, inner = value[0], self._sequence(value[3])

        def step(at: int, then: _Then) -> bool:
            def close(place: int) -> bool:
                before = self.groups.get(number)
                self.groups[number] = (at, place)
                if then(place):
                    return True
                if before is None:
                    self.groups.pop(number, None)
                else:
                    self.groups[number] = before
                return False

            return inner(at, close) if number is not None else inner(at, then)

        return step

    def _reference(self, number: int) -> _Step:
        def step(at: int, then: _Then) -> bool:
            self._count()
            if number not in self.groups:
                return False
            start, end = self.groups[number]
            said = self.text[start:end]
            return self.text.startswith(said, at) and then(at + len(said))

        return step

    def _place(self, kind: Any) -> _Step:
        name = str(kind)

        def step(at: int, then: _Then) -> bool:
            self._count()
            return self._is_place(name, at) and then(at)

        return step

    def _is_place(self, name: str, at: int) -> bool:
        text, lines = self.text, bool(self.pattern.flags & re.MULTILINE)
        if "BOUNDARY" in name:
            inside = [0 <= i < len(text) and _is_word(text[i]) for i in (at - 1, at)]
            return (inside[0] != inside[1]) == (name == "AT_BOUNDARY")
        if name in ("AT_BEGINNING", "AT_BEGINNING_STRING"):
            return at == 0 or (lines and name == "AT_BEGINNING" and text[at - 1] == "\n")
        if at == len(text):
            return True
        return name == "AT_END" and text[at] == "\n" and (lines or at + 1 == len(text))

    def _look(self, value: Any, *, wanted: bool) -> _Step:
        direction, body = value
        inner = self._sequence(body)
        width = body.getwidth()[0] if direction < 0 else 0

        def step(at: int, then: _Then) -> bool:
            self._count()
            seen = at >= width and self._ends(inner, at - width) is not None
            return seen == wanted and then(at)

        return step


def _most(high: Any) -> float:
    return float("inf") if str(high) == "MAXREPEAT" else int(high)


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def one_character(kind: str, value: Any, flags: int) -> Callable[[str], bool]:
    """Return whether a character fits a node of one character."""
    if kind == "ANY":
        return lambda character: character != "\n" or bool(flags & re.DOTALL)
    if kind in ("LITERAL", "NOT_LITERAL"):
        source = re.escape(chr(value))
        tested = re.compile(source if kind == "LITERAL" else f"[^{source}]", flags & re.IGNORECASE)
    else:
        tested = re.compile(_class_source(value), flags & (re.IGNORECASE | re.ASCII))
    known: dict[str, bool] = {}

    def fits(character: str) -> bool:
        if character not in known:
            known[character] = tested.fullmatch(character) is not None
        return known[character]

    return fits


def _class_source(items: Any) -> str:
    parts = []
    for kind, value in items:
        name = str(kind)
        if name == "NEGATE":
            parts.append("^")
        elif name == "LITERAL":
            parts.append(re.escape(chr(value)))
        elif name == "RANGE":
            parts.append(f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}")
        else:
            word = _WORDS[str(value).replace("CATEGORY_", "").replace("NOT_", "")]
            parts.append(word.upper() if "NOT_" in str(value) else word)
    return f"[{''.join(parts)}]"


_TRIED = "a0 .,-\n/@_:?!{}[]()*~`'A8\"=é\u200d" + _ODD


def samples(nodes: Any, flags: int, most: int = 3) -> list[str]:
    """Return short texts that fit a sequence of nodes, at most ``most``."""
    texts = [""]
    for kind, value in nodes:
        parts = list(islice(_samples_of(str(kind), value, flags, most), most))
        texts = [text + part for text in texts for part in parts or [""]][:most]
    return texts


def _samples_of(kind: str, value: Any, flags: int, most: int) -> Iterator[str]:
    if kind == "LITERAL":
        yield chr(value)
    elif kind in ONE_CHARACTER:
        fits = one_character(kind, value, flags)
        own = [chr(v) for k, v in (value if kind == "IN" else ()) if str(k) == "LITERAL"]
        yield from dict.fromkeys(c for c in (*_TRIED, *own) if fits(c))
    elif kind.endswith("REPEAT"):
        yield from (text * max(1, value[0]) for text in samples(value[2], flags, most))
    elif kind == "BRANCH":
        for way in value[1]:
            yield from samples(way, flags, 1)
    elif kind == "SUBPATTERN":
        yield from samples(value[3], flags, most)
    elif kind == "ATOMIC_GROUP":
        yield from samples(value, flags, most)
    elif kind == "GROUPREF":
        yield "a"


def attacks(pattern: re.Pattern[str], most: int = 300) -> Iterator[tuple[str, str, str]]:
    """Yield beginning, piece to be repeated, and end of texts that try the pattern's patience."""
    tree = list(_parser.parse(pattern.pattern, pattern.flags))
    pieces = list(dict.fromkeys(piece for piece in _pumps(tree, pattern.flags) if piece))
    heads = list(dict.fromkeys(_heads(tree, pattern.flags)))
    found = ((head, piece, tail) for tail in (_ODD, "") for head in heads for piece in pieces)
    yield from islice(found, most)


def attack(head: str, piece: str, tail: str, length: int) -> str:
    """Return the text in which the piece is repeated to about ``length`` characters."""
    return head + piece * max(1, length // len(piece)) + tail


def _heads(nodes: Any, flags: int) -> Iterator[str]:
    """Yield "" and what fits the first one, two, … nodes."""
    yield ""
    nodes = list(nodes)
    for end in range(1, len(nodes)):
        yield from samples(nodes[:end], flags, 1)
    for kind, value in nodes:
        for way in value[1] if str(kind) == "BRANCH" else ():
            yield from _heads(list(way), flags)
        if str(kind) == "SUBPATTERN":
            yield from _heads(list(value[3]), flags)


def _pumps(nodes: Any, flags: int) -> Iterator[str]:
    """Yield what fits each part of the tree, and each row of neighbouring parts."""
    nodes = list(nodes)
    for start in range(len(nodes)):
        for end in range(start + 1, min(len(nodes), start + 4) + 1):
            yield from samples(nodes[start:end], flags)
    yield from samples(nodes, flags)
    for kind, value in nodes:
        name = str(kind)
        if name.endswith("REPEAT"):
            yield from _pumps(value[2], flags)
        elif name == "BRANCH":
            for way in value[1][:20]:
                yield from _pumps(way, flags)
        elif name == "SUBPATTERN":
            yield from _pumps(value[3], flags)
        elif name == "ATOMIC_GROUP":
            yield from _pumps(value, flags)
