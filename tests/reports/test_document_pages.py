"""How a document breaks into pages: the signatures never stand alone."""

from __future__ import annotations

import re
import zlib
from datetime import UTC, datetime

import pytest

from reports import Document, Section
from reports.document_files import document_file

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)


def pages(document: Document) -> list[str]:
    """The drawing commands of each page."""
    pdf = document_file(document, {}, "pdf")
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    drawn = []
    for stream in streams:
        try:
            text = zlib.decompress(stream).decode("latin-1")
        except zlib.error:
            continue
        if "Halaman" in text:
            drawn.append(text)
    return drawn


def a_document(rows: int, *, note: str = "", key: str = "findings", before: int = 0) -> Document:
    filling = tuple((f"baris {number}", number) for number in range(before))
    last = tuple((number, f"temuan {number}") for number in range(rows))
    return Document(
        title="NASKAH",
        number="Nomor: 1",
        period="Periode",
        sections=(
            Section("topic", "Menurut topik", ("Topik", "Giliran"), filling),
            Section(key, "Temuan", ("No.", "Temuan"), last, note=note),
        ),
        signed_on=NOW,
        signatures="evaluation",
        approved="Disahkan.",
    )


@pytest.mark.parametrize("before", range(8, 48, 1))
def test_the_last_rows_stand_with_the_signatures(before: int) -> None:
    drawn = pages(a_document(3, before=before))
    [signed] = [page for page in drawn if "NIP" in page]
    assert signed is drawn[-1]
    assert "(temuan 2)" in signed
    assert "(temuan 1)" in signed
    assert sum("(temuan 0)" in page for page in drawn) == 1


@pytest.mark.parametrize("before", range(8, 48, 3))
@pytest.mark.parametrize("note", ["", "Selebihnya ada di berkas JSON."])
def test_an_empty_last_section_stands_with_them_too(before: int, note: str) -> None:
    drawn = pages(a_document(0, before=before, note=note))
    assert "NIP" in drawn[-1]
    assert "(Temuan)" in drawn[-1]
    assert "(Tidak ada.)" in drawn[-1]
    assert (f"({note})" in drawn[-1]) is bool(note)


def test_a_long_last_table_is_drawn_once_and_names_its_columns_on_every_page() -> None:
    drawn = pages(a_document(90))
    text = "".join(drawn)
    assert [text.count(f"(temuan {number})") for number in range(90)] == [1] * 90
    assert all("(No.)" in page for page in drawn)
    assert "NIP" in drawn[-1]
