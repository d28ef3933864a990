"""The volume log as a file: JSON and CSV for machines, XLSX and PDF for the office."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from openpyxl import Workbook
from openpyxl.styles import Font

from foundation.clock import indonesian_date, indonesian_time
from foundation.errors import InvalidFormError
from reports.volume import COLUMNS, VolumeRow, volume_json

FORMATS = ("json", "csv", "xlsx", "pdf")

_HEADINGS = {
    "date": "Tanggal",
    "channel": "Kanal",
    "chats": "Chat",
    "messages": "Pesan",
    "bot_answered": "Dijawab asisten",
    "clarified": "Ditanya balik",
    "handed_over": "Ke petugas",
    "outside_hours": "Di luar jam",
}
_TITLE = "Pencatatan Volume Chat HALO KOP-UKM"
_OFFICE = "Dinas Koperasi dan UKM Kabupaten Bogor"


def volume_file(
    rows: list[VolumeRow], first: date, last: date, *, file_format: str, made_at: datetime
) -> bytes:
    """Return the report in one of ``FORMATS``. Raises ``InvalidFormError`` for another."""
    if file_format == "json":
        return json.dumps(volume_json(rows, first, last), ensure_ascii=False, indent=2).encode()
    if file_format == "csv":
        return _csv(rows)
    if file_format == "xlsx":
        return _xlsx(rows, first, last)
    if file_format == "pdf":
        return _pdf(rows, first, last, made_at)
    raise InvalidFormError(
        f"format {file_format!r}", reader_text=f"Format harus salah satu dari {', '.join(FORMATS)}."
    )


def _cells(row: VolumeRow) -> list[str | int]:
    return [row.date.isoformat(), row.channel, *(getattr(row, column) for column in COLUMNS)]


def _csv(rows: list[VolumeRow]) -> bytes:
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(["date", "channel", *COLUMNS])
    writer.writerows(_cells(row) for row in rows)
    return target.getvalue().encode("utf-8")


def _xlsx(rows: list[VolumeRow], first: date, last: date) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Volume"
    sheet.append([_TITLE])
    sheet.append([_OFFICE])
    sheet.append([f"Periode {first.isoformat()} s.d. {last.isoformat()}"])
    sheet.append([])
    sheet.append(list(_HEADINGS.values()))
    for row in rows:
        sheet.append(_cells(row))
    start, end = 6, 5 + len(rows)
    totals = [f"=SUM({letter}{start}:{letter}{end})" if rows else 0 for letter in "CDEFGH"]
    sheet.append(["Jumlah", "", *totals])
    for cell in (sheet["A1"], *sheet[5], *sheet[end + 1]):
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDEFGH", (12, 12, 8, 8, 16, 14, 12, 12), strict=True):
        sheet.column_dimensions[letter].width = width
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _line(pdf: FPDF, text: str, *, height: int = 6, align: Align = Align.L) -> None:
    pdf.cell(0, height, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _pdf(rows: list[VolumeRow], first: date, last: date, made_at: datetime) -> bytes:
    pdf = FPDF(format="A4")
    pdf.set_title(_TITLE)
    pdf.set_lang("id")
    pdf.add_page()
    pdf.set_font("Helvetica", "B", 13)
    _line(pdf, _OFFICE.upper(), height=7, align=Align.C)
    _line(pdf, _TITLE, height=7, align=Align.C)
    pdf.set_font("Helvetica", size=10)
    period = f"Periode {first.isoformat()} s.d. {last.isoformat()}"
    _line(pdf, period, height=7, align=Align.C)
    pdf.ln(4)
    totals: list[str | int] = ["Jumlah", ""]
    totals += [sum(getattr(row, column) for row in rows) for column in COLUMNS]
    with pdf.table(col_widths=(24, 22, 16, 16, 28, 26, 22, 22), text_align="CENTER") as table:
        table.row(list(_HEADINGS.values()))
        for cells in (*map(_cells, rows), totals):
            table.row([str(cell) for cell in cells])
    pdf.ln(4)
    made = f"Dibuat {indonesian_date(made_at)} pukul {indonesian_time(made_at)} WIB"
    _line(pdf, made)
    return bytes(pdf.output())
