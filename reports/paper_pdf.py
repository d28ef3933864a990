"""The evaluation paper as PDF: letterhead, number, tables, signatures, page numbers."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import FontFace

from foundation.clock import indonesian_date, indonesian_time, parse_moment
from reports.paper import Section, day_text, sections, words

_WIDTHS: Mapping[str, tuple[int, ...]] = {
    "stages": (14, 66, 50, 60),
    "figures": (110, 40, 40),
    "volume": (24, 24, 20, 20, 24, 30, 26, 22),
    "unanswered": (168, 22),
    "satisfaction": (120, 35, 35),
    "participants": (95, 95),
    "findings": (14, 176),
    "carried": (80, 50, 28, 32),
    "follow_ups": (80, 50, 28, 32),
}
_SIGNATURE_HEIGHT = 55


class _Paper(FPDF):
    def footer(self) -> None:
        self.set_y(-14)
        self.set_font("Helvetica", size=8)
        text = words()["page"].format(page=self.page_no())
        self.cell(0, 6, text, align=Align.C)


def paper_pdf(content: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """Return the paper of an evaluation as an A4 PDF."""
    pdf = _Paper(format="A4")
    pdf.set_title(words()["title"])
    pdf.set_lang("id")
    pdf.set_creation_date(made_at)
    pdf.set_margins(10, 12, 10)
    pdf.set_auto_page_break(auto=True, margin=18)
    pdf.add_page()
    _letterhead(pdf)
    _title(pdf, content)
    for section in sections(content):
        _section(pdf, section)
    _signatures(pdf, content, made_at)
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


def _title(pdf: FPDF, content: Mapping[str, Any]) -> None:
    pdf.set_font("Helvetica", "B", 12)
    _line(pdf, words()["title"], height=6)
    pdf.set_font("Helvetica", size=10)
    number = content["number"]
    _line(pdf, words()["number"].format(number=number) if number else words()["draft"])
    volume = content["volume"]
    first, last = day_text(volume["from"]), day_text(volume["to"])
    _line(pdf, words()["period"].format(first=first, last=last))


def _section(pdf: FPDF, section: Section) -> None:
    if pdf.will_page_break(28):
        pdf.add_page()
    pdf.ln(5)
    pdf.set_font("Helvetica", "B", 10)
    _line(pdf, section.heading, height=6, align=Align.L)
    pdf.set_font("Helvetica", size=9)
    if not section.rows:
        _line(pdf, words()["no_data"].capitalize() + ".", align=Align.L)
        return
    aligns = tuple(
        "RIGHT" if _is_number(section, i) else "LEFT" for i in range(len(section.columns))
    )
    with pdf.table(
        col_widths=_WIDTHS[section.key],
        text_align=aligns,
        line_height=5,
        headings_style=FontFace(emphasis="BOLD", fill_color=(228, 238, 236)),
    ) as table:
        table.row([printable(name) for name in section.columns])
        for row in section.rows:
            table.row([printable(_shown(cell)) for cell in row])
    if section.note:
        pdf.ln(1)
        _line(pdf, section.note, align=Align.L)


def _is_number(section: Section, column: int) -> bool:
    return column > 0 and isinstance(section.rows[0][column], int | float)


def _shown(cell: str | int | float) -> str:
    return str(cell).replace(".", ",") if isinstance(cell, float) else str(cell)


def _signatures(pdf: FPDF, content: Mapping[str, Any], made_at: datetime) -> None:
    if pdf.will_page_break(_SIGNATURE_HEIGHT):
        pdf.add_page()
    approved_at = content.get("approved_at")
    signed_on = parse_moment(approved_at) if approved_at else made_at
    pdf.ln(8)
    width, top = pdf.epw / 2, pdf.get_y()
    day = indonesian_date(signed_on, weekday=False)
    for index, block in enumerate(words()["signatures"]):
        x = pdf.l_margin + index * width
        above = block["above"].format(place=words()["place"], date=day)
        for offset, text in ((0, above), (5, block["position"]), (32, words()["signature_line"])):
            pdf.set_xy(x, top + offset)
            pdf.cell(width, 5, printable(text), align=Align.C)
        pdf.set_xy(x, top + 37)
        pdf.cell(width, 5, "NIP ..............................", align=Align.C)
    pdf.set_xy(pdf.l_margin, top + 46)
    if approved_at:
        moment = f"{indonesian_date(signed_on)} {indonesian_time(signed_on)}"
        pdf.set_font("Helvetica", "I", 8)
        text = words()["approved"].format(name=content["approved_by"], moment=moment)
        _line(pdf, text, align=Align.L)
