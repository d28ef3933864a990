"""A check as a value: its slots, the rows of its decision table, and its words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from dialogue.checks.figures import Formula
from dialogue.context_tables import NEVER

UNKNOWN = "tidak_tahu"
"""The value of a slot whose question the resident cannot answer."""
YES, NO = "ya", "tidak"
LARGEST = 10**15
"""No number of a check is larger: a quadrillion rupiah is a slip of the finger."""
LOOP_PREFIX = "cek_"
"""A running check is the loop of this beginning and the table's name."""

SlotKind = Literal["pilihan", "ya_tidak", "uang", "angka"]
KINDS = get_args(SlotKind)
Value = str | int
"""A choice's value or :data:`UNKNOWN`; whole rupiah or a whole number."""


@dataclass(frozen=True)
class Choice:
    """One value of a slot; ``words`` tell it in a message, ``implied_by`` are slots that do."""

    value: str
    title: str
    words: re.Pattern[str] = NEVER
    implied_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckSlot:
    """Something that a check must know.

    ``cues`` name it beside a number ("omzet"); ``least`` and ``most`` bound what is plausible;
    ``yearly`` sums are multiplied when told by the month; ``default`` is taken without asking;
    ``found_in`` are slots of the conversation in which the words of a choice may stand;
    ``at_most`` is a slot that it cannot exceed.
    """

    name: str
    title: str
    question: str
    kind: SlotKind
    choices: tuple[Choice, ...] = ()
    may_be_unknown: bool = False
    cues: re.Pattern[str] = NEVER
    least: int = 0
    most: int | None = None
    yearly: bool = False
    default: int | None = None
    found_in: tuple[str, ...] = ()
    at_most: str = ""

    @property
    def is_number(self) -> bool:
        """Whether its values are whole numbers."""
        return self.kind in ("uang", "angka")

    def takes(self, value: Value) -> bool:
        """Whether ``value`` is one of the slot's."""
        if value == UNKNOWN:
            return self.may_be_unknown
        if not self.is_number:
            return any(choice.value == value for choice in self.choices)
        if not isinstance(value, int) or isinstance(value, bool) or value < self.least:
            return False
        return value <= (LARGEST if self.most is None else self.most)


@dataclass(frozen=True)
class Condition:
    """What a row demands of one slot: one of ``values``, or a number within ``ranges``.

    A range is (least, most), both inclusive; ``None`` is without end.
    """

    values: frozenset[str] = frozenset()
    ranges: tuple[tuple[int, int | None], ...] = ()

    def holds(self, value: Value) -> bool:
        """Whether ``value`` is what is demanded."""
        if isinstance(value, str):
            return value in self.values
        return any(low <= value and (high is None or value <= high) for low, high in self.ranges)


@dataclass(frozen=True)
class Example:
    """A computed example: the values it supposes, what is computed from them, and its text."""

    values: Mapping[str, Value]
    text: str
    computed: Mapping[str, Formula] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckRow:
    """One row: under which conditions which verdict holds. Of rows that fit the highest rank wins.

    ``label`` is the answer it belongs to; ``sources`` are (label, id of its source) pairs;
    ``ask_whom`` is set where the facts do not suffice for a certain verdict.
    """

    name: str
    label: str
    verdict: str
    reason: str
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    rank: int = 0
    sources: tuple[tuple[str, str], ...] = ()
    computed: Mapping[str, Formula] = field(default_factory=dict)
    example: Example | None = None
    checklist: tuple[str, ...] = ()
    ask_whom: str = ""
    line: int = 1

    @property
    def texts(self) -> tuple[str, ...]:
        """All that it says, with blanks."""
        example = (self.example.text,) if self.example else ()
        return (self.verdict, self.reason, *self.checklist, *example)


@dataclass(frozen=True)
class CheckTable:
    """One check.

    ``labels`` are the answers that offer it, ``starts_on`` those whose question begins it at once
    when the message carries a value of ``starts_by`` (and, where given, one of the words of
    ``starts_with``).
    """

    name: str
    title: str
    button: str
    labels: tuple[str, ...]
    starts_on: tuple[str, ...]
    slots: tuple[CheckSlot, ...]
    rows: tuple[CheckRow, ...]
    starts_by: tuple[str, ...] = ()
    starts_with: re.Pattern[str] | None = None
    file: Path = Path()

    def slot(self, name: str) -> CheckSlot | None:
        """Return the slot of that name."""
        return next((slot for slot in self.slots if slot.name == name), None)


@dataclass(frozen=True)
class CheckWords:
    """Word lists and fixed sentences of all checks, from ``bersama.yml``."""

    lists: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    sentences: Mapping[str, str] = field(default_factory=dict)
    numerals: Mapping[str, int] = field(default_factory=dict)
    aspects_apart: frozenset[str] = frozenset()
    """Aspects (of ``context.yml``) whose question is about no verdict, as how something is done."""

    def found(self, name: str, line: str) -> bool:
        """Whether a word of the list stands in a prepared line."""
        return self.lists.get(name, NEVER).search(line) is not None

    def say(self, name: str) -> str:
        """Return a sentence, with blanks."""
        return self.sentences.get(name, "")


@dataclass(frozen=True)
class Checks:
    """All tables by name."""

    tables: Mapping[str, CheckTable] = field(default_factory=dict)
    words: CheckWords = field(default_factory=CheckWords)

    def of_loop(self, loop: str) -> CheckTable | None:
        """Return the table whose running is the loop of that name."""
        name = loop.removeprefix(LOOP_PREFIX)
        return self.tables.get(name) if name != loop else None

    def of_label(self, label: str) -> Iterator[CheckTable]:
        """Yield the tables that an answer offers."""
        return (table for table in self.tables.values() if label in table.labels)

    def slot(self, name: str) -> CheckSlot | None:
        """Return the slot of that name; it means the same in all tables."""
        found = (table.slot(name) for table in self.tables.values())
        return next((slot for slot in found if slot is not None), None)

    def other_cues(self, own: Collection[str]) -> Iterator[CheckSlot]:
        """Yield the slots of money that belong to other tables than those of ``own`` names."""
        seen = set(own)
        for table in self.tables.values():
            for slot in table.slots:
                if slot.kind == "uang" and slot.name not in seen:
                    seen.add(slot.name)
                    yield slot
