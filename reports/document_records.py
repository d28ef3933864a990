"""The documents of a day: monitoring and readiness."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from foundation.clock import indonesian_date, indonesian_time
from reports.document import Cell, Document, Section, day_text, section, words
from reports.document_figures import channel_section
from reports.monitoring import Monitoring
from reports.readiness import Readiness
from reports.record_store import OfficeRecord
from reports.volume import COLUMNS, volume_row


def monitoring_document(record: Monitoring, made_at: datetime) -> Document:
    """Return the monitoring record of a day with everything that was filed behind it."""
    totals, valid = record.made.content["totals"], record.figures
    names = words()["measures"]
    rows: list[tuple[Cell, ...]] = [
        (names[column], int(totals[column]), valid[column]) for column in COLUMNS
    ]
    since = record.made.content.get("since_previous")
    note = words()["since_previous"].format(**since) if since else ""
    return Document(
        title=words()["titles"]["monitoring"],
        number="",
        period=_day(record.date),
        sections=(
            section("figures_of_day", rows, note=note),
            channel_section([volume_row(row) for row in record.made.content["rows"]]),
            chain_section(record.records),
        ),
        signed_on=made_at,
        signatures="team",
    )


def readiness_document(day: date, checks: Sequence[Readiness], made_at: datetime) -> Document:
    """Return the checks of a day, each as a table."""
    parts = []
    for check in checks:
        rows: list[tuple[Cell, ...]] = [
            (item.title, words()["check_states"][item.state], item.text) for item in check.findings
        ]
        when = f"{indonesian_time(check.at)} WIB, {check.signed_by}"
        part = section("checks", rows)
        parts.append(Section("checks", f"{part.heading}: {when}", part.columns, part.rows))
    return Document(
        title=words()["titles"]["readiness"],
        number="",
        period=_day(day),
        sections=tuple(parts),
        signed_on=made_at,
        signatures="team",
    )


def chain_section(records: Sequence[OfficeRecord]) -> Section:
    """Return who filed what and when, in order."""
    rows: list[tuple[Cell, ...]] = [
        (
            f"{indonesian_date(record.at, weekday=False)} {indonesian_time(record.at)}",
            words()["actions"][record.action],
            record.signed_by,
            chain_text(record),
        )
        for record in records
    ]
    return section("chain", rows)


def chain_text(record: OfficeRecord) -> str:
    """Return what a document behind the first one says."""
    content: dict[str, Any] = dict(record.content)
    if record.action == "corrected":
        column = words()["measures"][content["column"]]
        text: str = words()["corrected"].format(**{**content, "column": column})
        return text
    return str(content.get("text") or "")


def _day(day: date) -> str:
    text: str = words()["day"].format(day=day_text(day.isoformat()))
    return text
