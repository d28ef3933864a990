"""The office's calendar: hours, seasons, days of leave, exceptional days; preview and versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from foundation.clock import WIB
from foundation.errors import InvalidFormError
from handoff import (
    CALENDAR_NOTE_LIMIT,
    CalendarVersion,
    calendar_version,
    calendar_versions,
    newest_calendar,
    save_calendar,
)
from service_hours import WEEKDAYS, Calendar, CalendarFile, calendar_as_content, hours_in_words
from storage import Transaction
from web.accounts import require_role, signed_in
from web.context import services
from web.officer.calendar_form import NAME_LIMIT, read_form
from web.officer.pages import is_part
from web.officer.selection import display_names

_PREVIEW_DAYS: Final = 14
_HOLIDAY_DAYS: Final = 120
_VERSIONS: Final = 20


@dataclass(frozen=True)
class DayLine:
    """One WIB day: hours as typed (empty when closed), now and with the calendar in the form."""

    day: date
    now: str
    then: str
    reason: str

    @property
    def changes(self) -> bool:
        """Whether the form's calendar changes the day."""
        return self.now != self.then


@dataclass(frozen=True)
class CalendarPreview:
    """What a calendar means for the days to come. ``closures`` are the closed days after them."""

    days: tuple[DayLine, ...]
    closures: tuple[tuple[date, str], ...]

    @property
    def tomorrow(self) -> DayLine:
        """The answer to "buka besok?"."""
        return self.days[1]


def preview_days(now: datetime, current: Calendar, file: CalendarFile) -> CalendarPreview:
    """Compare the calendar in force with another one, from today on."""
    proposed = Calendar(file)
    today = now.astimezone(WIB).date()
    days = [today + timedelta(days=offset) for offset in range(_HOLIDAY_DAYS)]
    lines = tuple(
        DayLine(
            day,
            now=_hours(current, day),
            then=_hours(proposed, day),
            reason=proposed.closed_reason(day) or "",
        )
        for day in days[:_PREVIEW_DAYS]
    )
    closures = tuple(
        (day, reason)
        for day in days[_PREVIEW_DAYS:]
        if (reason := proposed.closed_reason(day)) and day.weekday() < 5
    )
    return CalendarPreview(lines, closures)


def calendar_page() -> ResponseReturnValue:
    """Show the calendar in force, or an earlier version to be taken up again (``versi``)."""
    number = request.args.get("versi", "")
    with services().store.read() as tx:
        version = None
        if number.isascii() and number.isdigit():
            version = calendar_version(tx, int(number))
        file = version.file if version else _in_force(tx)
        return _page(tx, calendar_as_content(file), file, earlier=version)


def preview_calendar() -> ResponseReturnValue:
    """Show what the typed calendar would mean, without saving it."""
    with services().store.read() as tx:
        try:
            file = read_form(request.form)
        except InvalidFormError as error:
            if not is_part():
                raise
            return render_template("officer/_kalender_pratinjau.html", problem=error.reader_text)
        if is_part():
            preview = preview_days(tx.now, services().calendar, file)
            return render_template("officer/_kalender_pratinjau.html", preview=preview)
        return _page(tx, calendar_as_content(file), file, note=request.form.get("catatan", ""))


def change_calendar() -> ResponseReturnValue:
    """Put the typed calendar in force."""
    based_on = request.form.get("dasar", "")
    file = read_form(request.form)
    with services().store.write() as tx:
        save_calendar(
            tx,
            file,
            note=request.form.get("catatan", ""),
            account_id=signed_in().id,
            based_on=int(based_on) if based_on.isascii() and based_on.isdigit() else -1,
        )
    services().look_at_calendar()
    services().wakeups.publish()
    return redirect(url_for("officer.calendar_page"), 303)


def add_calendar(blueprint: Blueprint) -> None:
    """Attach the views to the blueprint, for supervisors only."""
    guard = require_role("supervisor")
    blueprint.add_url_rule("/kalender", "calendar_page", guard(calendar_page))
    for rule, endpoint, view in (
        ("/kalender", "change_calendar", guard(change_calendar)),
        ("/kalender/pratinjau", "preview_calendar", guard(preview_calendar)),
    ):
        blueprint.add_url_rule(rule, endpoint, view, methods=["POST"])


def _page(
    tx: Transaction,
    content: Mapping[str, Any],
    file: CalendarFile,
    *,
    note: str = "",
    earlier: CalendarVersion | None = None,
) -> ResponseReturnValue:
    known = services()
    page = make_response(
        render_template(
            "officer/kalender.html",
            content=content,
            weekdays=WEEKDAYS,
            today=tx.now.astimezone(WIB).date().isoformat(),
            preview=preview_days(tx.now, known.calendar, file),
            versions=calendar_versions(tx)[::-1][:_VERSIONS],
            names=display_names(tx),
            based_on=newest_calendar(tx),
            earlier=earlier,
            note=note,
            note_limit=CALENDAR_NOTE_LIMIT,
            name_limit=NAME_LIMIT,
            officer=signed_in(),
            hours=known.calendar.status(tx.now),
        )
    )
    page.headers["Cache-Control"] = "no-store"
    return page


def _in_force(tx: Transaction) -> CalendarFile:
    return services().calendar.file_at(tx.now)


def _hours(calendar: Calendar, day: date) -> str:
    return hours_in_words(calendar.intervals_on(day))
