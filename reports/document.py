"""What every document of the office is made of, before it becomes PDF, XLSX, CSV or a page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

Cell = str | int | float


@dataclass(frozen=True)
class Section:
    """A table under a heading. ``key`` names it in ``office.json``; ``note`` stands below.

    ``totals``: the numbers of each column are summed below. ``change``: the second column is
    compared with the third in one more column. ``respondents``: the second column are sums of so
    many questionnaires, from which the satisfaction index is computed below.
    """

    key: str
    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    totals: bool = False
    change: bool = False
    respondents: int = 0

    @property
    def total_row(self) -> tuple[Cell, ...]:
        """The sums of the columns of numbers; empty without ``totals`` or without rows."""
        if not self.totals or not self.rows:
            return ()
        columns = list(zip(*self.rows, strict=True))
        sums: list[Cell] = [words()["total"]]
        for column in columns[1:]:
            numbers = [cell for cell in column if isinstance(cell, int)]
            sums.append(sum(numbers) if len(numbers) == len(column) else "")
        return tuple(sums)


@dataclass(frozen=True)
class Document:
    """A document of the office. ``signed_on`` is the day over the signatures.

    ``number`` stands under the title; ``approved`` under the signatures; ``signatures`` are those
    of ``office.json`` under that name, or none.
    """

    title: str
    number: str
    period: str
    sections: tuple[Section, ...]
    signed_on: datetime
    signatures: str = ""
    approved: str = ""


@cache
def words() -> dict[str, Any]:
    """Return the office's words (``office.json``)."""
    text = (Path(__file__).parent / "office.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def section(
    key: str,
    rows: tuple[tuple[Cell, ...], ...] | list[tuple[Cell, ...]],
    *,
    note: str = "",
    totals: bool = False,
    change: bool = False,
    respondents: int = 0,
) -> Section:
    """Return a table with the heading and the columns that ``office.json`` has for ``key``."""
    heading, columns = words()["headings"][key], tuple(words()["columns"][key])
    return Section(key, heading, columns, tuple(rows), note, totals, change, respondents)


def day_text(iso: str) -> str:
    """Return an ISO day as DD-MM-YYYY."""
    return date.fromisoformat(iso).strftime("%d-%m-%Y")


def period_text(first: str, last: str) -> str:
    """Return the line that names the period of two ISO days."""
    text: str = words()["period"].format(first=day_text(first), last=day_text(last))
    return text


def change_text(now: Cell, before: Cell) -> str:
    """Return how much more or less it is; "–" where one of them is no number.

    >>> change_text(12, 10), change_text(3, 4), change_text(5, 0), change_text("–", 2)
    ('+2 (+20 %)', '-1 (-25 %)', '+5', '–')
    """
    if isinstance(now, str) or isinstance(before, str):
        return "–"
    difference = round(now - before, 2)
    text = f"{'+' if difference > 0 else ''}{shown(difference)}" if difference else "0"
    return f"{text} ({100 * difference / before:+.0f} %)" if before and difference else text


def shown(cell: Cell) -> str:
    """Return a cell as people read it: a decimal comma, a dot between thousands.

    >>> shown(12345), shown(2.5), shown("a.b")
    ('12.345', '2,5', 'a.b')
    """
    if isinstance(cell, str):
        return cell
    text = f"{cell:,}".replace(",", " ").replace(".", ",")
    return text.replace(" ", ".")


def named(names: Mapping[str, str], key: str) -> str:
    """Return the readable name of a key, or the key made readable.

    >>> named({}, "izin_usaha")
    'Izin usaha'
    """
    return names.get(key) or key.replace("_", " ").capitalize()
