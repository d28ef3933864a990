"""Indeks Kepuasan Masyarakat after Permenpan RB 14/2017: nine elements, each rated 1 to 4.

NRR of an element is the mean of its ratings; the index is the sum of NRR × 1/9, times 25; grades
are read from the index rounded to two decimals. All sums are exact fractions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from foundation.errors import InvalidFormError
from storage import Account, Transaction
from storage.office_tables import satisfaction

ELEMENTS = tuple(f"u{number}" for number in range(1, 10))
"""U1 to U9; their names are in ``office.json``."""

_GRADES = ((Decimal("88.31"), "A"), (Decimal("76.61"), "B"), (Decimal("65.00"), "C"))
_LOWEST = Decimal("25.00")


@dataclass(frozen=True)
class SatisfactionIndex:
    """The index of a period.

    ``sums`` of the ratings, ``nrr`` and ``weighted`` are by element, in the order of U1 to U9.
    """

    respondents: int
    sums: tuple[int, ...]
    nrr: tuple[Decimal, ...]
    weighted: tuple[Decimal, ...]
    index: Decimal
    grade: str

    def to_json(self) -> dict[str, Any]:
        """Return it as a document; decimals as texts."""
        return {
            "respondents": self.respondents,
            "sums": list(self.sums),
            "nrr": [str(value) for value in self.nrr],
            "weighted": [str(value) for value in self.weighted],
            "index": str(self.index),
            "grade": self.grade,
        }


def compute_index(ratings: Sequence[Sequence[int]]) -> SatisfactionIndex | None:
    """Return the index of questionnaires of nine ratings each; None when there are none.

    Raises ``InvalidFormError`` unless each has nine ratings from 1 to 4.
    """
    for questionnaire in ratings:
        check_ratings(questionnaire)
    if not ratings:
        return None
    sums = tuple(sum(column) for column in zip(*ratings, strict=True))
    means = [Fraction(found, len(ratings)) for found in sums]
    weighted = [mean / len(ELEMENTS) for mean in means]
    index = _rounded(sum(weighted, Fraction()) * 25, 2)
    return SatisfactionIndex(
        respondents=len(ratings),
        sums=sums,
        nrr=tuple(_rounded(mean, 3) for mean in means),
        weighted=tuple(_rounded(value, 3) for value in weighted),
        index=index,
        grade=grade_of(index),
    )


def index_from_csat(counts: Mapping[str, int]) -> Decimal | None:
    """Return an estimate from ratings of 1 to 5 in the chat, counted by value; None without any.

    The one question stands for all elements: 1 to 5 is laid onto the survey's 1 to 4, times 25.
    It is no survey after the regulation, and a document says so.
    """
    ratings = {int(key): number for key, number in counts.items() if key in "12345" and number}
    total = sum(ratings.values())
    if total <= 0:
        return None
    mean = Fraction(sum(value * number for value, number in ratings.items()), total)
    return _rounded((1 + (mean - 1) * Fraction(3, 4)) * 25, 2)


def grade_of(index: Decimal) -> str:
    """Return A (88.31–100), B (76.61–88.30), C (65.00–76.60) or D (25.00–64.99).

    Raises ``ValueError`` for a number that is no index.
    """
    if not _LOWEST <= index <= 100:
        raise ValueError(f"an index lies between 25 and 100, not at {index}")
    return next((grade for least, grade in _GRADES if index >= least), "D")


def add_questionnaire(
    tx: Transaction, day: date, ratings: Sequence[int], *, account: Account
) -> None:
    """Enter one filled questionnaire of a WIB day; it carries no name."""
    check_ratings(ratings)
    tx.connection.execute(
        sa.insert(satisfaction).values(
            date=day,
            entered_by=account.id,
            entered_at=tx.now,
            **dict(zip(ELEMENTS, ratings, strict=True)),
        )
    )


def read_index(tx: Transaction, first: date, last: date) -> SatisfactionIndex | None:
    """Return the index of the questionnaires of a period; None when there are none."""
    rows = tx.connection.execute(
        sa.select(*(satisfaction.c[element] for element in ELEMENTS)).where(
            satisfaction.c.date >= first, satisfaction.c.date <= last
        )
    ).all()
    return compute_index([tuple(row) for row in rows])


def check_ratings(ratings: Sequence[int]) -> None:
    """Raise ``InvalidFormError`` unless there are nine ratings from 1 to 4."""
    if len(ratings) != len(ELEMENTS) or any(rating not in (1, 2, 3, 4) for rating in ratings):
        raise InvalidFormError(
            f"questionnaire {list(ratings)}",
            reader_text="Isi kesembilan unsur U1 sampai U9 dengan nilai 1 sampai 4.",
        )


def _rounded(value: Fraction, places: int) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
