"""The office's calendar in the store: versions, and a calendar that follows them in a process."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select

from foundation.errors import (
    InvalidFormError,
    NotFoundError,
    StoreUnavailableError,
    TrainingDataError,
)
from service_hours import (
    Calendar,
    CalendarChange,
    CalendarFile,
    calendar_as_content,
    parse_calendar,
)
from storage import Store, Transaction, add_audit_entry
from storage.desk_tables import service_calendar

logger = logging.getLogger(__name__)

CALENDAR_NOTE_LIMIT = 200
"""Characters."""

FOLLOW_SECONDS = 1.0
"""So long at most another process goes on with the calendar before."""


@dataclass(frozen=True)
class CalendarVersion:
    """One saved calendar; it was in force from ``at`` until the next one."""

    id: int
    content: Mapping[str, Any]
    note: str
    at: datetime
    changed_by: int

    @property
    def file(self) -> CalendarFile:
        """What it says."""
        return parse_calendar(self.content)


def calendar_versions(tx: Transaction) -> list[CalendarVersion]:
    """Return every saved calendar, oldest first; none while the file is in force."""
    rows = tx.connection.execute(select(service_calendar).order_by(service_calendar.c.id))
    return [CalendarVersion(**row._mapping) for row in rows]


def calendar_version(tx: Transaction, version_id: int) -> CalendarVersion:
    """Return one saved calendar. Raises ``NotFoundError``."""
    found = select(service_calendar).where(service_calendar.c.id == version_id)
    row = tx.connection.execute(found).one_or_none()
    if row is None:
        raise NotFoundError(f"calendar {version_id}")
    return CalendarVersion(**row._mapping)


def newest_calendar(tx: Transaction) -> int:
    """Return the id of the calendar in force; 0 while the file is."""
    newest = tx.connection.execute(select(func.max(service_calendar.c.id))).scalar_one()
    return int(newest or 0)


def read_calendar_form(content: Mapping[str, Any]) -> CalendarFile:
    """Check a calendar that somebody typed. Raises ``InvalidFormError`` that says what is wrong."""
    try:
        return parse_calendar(content)
    except TrainingDataError as error:
        raise InvalidFormError(str(error), reader_text=error.reader_text) from error


def save_calendar(
    tx: Transaction, file: CalendarFile, *, note: str, account_id: int, based_on: int
) -> int:
    """Put a calendar in force from now on; return its id.

    ``based_on`` is the version that was edited. Raises ``InvalidFormError`` when another was saved
    meanwhile, or the note is too long.
    """
    note = " ".join(note.split())
    if len(note) > CALENDAR_NOTE_LIMIT:
        raise InvalidFormError(
            f"note of {len(note)} characters",
            reader_text=f"Catatan paling banyak {CALENDAR_NOTE_LIMIT} karakter.",
        )
    if newest_calendar(tx) != based_on:
        raise InvalidFormError(
            "the calendar changed meanwhile",
            reader_text="Kalender baru saja diubah orang lain. Muat ulang, lalu ubah lagi.",
        )
    values = {
        "content": calendar_as_content(file),
        "note": note,
        "at": tx.now,
        "changed_by": account_id,
    }
    statement = insert(service_calendar).values(**values).returning(service_calendar.c.id)
    saved = int(tx.connection.execute(statement).scalar_one())
    add_audit_entry(tx, "calendar_saved", account_id=account_id, data={"version": saved})
    return saved


class CalendarFollower:
    """Keeps one process's calendar in step with the store.

    Every use of ``calendar`` reads what the last look found, so nobody who holds it has to be told.
    """

    def __init__(self, store: Store, base: CalendarFile) -> None:
        self._store = store
        self._changes: tuple[CalendarChange, ...] = ()
        self._newest = 0
        self.calendar = Calendar(base, lambda: self._changes)

    def refresh(self) -> None:
        """Look into the store now."""
        with self._store.read() as tx:
            newest = newest_calendar(tx)
            if newest == self._newest:
                return
            versions = calendar_versions(tx)
        self._changes = tuple(CalendarChange(one.at, one.file) for one in versions)
        self._newest = newest

    def follow(self, stop: threading.Event) -> None:
        """Look every second until ``stop`` is set; while the store is down the last one counts."""
        while not stop.wait(FOLLOW_SECONDS):
            try:
                self.refresh()
            except StoreUnavailableError:
                logger.exception("the calendar is not looked at: the store does not answer")
