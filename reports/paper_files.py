"""The evaluation paper as a file in one of the four formats."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from foundation.errors import InvalidFormError
from reports.files import FORMATS
from reports.paper import Section, day_text, sections, words
from reports.paper_pdf import paper_pdf

_LETTERS = "ABCDEFGH"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t")


def evaluation_file(content: Mapping[str, Any], *, file_format: str, made_at: datetime) -> bytes:
    """Return the paper in one of ``FORMATS``. Raises ``InvalidFormError`` for another."""
    if file_format == "json":
        return json.dumps(content, ensure_ascii=False, indent=2).encode()
    if file_format == "csv":
        return _csv(content)
    if file_format == "xlsx":
        return _xlsx(content)
    if file_format == "pdf":
        return paper_pdf(content, made_at=made_at)
    raise InvalidFormError(
        f"format {file_format!r}", reader_text=f"Format harus salah satu dari {', '.join(FORMATS)}."
    )


def _csv(content: Mapping[str, Any]) -> bytes:
    target = io.StringIO()
    writer = csv.writer(target)
    for section in sections(content):
        writer.writerow([section.heading])
        writer.writerow(section.columns)
        writer.writerows([_harmless(cell) for cell in row] for row in section.rows)
        writer.writerow([])
    return target.getvalue().encode()


def _xlsx(content: Mapping[str, Any]) -> bytes:
    book = Workbook()
    first = True
    for section in sections(content):
        sheet = book.worksheets[0] if first else book.create_sheet()
        first = False
        sheet.title = section.key
        _head(sheet, content, section)
        for row in section.rows:
            sheet.append([_harmless(cell) for cell in row])
        if section.key == "volume" and section.rows:
            _totals(sheet, len(section.rows))
        if section.key == "satisfaction" and section.rows:
            _index_formulas(sheet, len(section.rows))
        for letter, _ in zip(_LETTERS, section.columns, strict=False):
            sheet.column_dimensions[letter].width = 16 if section.key == "volume" else 34
        for cell in sheet["A"]:
            cell.alignment = Alignment(vertical="top", wrap_text=cell.row > _HEAD_ROWS)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


_HEAD_ROWS = 6


def _head(sheet: Worksheet, content: Mapping[str, Any], section: Section) -> None:
    volume = content["volume"]
    period = words()["period"].format(first=day_text(volume["from"]), last=day_text(volume["to"]))
    for text in (words()["letterhead"]["office"], words()["title"], period, section.heading):
        sheet.append([text])
    sheet.append([])
    sheet.append(list(section.columns))
    for cell in (sheet["A1"], sheet["A2"], sheet["A4"], *sheet[_HEAD_ROWS]):
        cell.font = Font(bold=True)


def _totals(sheet: Worksheet, rows: int) -> None:
    start, end = _HEAD_ROWS + 1, _HEAD_ROWS + rows
    sums = [f"=SUM({letter}{start}:{letter}{end})" for letter in "CDEFGH"]
    sheet.append([words()["total"], "", *sums])
    for cell in sheet[end + 1]:
        cell.font = Font(bold=True)


def _index_formulas(sheet: Worksheet, rows: int) -> None:
    """Let the sheet compute the weighted ratings and the index itself (NRR × 1/9, sum × 25)."""
    start, end = _HEAD_ROWS + 1, _HEAD_ROWS + rows
    for row in range(start, end + 1):
        sheet[f"C{row}"] = f"=B{row}/{rows}"
    sheet.append(["IKM", "", f"=ROUND(SUM(C{start}:C{end})*25,2)"])
    sheet[f"A{end + 1}"].font = Font(bold=True)


def _harmless(cell: str | int | float) -> str | int | float:
    """Keep a resident's words from being taken as a formula."""
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return f"'{cell}"
    return cell
