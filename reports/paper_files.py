"""A paper as a file: JSON and CSV for machines, XLSX and PDF for the office."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from foundation.errors import InvalidFormError
from reports.paper import Cell, Paper
from reports.paper_pdf import paper_pdf
from reports.paper_xlsx import harmless, paper_xlsx

FORMATS = ("json", "csv", "xlsx", "pdf")


def paper_file(paper: Paper, content: Mapping[str, Any], file_format: str) -> bytes:
    """Return the paper in one of ``FORMATS``; as JSON it is ``content``.

    Raises ``InvalidFormError`` for another format.
    """
    if file_format == "json":
        return json.dumps(content, ensure_ascii=False, indent=2).encode()
    if file_format == "csv":
        return _csv(paper)
    if file_format == "xlsx":
        return paper_xlsx(paper)
    if file_format == "pdf":
        return paper_pdf(paper)
    raise InvalidFormError(
        f"format {file_format!r}", reader_text=f"Format harus salah satu dari {', '.join(FORMATS)}."
    )


def _csv(paper: Paper) -> bytes:
    target = io.StringIO()
    writer = csv.writer(target)
    for part in paper.sections:
        writer.writerow([part.heading])
        writer.writerow(part.columns)
        writer.writerows([_plain(cell) for cell in row] for row in part.rows)
        writer.writerow([])
    return target.getvalue().encode()


def _plain(cell: Cell) -> Cell:
    return harmless(cell) if isinstance(cell, str) else cell
