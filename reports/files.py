"""The volume log as a file: JSON and CSV for machines, XLSX and PDF for the office."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime

from reports.document_figures import volume_document
from reports.document_files import document_file
from reports.volume import COLUMNS, VolumeRow, volume_json


def volume_file(
    rows: list[VolumeRow], first: date, last: date, *, file_format: str, made_at: datetime
) -> bytes:
    """Return the report in one of ``FORMATS``. Raises ``InvalidFormError`` for another."""
    if file_format == "csv":
        return _csv(rows)
    document = volume_document(rows, first.isoformat(), last.isoformat(), made_at)
    return document_file(document, volume_json(rows, first, last), file_format)


def _csv(rows: list[VolumeRow]) -> bytes:
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(["date", "channel", *COLUMNS])
    for row in rows:
        numbers = [getattr(row, column) for column in COLUMNS]
        writer.writerow([row.date.isoformat(), row.channel, *numbers])
    return target.getvalue().encode("utf-8")
