"""Reading the volume log: one row per WIB day and channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from foundation.errors import InvalidFormError
from storage import Transaction
from storage.tables import volume_day

COLUMNS = ("chats", "messages", "bot_answered", "clarified", "handed_over", "outside_hours")
"""The counted columns, in the order of the contract."""


@dataclass(frozen=True)
class VolumeRow:
    """Counts of one WIB day on one channel.

    ``chats``: residents' first messages after 24 h without one; ``messages``: residents' messages;
    ``bot_answered`` and ``clarified``: turns with that decision; ``handed_over``: cases opened;
    ``outside_hours``: residents' messages that arrived while no officer serves.
    """

    date: date
    channel: str
    chats: int
    messages: int
    bot_answered: int
    clarified: int
    handed_over: int
    outside_hours: int


def volume_rows(tx: Transaction, first: date, last: date) -> list[VolumeRow]:
    """Return the rows of the WIB days ``first`` to ``last`` (inclusive), by day and channel.

    Raises ``InvalidFormError`` when the period runs backwards.
    """
    if last < first:
        raise InvalidFormError(
            f"period {first} to {last}",
            reader_text="Tanggal akhir lebih awal daripada tanggal mulai.",
        )
    rows = tx.connection.execute(
        select(volume_day)
        .where(volume_day.c.date >= first, volume_day.c.date <= last)
        .order_by(volume_day.c.date, volume_day.c.channel)
    )
    return [
        VolumeRow(date=row.date, channel=row.channel, **{c: getattr(row, c) for c in COLUMNS})
        for row in rows
    ]


def volume_row(document: Mapping[str, Any]) -> VolumeRow:
    """Return a row from its document (``asdict`` with an ISO day)."""
    counts = {column: int(document[column]) for column in COLUMNS}
    return VolumeRow(date.fromisoformat(document["date"]), document["channel"], **counts)


def volume_json(rows: list[VolumeRow], first: date, last: date) -> dict[str, Any]:
    """Return the contract's JSON: ``from``, ``to`` and ``rows``, dates as ISO texts."""
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "rows": [asdict(row) | {"date": row.date.isoformat()} for row in rows],
    }
