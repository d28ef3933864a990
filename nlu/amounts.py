"""Amounts as people write them: "50 jt", "1,8jt", "setengah M", "Rp1.500.000", "dua ratus ribu".

Shared by the normaliser (which writes one canonical form) and by the entity ``uang``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from nlu.lexicon import Lexicon, Unit
from nlu.scan import Token

CURRENCY_BEFORE = frozenset({"rp", "idr"})
CURRENCY_AFTER = "rupiah"
_CANONICAL = (
    (10**12, "triliun"),
    (10**9, "miliar"),
    (10**6, "juta"),
    (10**3, "ribu"),
)
_HALF = Decimal("0.5")
_ONES = frozenset("123456789")
_LONGEST = 18
"""Digits and separators in a number that can be an amount; longer ones are identifiers."""

_MOST_NUMBER_WORDS = 16
"""Longer runs of number words are not amounts; the bound keeps reading linear."""

_DOTTED = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?")
_COMMAED = re.compile(r"\d{1,3}(?:,\d{3}){2,}(?:\.\d{1,2})?")
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?")


@dataclass(frozen=True)
class Amount:
    """An amount found at some token: ``length`` tokens of them mean ``value``.

    ``currency`` tells that "Rp" or "rupiah" was written; ``grouped`` that the only evidence is
    the grouping of the digits ("1.500.000").
    """

    length: int
    value: Decimal
    currency: bool
    grouped: bool


def parse_number(text: str) -> tuple[Decimal, bool] | None:
    """Return the value of an Indonesian numeral and whether it is grouped in thousands.

    >>> parse_number("1.500.000"), parse_number("1,8")
    ((Decimal('1500000'), True), (Decimal('1.8'), False))
    """
    if len(text) > _LONGEST:
        return None
    if _DOTTED.fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", ".")), True
    if _COMMAED.fullmatch(text):
        return Decimal(text.replace(",", "")), True
    if _PLAIN.fullmatch(text):
        return Decimal(text.replace(",", ".")), False
    return None


def canonical_words(amount: Amount) -> tuple[str, ...] | None:
    """Return the one way the normaliser writes the amount; None when it is left as it stands.

    >>> canonical_words(Amount(1, Decimal(1800000), False, False))
    ('1,8', 'juta')
    """
    for value, name in _CANONICAL:
        if amount.value >= value:
            quotient = (amount.value / value).normalize()
            return format(quotient, "f").replace(".", ","), name
    if amount.currency and amount.value >= 1 and amount.value == int(amount.value):
        return str(int(amount.value)), CURRENCY_AFTER
    return None


class AmountReader:
    """Finds amounts in token sequences with the tables of the lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._units: Mapping[str, Unit] = lexicon.units
        self._numbers: Mapping[str, str] = lexicon.numbers
        self._money_cues = frozenset(
            cue[0] for cue in lexicon.cues.get("uang", ()) if len(cue) == 1
        )

    def mentions_money(self, tokens: Sequence[Token]) -> bool:
        """Tell whether some word of the message is about money (decides what "2m" means)."""
        return any(token.text in self._money_cues for token in tokens)

    def read(self, tokens: Sequence[Token], index: int, *, about_money: bool) -> Amount | None:
        """Return the amount that starts at ``tokens[index]``, if one does."""
        start = index
        if tokens[index].text in CURRENCY_BEFORE:
            index += 1
            if index == len(tokens):
                return None
        currency = index > start
        if tokens[index].text[0].isdecimal():
            found = self._digits(tokens, index, currency, about_money)
        else:
            found = self._spelled(tokens, index, about_money)
        if found is None:
            return None
        end, value, grouped = found
        if end < len(tokens) and tokens[end].text == CURRENCY_AFTER:
            currency, end = True, end + 1
        return Amount(end - start, value, currency, grouped and not currency)

    def _unit(self, tokens: Sequence[Token], index: int, about_money: bool) -> int:
        """Return the worth of the unit at ``index``, 0 if there is none."""
        if index >= len(tokens):
            return 0
        token = tokens[index]
        unit = self._units.get(token.text)
        if unit is None:
            return 0
        if unit.needs == "rapat" and not token.glued:
            return 0
        if unit.needs == "besar" and not self._is_large(tokens, index, about_money):
            return 0
        return unit.value

    def _is_large(self, tokens: Sequence[Token], index: int, about_money: bool) -> bool:
        """Tell "2 M" (miliar) from "2m x 3m" (metre)."""
        neighbours = {token.text for token in tokens[max(0, index - 2) : index + 2]}
        return not neighbours & {"x", "×"} and (tokens[index].upper or about_money)

    def _digits(
        self, tokens: Sequence[Token], index: int, currency: bool, about_money: bool
    ) -> tuple[int, Decimal, bool] | None:
        parsed = parse_number(tokens[index].text)
        if parsed is None:
            return None
        value, grouped = parsed
        end = index + 1
        if end < len(tokens) and self._numbers.get(tokens[end].text, "").startswith("*"):
            factor = int(self._numbers[tokens[end].text][1:])
            if not self._unit(tokens, end + 1, about_money):
                return None
            value, end = value * factor, end + 1
        unit = self._unit(tokens, end, about_money)
        if not unit:
            return (
                (end, value, grouped) if currency or grouped or self._rupiah(tokens, end) else None
            )
        end, value = end + 1, value * unit
        return (*self._smaller(tokens, end, value, unit, about_money), False)

    def _smaller(
        self, tokens: Sequence[Token], end: int, value: Decimal, unit: int, about_money: bool
    ) -> tuple[int, Decimal]:
        """Add a smaller part: "1 juta 500 ribu"."""
        if end + 1 < len(tokens) and (parsed := parse_number(tokens[end].text)):
            smaller = self._unit(tokens, end + 1, about_money)
            if 0 < smaller < unit and parsed[0] < 1000:
                return end + 2, value + parsed[0] * smaller
        return end, value

    @staticmethod
    def _rupiah(tokens: Sequence[Token], index: int) -> bool:
        return index < len(tokens) and tokens[index].text == CURRENCY_AFTER

    def _spelled(
        self, tokens: Sequence[Token], index: int, about_money: bool
    ) -> tuple[int, Decimal, bool] | None:
        """Read number words; the sequence counts up to its last unit, units falling in size."""
        total, group, last, smallest = Decimal(0), Decimal(0), Decimal(0), Decimal("Infinity")
        result: tuple[int, Decimal, bool] | None = None
        most = min(len(tokens), index + _MOST_NUMBER_WORDS)
        while index < most:
            meaning = self._numbers.get(tokens[index].text)
            unit = (
                Decimal(self._unit(tokens, index, about_money)) if meaning is None else Decimal(0)
            )
            if meaning is None and not (unit and group):
                break
            if meaning and meaning[0] == "=":
                unit, group = Decimal(meaning[1:]), Decimal(1)
            if unit:
                if unit >= smallest:
                    break
                total, smallest = total + group * unit, unit
                group, last = Decimal(0), Decimal(0)
                result = index + 1, total, False
            elif meaning and last and meaning in _ONES:
                break  # "lima, dua ribu" is no single number
            elif meaning:
                group, last = _accumulate(group, last, meaning)
            index += 1
        if result and group == _HALF and index == result[0] + 1:
            return index, total + smallest * _HALF, False  # "dua juta setengah"
        return result


def _accumulate(group: Decimal, last: Decimal, meaning: str) -> tuple[Decimal, Decimal]:
    """Add one number word to the group below the next unit ("dua ratus lima puluh")."""
    if meaning[0] == "+":
        return group + Decimal(meaning[1:]), last
    if meaning[0] == "*":
        return group + last * (Decimal(meaning[1:]) - 1), Decimal(0)
    value = Decimal(meaning)
    return group + value, value
