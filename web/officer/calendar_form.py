"""The calendar's form: read into a calendar, and shown again as it was typed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from foundation.errors import InvalidFormError
from handoff import read_calendar_form
from service_hours import WEEKDAYS, CalendarFile

ROWS: Final = 200
"""So many seasons, days of leave or exceptional days at most."""

NAME_LIMIT: Final = 100
"""Characters of a name or a reason."""


def read_form(form: MultiDict[str, str]) -> CalendarFile:
    """Return the calendar that was typed; a row without its first day is left out.

    Raises ``InvalidFormError`` that says what is wrong.
    """
    return read_calendar_form(
        {
            "jam_layanan": {day: form.get(f"jam_{day}", "") for day in WEEKDAYS},
            "masa_khusus": _seasons(form),
            "cuti_bersama": _days(
                (row["tanggal"], row["nama"] or "Cuti bersama")
                for row in _rows(form, "cuti", ("tanggal", "nama"))
            ),
            "pengecualian": _days(
                (row["tanggal"], {"jam": row["jam"], "alasan": row["alasan"] or "Hari khusus"})
                for row in _rows(form, "khusus", ("tanggal", "jam", "alasan"))
            ),
        }
    )


def _seasons(form: MultiDict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "nama": row["nama"],
            "dari": row["dari"],
            "sampai": row["sampai"] or row["dari"],
            "jam_layanan": {day: row[day] for day in WEEKDAYS},
        }
        for row in _rows(form, "masa", ("dari", "sampai", "nama", *WEEKDAYS))
    ]


def _rows(
    form: MultiDict[str, str], table: str, columns: tuple[str, ...]
) -> Iterator[dict[str, str]]:
    """Give the rows whose first column is filled."""
    cells = [form.getlist(f"{table}_{column}") for column in columns]
    count = len(cells[0])
    if count > ROWS or any(len(column) != count for column in cells):
        raise InvalidFormError(
            f"{table}: {[len(column) for column in cells]} cells",
            reader_text=f"Paling banyak {ROWS} baris untuk setiap daftar.",
        )
    for values in zip(*cells, strict=True):
        row = dict(zip(columns, (" ".join(value.split()) for value in values), strict=True))
        if any(len(value) > NAME_LIMIT for value in row.values()):
            raise InvalidFormError(
                f"{table}: cell too long",
                reader_text=f"Setiap isian paling panjang {NAME_LIMIT} karakter.",
            )
        if row[columns[0]]:
            yield row


def _days(rows: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for day, value in rows:
        if day in found:
            raise InvalidFormError(f"{day} twice", reader_text=f"Tanggal {day} ditulis dua kali.")
        found[day] = value
    return found
