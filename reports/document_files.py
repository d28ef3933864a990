"""A document as a file: JSON and CSV for machines, XLSX and PDF for the office."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from foundation.errors import InvalidFormError
from reports.document import Cell, Document
from reports.document_pdf import document_pdf
from reports.document_xlsx import document_xlsx, escape_formula

FORMATS = ("json", "csv", "xlsx", "pdf")


def document_file(document: Document, content: Mapping[str, Any], file_format: str) -> bytes:
    """Return the document in one of ``FORMATS``; as JSON it is ``content``.

    Raises ``InvalidFormError`` for another format.
    """
    if file_format == "json":
        return json.dumps(content, ensure_ascii=False, indent=2).encode()
    if file_format == "csv":
        return _csv(document)
    if file_format == "xlsx":
        return document_xlsx(document)
    if file_format == "pdf":
        return document_pdf(document)
    raise InvalidFormError(
        f"format {file_format!r}", reader_text=f"Format harus salah satu dari {', '.join(FORMATS)}."
    )


def _csv(document: Document) -> bytes:
    target = io.StringIO()
    writer = csv.writer(target)
    for part in document.sections:
        writer.writerow([part.heading])
        writer.writerow(part.columns)
        writer.writerows([_plain(cell) for cell in row] for row in part.rows)
        writer.writerow([])
    return target.getvalue().encode()


def _plain(cell: Cell) -> Cell:
    return escape_formula(cell) if isinstance(cell, str) else cell
