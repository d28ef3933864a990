"""Finds values of a check's slots in what residents write."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from dialogue.checks.table import NO, UNKNOWN, YES, CheckSlot, CheckWords, Choice, Value
from dialogue.choices import chosen
from nlu.types import Entity

MONEY = "uang"
_MONTHS = 12
_AROUND = 28
"""Characters beside a sum in which its period stands ("50 juta per bulan")."""
_DIGITS = re.compile(r"(?<![\w.,])(\d{1,6})(?![\w]|[.,]\d)")
_BARE = re.compile(r"^\s*(?:rp\.?\s*)?(\d{4,15}|\d{1,3}(?:\.\d{3})+)\s*$", re.IGNORECASE)
_NEAR = 14
"""Characters beside a sum in which it is made a bound."""
Fault = Literal["per_hari", "kisaran", "harus_diketahui", "terlalu_banyak"]


@dataclass(frozen=True)
class Message:
    """What was written: the text, its prepared line, and the sums of money in it."""

    text: str
    line: str
    sums: tuple[Entity, ...] = ()

    @classmethod
    def of(cls, text: str, line: str, entities: Iterable[Entity]) -> Message:
        """Return the message with those of its entities that are sums of money."""
        return cls(text, line, tuple(found for found in entities if found.entity == MONEY))


@dataclass(frozen=True)
class ValueFinder:
    """Looks for values; ``prepare`` makes the line of a part, ``others`` are foreign sums' slots.

    A sum beside the cue of a foreign slot ("modal 300 juta") is no value of this check.
    """

    words: CheckWords
    prepare: Callable[[str], str]
    others: tuple[CheckSlot, ...] = ()

    def find(
        self, message: Message, slots: Sequence[CheckSlot], asked: CheckSlot | None = None
    ) -> dict[str, Value]:
        """Return the values that the message tells beyond doubt, by the names of the slots."""
        found: dict[str, Value] = dict(self._sums(message, slots, asked))
        if (
            asked is not None
            and asked.name not in found
            and (answer := self.answer(message, asked)) is not None
        ):
            found[asked.name] = answer
        for slot in slots:
            if slot.name in found or slot.kind == MONEY:
                continue
            value = self._told(message, slot)
            if value is not None and slot.takes(value):
                found[slot.name] = value
        return found

    def answer(self, message: Message, slot: CheckSlot) -> Value | None:
        """Return what the message says to the slot's question, its sums apart."""
        value: Value | None
        if slot.is_number:
            value = self._number(message, slot)
        else:
            pairs = [(choice.title, choice.value) for choice in slot.choices]
            value = chosen(message.text, pairs) or self.told_choice(message.line, slot)
        if value is None and self.words.found(UNKNOWN, message.line):
            value = UNKNOWN
        if value is None and slot.kind == "ya_tidak":
            value = self._yes_or_no(message.line)
        return value if value is not None and slot.takes(value) else None

    def told_choice(self, line: str, slot: CheckSlot) -> str | None:
        """Return the choice whose words stand in a prepared line; of two the longer words win."""
        hits = [
            (match.end() - match.start(), choice.value)
            for choice in slot.choices
            for match in choice.words.finditer(line)
            if not self._denied(line, match, choice, slot)
        ]
        longest = max((length for length, _ in hits), default=0)
        values = {value for length, value in hits if length == longest}
        return values.pop() if len(values) == 1 else None

    def fault(self, message: Message, slot: CheckSlot) -> Fault | None:
        """Say why an answer to the slot's question cannot be taken, where there is more to say."""
        if any(self._vague(message, amount) for amount in message.sums):
            return "kisaran"
        if slot.yearly and message.sums and self._period(message, message.sums[0]) == 0:
            return "per_hari"
        if self.words.found(UNKNOWN, message.line) and not slot.may_be_unknown:
            return "harus_diketahui"
        return None

    def _told(self, message: Message, slot: CheckSlot) -> Value | None:
        if slot.kind == "angka":
            return self._counted(message, slot)
        return self.told_choice(message.line, slot)

    def _denied(self, line: str, match: re.Match[str], choice: Choice, slot: CheckSlot) -> bool:
        """Whether a denial stands before the words; those of a "tidak" are denials themselves."""
        own = slot.kind == "ya_tidak" and choice.value == NO
        return not own and self._ends_denied(line[: match.start()])

    def _ends_denied(self, before: str) -> bool:
        last = before.rsplit(" ", 1)[-1]
        return bool(last) and self.words.found("bukan", f" {last}")

    def _yes_or_no(self, line: str) -> str | None:
        if self.words.found("tidak", line):
            return NO
        return YES if self.words.found("ya", line) else None

    def _number(self, message: Message, slot: CheckSlot) -> int | None:
        if slot.kind == "angka":
            return self._counted(message, slot, asked=True)
        bare = None if message.sums else _BARE.match(message.text)
        return int(bare[1].replace(".", "")) if bare else None

    def _counted(self, message: Message, slot: CheckSlot, *, asked: bool = False) -> int | None:
        """Return the count beside the slot's cue ("3 kelas"), or alone when it was asked for."""
        for match in _DIGITS.finditer(message.text):
            beside = self.prepare(message.text[match.end() :])
            if asked or slot.cues.match(beside):
                return int(match[1])
        line = message.line
        for word, number in self.words.numerals.items():
            if asked and word in line.split():
                return number
            if any(line[: cue.start()].endswith(f" {word}") for cue in slot.cues.finditer(line)):
                return number
        return None

    def _sums(
        self, message: Message, slots: Sequence[CheckSlot], asked: CheckSlot | None
    ) -> dict[str, int]:
        """Give each sum to the slot whose cue stands before it, else after it.

        A single sum without any cue answers the question, or belongs to the only slot of money.
        """
        own = [slot for slot in slots if slot.kind == MONEY]
        found: dict[str, int] = {}
        end, last = 0, None
        for place, amount in enumerate(message.sums):
            following = message.sums[place + 1 :]
            until = following[0].start if following else len(message.text)
            before, after = message.text[end : amount.start], message.text[amount.end : until]
            end = amount.end
            slot = self._owner(before, own) or self._owner(after, own)
            if slot is None and len(message.sums) == 1:
                slot = asked if asked in own else own[0] if len(own) == 1 else None
            if slot is None and last is not None:
                # "bukan 600 juta tapi 800 juta" means the second; else nobody knows which.
                corrected = self.words.found("bukan", self.prepare(message.text[: amount.start]))
                found.pop(last.name, None)
                slot = last if corrected else None
            if slot is not None and (value := self._amount(message, amount, slot)) is not None:
                found[slot.name] = value
            last = slot or last
        return found

    def _owner(self, part: str, own: Sequence[CheckSlot]) -> CheckSlot | None:
        """Return the slot whose cue is the last in a part of the message."""
        line = self.prepare(part)
        ends = [
            (match.end(), len(match[0]), slot.name)
            for slot in (*own, *self.others)
            for match in slot.cues.finditer(line)
        ]
        if not ends:
            return None
        name = max(ends)[2]
        return next((slot for slot in own if slot.name == name), _FOREIGN)

    def _amount(self, message: Message, amount: Entity, slot: CheckSlot) -> int | None:
        if slot is _FOREIGN or self._vague(message, amount):
            return None
        value = int(amount.value) * (self._period(message, amount) if slot.yearly else 1)
        return value if slot.takes(value) else None

    def _vague(self, message: Message, amount: Entity) -> bool:
        """Whether only a bound is told ("lebih dari 500 juta"), which no verdict may rest on."""
        before = self.prepare(message.text[max(0, amount.start - _NEAR) : amount.start])
        after = self.prepare(message.text[amount.end : amount.end + _NEAR])
        return self.words.found("batas_bawah", before) or self.words.found("batas_atas", after)

    def _period(self, message: Message, amount: Entity) -> int:
        """Return by what a sum must be multiplied for a year, 0 for one of a day or a week."""
        after = self.prepare(message.text[amount.end : amount.end + _AROUND])
        before = self.prepare(message.text[max(0, amount.start - _AROUND) : amount.start])
        for line in (after, before):
            if self.words.found("sebulan", line):
                return _MONTHS
            if self.words.found("sehari", line):
                return 0
            if self.words.found("setahun", line):
                return 1
        return 1


_FOREIGN = CheckSlot("", "", "", "uang")
"""Owns the sums that belong to no slot of the check."""
