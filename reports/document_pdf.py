"""A document as PDF: letterhead, title, tables, signatures, page numbers."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import cast

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import FontFace

from foundation.clock import indonesian_date
from reports.document import Document, Section, change_text, shown, words

_WIDTHS: Mapping[str, tuple[int, ...]] = {
    "stages": (16, 64, 50, 60),
    "figures": (94, 28, 36, 32),
    "volume": (24, 24, 20, 20, 24, 30, 26, 22),
    "channels": (48, 20, 20, 24, 30, 26, 22),
    "hours": (90, 50, 50),
    "complaints": (36, 46, 30, 78),
    "overdue_answers": (104, 52, 34),
    "satisfaction": (100, 30, 26, 34),
    "participants": (95, 95),
    "findings": (14, 176),
    "carried": (78, 46, 26, 40),
    "follow_ups": (78, 46, 26, 40),
    "figures_of_day": (130, 30, 30),
    "chain": (40, 34, 40, 76),
    "checks": (70, 24, 96),
}
_TWO_COLUMNS = (150, 40)
_HEADING_AND_TWO_ROWS = 30
_ROWS_WITH_SIGNATURES = 2


class _Document(FPDF):
    def __init__(self, title: str) -> None:
        super().__init__(format="A4")
        self.below = printable(title)
        self.set_title(title)
        self.set_lang("id")
        self.set_margins(10, 12, 10)
        self.set_auto_page_break(auto=True, margin=20)

    def footer(self) -> None:
        self.set_y(-14)
        self.set_font("Helvetica", size=8)
        self.set_text_color(90)
        self.cell(self.epw * 0.7, 6, self.below, align=Align.L)
        self.cell(0, 6, words()["page"].format(page=self.page_no()), align=Align.R)
        self.set_text_color(0)


def document_pdf(document: Document) -> bytes:
    """Return the document on A4 pages."""
    pdf = _Document(document.title)
    pdf.set_creation_date(document.signed_on)
    pdf.add_page()
    _letterhead(pdf)
    _title(pdf, document)
    signed = document.sections[-1:] if document.signatures else ()
    for part in document.sections[: len(document.sections) - len(signed)]:
        _section(pdf, part)
    for part in signed:
        _signed_section(pdf, part, document)
    return bytes(pdf.output())


def printable(text: str) -> str:
    """Return ``text`` in the letters of the standard PDF fonts (Latin-1); others become "?".

    >>> printable("halo – “apa” 😀")
    'halo - "apa" ?'
    """
    for found, plain in (("–", "-"), ("—", "-"), ("“", '"'), ("”", '"'), ("’", "'"), ("…", "...")):
        text = text.replace(found, plain)
    return unicodedata.normalize("NFKC", text).encode("latin-1", "replace").decode("latin-1")


def _line(pdf: FPDF, text: str, *, height: float = 5, align: Align = Align.C) -> None:
    pdf.multi_cell(0, height, printable(text), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _letterhead(pdf: FPDF) -> None:
    head = words()["letterhead"]
    for key, size, style in (
        ("government", 13, ""),
        ("office", 15, "B"),
        ("address", 9, ""),
        ("contact", 9, ""),
    ):
        pdf.set_font("Helvetica", style, size)
        _line(pdf, head[key], height=size * 0.45)
    y = pdf.get_y() + 2
    for offset, width in ((0.0, 0.8), (1.1, 0.2)):
        pdf.set_line_width(width)
        pdf.line(pdf.l_margin, y + offset, pdf.w - pdf.r_margin, y + offset)
    pdf.set_line_width(0.2)
    pdf.set_y(y + 6)


def _title(pdf: FPDF, document: Document) -> None:
    pdf.set_font("Helvetica", "B", 12)
    _line(pdf, document.title, height=6)
    pdf.set_font("Helvetica", size=10)
    for text in filter(None, (document.number, document.period)):
        _line(pdf, text)


def _section(pdf: FPDF, part: Section) -> None:
    if pdf.will_page_break(_HEADING_AND_TWO_ROWS):
        pdf.add_page()
    _heading(pdf, part)
    if part.rows:
        _table(pdf, part, range(len(part.rows)))
    _below(pdf, part)


def _signed_section(pdf: FPDF, part: Section, document: Document) -> None:
    """Draw the last section and the signatures, which never stand on a page by themselves."""
    first = max(0, len(part.rows) - _ROWS_WITH_SIGNATURES)
    if first:
        if pdf.will_page_break(_HEADING_AND_TWO_ROWS):
            pdf.add_page()
        _heading(pdf, part)
        _table(pdf, part, range(first))

    def end(sheet: FPDF, *, new_page: bool) -> None:
        if not first:
            _heading(sheet, part)
        if part.rows:
            rest = range(first, len(part.rows))
            _table(sheet, part, rest, names=new_page or not first)
        _below(sheet, part)
        _signatures(sheet, document)

    with pdf.offset_rendering() as trial:
        end(cast(FPDF, trial), new_page=False)
    if trial.page_break_triggered:
        pdf.add_page()
    end(pdf, new_page=trial.page_break_triggered)


def _heading(pdf: FPDF, part: Section) -> None:
    pdf.ln(5)
    pdf.set_font("Helvetica", "B", 10)
    _line(pdf, part.heading, height=6, align=Align.L)
    pdf.set_font("Helvetica", size=9)


def _below(pdf: FPDF, part: Section) -> None:
    pdf.set_font("Helvetica", size=9)
    if not part.rows:
        _line(pdf, words()["no_data"].capitalize() + ".", align=Align.L)
    if part.note:
        pdf.ln(1)
        _line(pdf, part.note, align=Align.L)


def _table(pdf: FPDF, part: Section, which: range, *, names: bool = True) -> None:
    """Draw those rows of the section; the sums stand below its last one."""
    columns, rows = list(part.columns), [list(row) for row in part.rows]
    aligns = [
        "RIGHT" if place and any(isinstance(row[place], int | float) for row in rows) else "LEFT"
        for place in range(len(columns))
    ]
    if part.change:
        aligns.append("RIGHT")
        columns.append(words()["change"])
        rows = [[*row, change_text(row[1], row[2])] for row in rows]
    bold = FontFace(emphasis="BOLD")
    with pdf.table(
        col_widths=_WIDTHS.get(part.key, _TWO_COLUMNS),
        text_align=tuple(aligns),
        line_height=5,
        headings_style=FontFace(emphasis="BOLD", fill_color=(228, 238, 236)),
        first_row_as_headings=names,
    ) as table:
        if names:
            table.row([printable(name) for name in columns])
        for row in rows[which.start : which.stop]:
            table.row([printable(shown(cell)) for cell in row])
        if part.total_row and which.stop == len(rows):
            table.row([printable(shown(cell)) for cell in part.total_row], style=bold)


def _signatures(pdf: FPDF, document: Document) -> None:
    pdf.ln(8)
    blocks = words()["signatures"][document.signatures]
    width, top = pdf.epw / 2, pdf.get_y()
    day = indonesian_date(document.signed_on, weekday=False)
    for index, block in enumerate(blocks, start=2 - len(blocks)):
        x = pdf.l_margin + index * width
        above = block["above"].format(place=words()["place"], date=day)
        for offset, text in (
            (0, above),
            (5, block["position"]),
            (32, words()["signature_line"]),
            (37, words()["nip"]),
        ):
            pdf.set_xy(x, top + offset)
            pdf.cell(width, 5, printable(text), align=Align.C)
    pdf.set_xy(pdf.l_margin, top + 46)
    if document.approved:
        pdf.set_font("Helvetica", "I", 8)
        _line(pdf, document.approved, align=Align.L)
