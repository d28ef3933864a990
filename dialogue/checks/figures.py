"""Numbers of the tables: arithmetic of a few named operations, and how texts write numbers.

A formula is a number, a slot's name, or one operation with a list: ``{kali: [omzet, 0.005]}``.
Nothing is ever evaluated as code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce
from typing import Any

_NUMBER = re.compile(
    r"(\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?)(?:\s*(ribu|juta|miliar|triliun|%|persen))?",
    re.IGNORECASE,
)
_SCALES = {
    "ribu": Decimal(10) ** 3,
    "juta": Decimal(10) ** 6,
    "miliar": Decimal(10) ** 9,
    "triliun": Decimal(10) ** 12,
    "%": Decimal("0.01"),
    "persen": Decimal("0.01"),
}
_OPERATIONS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "tambah": lambda left, right: left + right,
    "kurang": lambda left, right: left - right,
    "kali": lambda left, right: left * right,
    "bagi": lambda left, right: left / right if right else Decimal(0),
}
OPERATIONS = frozenset(_OPERATIONS)


@dataclass(frozen=True)
class Formula:
    """A constant, the name of a slot, or an operation on formulas, from left to right."""

    constant: Decimal | None = None
    slot: str = ""
    operation: str = ""
    operands: tuple[Formula, ...] = ()

    def value(self, values: Mapping[str, Any]) -> Decimal:
        """Return the result. Raises ``KeyError`` for a slot without a value."""
        if self.constant is not None:
            return self.constant
        if self.slot:
            return Decimal(values[self.slot])
        found = [operand.value(values) for operand in self.operands]
        return reduce(_OPERATIONS[self.operation], found)

    def slots(self) -> Iterator[str]:
        """Yield the names of the slots it needs."""
        if self.slot:
            yield self.slot
        for operand in self.operands:
            yield from operand.slots()

    def constants(self) -> Iterator[Decimal]:
        """Yield the numbers that the table states."""
        if self.constant is not None:
            yield self.constant
        for operand in self.operands:
            yield from operand.constants()


def read_formula(content: Any) -> Formula:
    """Return the formula. Raises ``ValueError`` for anything but the form above."""
    if isinstance(content, int | float) and not isinstance(content, bool):
        return Formula(constant=Decimal(str(content)))
    if isinstance(content, str):
        return Formula(slot=content)
    if isinstance(content, Mapping) and len(content) == 1:
        (operation, operands), *_ = content.items()
        if operation in OPERATIONS and isinstance(operands, list) and len(operands) > 1:
            return Formula(operation=operation, operands=tuple(map(read_formula, operands)))
    known = ", ".join(sorted(OPERATIONS))
    raise ValueError(f"rumus harus angka, nama isian, atau satu dari {known} dengan daftar")


def numbers_in(text: str) -> set[Decimal]:
    """Return the numbers that an Indonesian text states, also as multiplied by their unit.

    >>> sorted(map(str, numbers_in("0,5% dari Rp4,8 miliar")))
    ['0.005', '0.5', '4.8', '4800000000']
    """
    found: set[Decimal] = set()
    for written, unit in _NUMBER.findall(text):
        number = Decimal(written.replace(".", "").replace(",", "."))
        found.add(number.normalize())
        if unit:
            found.add((number * _SCALES[unit.casefold()]).normalize())
    return {Decimal(f"{number:f}") for number in found}


def rupiah(amount: Decimal | int) -> str:
    """Return whole rupiah with Indonesian digits.

    >>> rupiah(1500000)
    'Rp1.500.000'
    """
    return f"Rp{digits(amount)}"


def digits(number: Decimal | int) -> str:
    """Return a whole number with dots between its thousands; halves are rounded up."""
    whole = Decimal(number).quantize(Decimal(1), ROUND_HALF_UP)
    return f"{whole:,}".replace(",", ".")
