"""A document as XLSX: one sheet a table; sums, comparisons and the index are live formulas."""

from __future__ import annotations

import io

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from reports.document import Cell, Document, Section, words
from reports.volume import COLUMNS

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_HEAD_ROWS = 6
_FIRST_ROW = _HEAD_ROWS + 1
_BOLD = Font(bold=True)
_SHADE = PatternFill("solid", fgColor="E4EEEC")


def document_xlsx(document: Document) -> bytes:
    """Return the document as a workbook."""
    book = Workbook()
    sheets: dict[str, Worksheet] = {}
    for place, part in enumerate(document.sections):
        sheet = book.worksheets[0] if place == 0 else book.create_sheet()
        sheet.title = words()["sheets"][part.key]
        sheets[part.key] = sheet
        _head(sheet, document, part)
        for row in part.rows:
            sheet.append([escape_formula(cell) for cell in row])
        _formulas(sheet, part)
        _dress(sheet, part)
    _link_summary(document, sheets)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def escape_formula(cell: Cell) -> Cell:
    """Keep a resident's words from being taken as a formula."""
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return f"'{cell}"
    return cell


def _head(sheet: Worksheet, document: Document, part: Section) -> None:
    for text in (words()["letterhead"]["office"], document.title, document.period, part.heading):
        sheet.append([text])
    sheet.append([document.number])
    columns = [*part.columns, words()["change"]] if part.change else list(part.columns)
    sheet.append(columns)
    for cell in (sheet["A1"], sheet["A2"], sheet["A4"], *sheet[_HEAD_ROWS]):
        cell.font = _BOLD
    for cell in sheet[_HEAD_ROWS]:
        cell.fill = _SHADE
    sheet.freeze_panes = f"A{_FIRST_ROW}"


def _formulas(sheet: Worksheet, part: Section) -> None:
    if not part.rows:
        sheet.append([words()["no_data"]])
        return
    last = _HEAD_ROWS + len(part.rows)
    if part.change:
        for number, row in enumerate(part.rows, start=_FIRST_ROW):
            if not isinstance(row[1], str) and not isinstance(row[2], str):
                sheet[f"D{number}"] = f"=B{number}-C{number}"
    if part.total_row:
        cells: list[Cell] = []
        for place, cell in enumerate(part.total_row, start=1):
            letter = get_column_letter(place)
            formula = f"=SUM({letter}{_FIRST_ROW}:{letter}{last})"
            cells.append(formula if isinstance(cell, int) else cell)
        sheet.append(cells)
        for cell_ in sheet[last + 1]:
            cell_.font = _BOLD
    if part.respondents:
        _index_formulas(sheet, last, part.respondents)


def _index_formulas(sheet: Worksheet, last: int, respondents: int) -> None:
    """Let the sheet compute NRR, its ninth, and the index itself (sum × 25)."""
    for row in range(_FIRST_ROW, last + 1):
        sheet[f"C{row}"] = f"=B{row}/{respondents}"
        sheet[f"D{row}"] = f"=C{row}/{last - _HEAD_ROWS}"
    sheet.append(["IKM", "", "", f"=ROUND(SUM(D{_FIRST_ROW}:D{last})*25,2)"])
    sheet[f"A{last + 1}"].font = _BOLD


def _link_summary(document: Document, sheets: dict[str, Worksheet]) -> None:
    """Let the summary's counts be the sums of the volume sheet."""
    volume = next((part for part in document.sections if part.key == "volume"), None)
    if volume is None or not volume.rows or "figures" not in sheets:
        return
    total = _FIRST_ROW + len(volume.rows)
    name = words()["sheets"]["volume"]
    for number, measure in enumerate(words()["measures"], start=_FIRST_ROW):
        if measure in COLUMNS:
            letter = get_column_letter(3 + COLUMNS.index(measure))
            sheets["figures"][f"B{number}"] = f"='{name}'!{letter}{total}"


def _dress(sheet: Worksheet, part: Section) -> None:
    widths = [
        max([len(str(name)), *(len(str(row[place])) for row in part.rows)])
        for place, name in enumerate(part.columns)
    ]
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = min(max(width + 2, 10), 60)
    for row in sheet.iter_rows(min_row=_FIRST_ROW):
        for cell in row:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{_HEAD_ROWS}:{_HEAD_ROWS}"
