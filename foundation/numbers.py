"""The one place that reads numbers which people and programs wrote into forms and addresses.

``int`` and ``float`` take far more than they should: ``"²".isdigit()`` is true and ``int("²")``
fails, ``int("١٢")`` and ``int("1_000")`` succeed, a number of 5,000 digits raises, one of 30 digits
fits into no column, and ``float("1e999")`` is infinite.
"""

from __future__ import annotations

import re
from typing import Final

LARGEST: Final = 2**31 - 1
"""The largest number that every column of identifiers can hold."""

_MOST_DIGITS: Final = 19
_DECIMAL: Final = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,12})?")


def whole_number(text: str, *, largest: int = LARGEST) -> int | None:
    """Return the number from 0 to ``largest`` that is written in plain digits, else ``None``.

    >>> whole_number("12"), whole_number("²"), whole_number("9" * 30), whole_number("-1")
    (12, None, None, None)
    """
    number = whole_number_up_to(text, largest=largest + 1)
    return None if number is None or number > largest else number


def whole_number_up_to(text: str, *, largest: int) -> int | None:
    """Return as :func:`whole_number`, but ``largest`` for any greater number.

    >>> whole_number_up_to("9" * 5000, largest=100), whole_number_up_to("1_0", largest=100)
    (100, None)
    """
    if not (text.isascii() and text.isdigit()):
        return None
    digits = text.lstrip("0") or "0"
    return largest if len(digits) > _MOST_DIGITS else min(int(digits), largest)


def decimal_number(text: str) -> float | None:
    """Return a number from 0, with a point or a comma as people write it, else ``None``.

    >>> decimal_number("3,5"), decimal_number("1e999"), decimal_number("nan")
    (3.5, None, None)
    """
    if not _DECIMAL.fullmatch(text):
        return None
    return float(text.replace(",", "."))
