"""Monitoring records of the days, and the readiness checks before them."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation.clock import WIB, read_day
from foundation.errors import NotFoundError
from reports import (
    COLUMNS,
    FORMATS,
    LEAD,
    TEAM,
    VIEWERS,
    monitoring,
    monitoring_document,
    readiness,
    readiness_document,
    record_store,
)
from service_hours import Calendar
from storage import Transaction
from web.accounts import signed_in
from web.context import services
from web.report.frame import add, document_answer, page

_DAYS = 31


def monitoring_list() -> ResponseReturnValue:
    """List the records of the last days and the working days that have none."""
    with services().store.read() as tx:
        last = tx.now.astimezone(WIB).date()
        first = last - timedelta(days=_DAYS - 1)
        found = {record.date: record for record in monitoring.list_monitoring(tx, first, last)}
        days = _working_days(services().calendar, first, last)
        missing = monitoring.due_days(tx, services().calendar, tx.now)
    listed = sorted({*days, *found}, reverse=True)
    return page(
        "report/pemantauan.html", days=listed, found=found, missing=missing, columns=COLUMNS
    )


def monitoring_day(day: str) -> ResponseReturnValue:
    """Show the record of a day with the chain of records behind it."""
    with services().store.read() as tx:
        record = monitoring.get_monitoring(tx, read_day(day))
    return page(
        "report/pemantauan_hari.html",
        record=record,
        columns=COLUMNS,
        formats=FORMATS,
        intact=record_store.is_intact(record.records),
        document=monitoring_document(record, services().clock()),
    )


def monitoring_file(day: str) -> ResponseReturnValue:
    """Send the record of a day as a file."""
    with services().store.read() as tx:
        record = monitoring.get_monitoring(tx, read_day(day))
    document = monitoring_document(record, services().clock())
    return document_answer(document, record.to_json(), f"pemantauan-{record.date}")


def confirm_monitoring(day: str) -> ResponseReturnValue:
    """Sign the record as seen."""
    with services().store.write() as tx:
        monitoring.confirm(tx, read_day(day), account=signed_in())
    return redirect(url_for("report.monitoring_day", day=day), 303)


def note_monitoring(day: str) -> ResponseReturnValue:
    """Add a signed note."""
    with services().store.write() as tx:
        monitoring.annotate(tx, read_day(day), request.form.get("catatan", ""), account=signed_in())
    return redirect(url_for("report.monitoring_day", day=day), 303)


def correct_monitoring(day: str) -> ResponseReturnValue:
    """Add a signed correction of one figure."""
    value = request.form.get("nilai", "").strip()
    with services().store.write() as tx:
        monitoring.correct(
            tx,
            read_day(day),
            request.form.get("angka", ""),
            int(value) if value.isascii() and value.isdigit() and len(value) < 10 else -1,
            request.form.get("alasan", ""),
            account=signed_in(),
        )
    return redirect(url_for("report.monitoring_day", day=day), 303)


def readiness_list() -> ResponseReturnValue:
    """List the checks of the last days; those of the newest day in full."""
    with services().store.read() as tx:
        last = tx.now.astimezone(WIB).date()
        found = readiness.list_readiness(tx, last - timedelta(days=_DAYS - 1), last)
    return page(
        "report/kesiapan.html",
        found=found,
        formats=FORMATS,
        today=last,
        can_check=services().check_ready is not None,
    )


def check_readiness() -> ResponseReturnValue:
    """Check now, and file it under the name of who asked."""
    check = services().check_ready
    if check is None:
        raise NotFoundError("no check is wired", reader_text="Pemeriksaan belum tersedia.")
    findings = check()
    with services().store.write() as tx:
        readiness.file_readiness(tx, findings, account=signed_in())
    return redirect(url_for("report.readiness_list"), 303)


def readiness_file(day: str) -> ResponseReturnValue:
    """Send the checks of a day as a file. Raises ``NotFoundError`` when there are none."""
    with services().store.read() as tx:
        checks = _checks(tx, read_day(day))
    content = {"date": day, "checks": [check.to_json() for check in checks]}
    document = readiness_document(read_day(day), checks, services().clock())
    return document_answer(document, content, f"kesiapan-{day}")


def add_records(blueprint: Blueprint) -> None:
    """Attach the views."""
    one = "/pemantauan/<day>"
    add(blueprint, "/pemantauan", monitoring_list, VIEWERS, "GET")
    add(blueprint, one, monitoring_day, VIEWERS, "GET")
    add(blueprint, f"{one}/unduh", monitoring_file, VIEWERS, "GET")
    add(blueprint, f"{one}/konfirmasi", confirm_monitoring, TEAM, "POST")
    add(blueprint, f"{one}/catatan", note_monitoring, TEAM, "POST")
    add(blueprint, f"{one}/koreksi", correct_monitoring, TEAM, "POST")
    add(blueprint, "/kesiapan", readiness_list, VIEWERS, "GET")
    add(blueprint, "/kesiapan", check_readiness, LEAD, "POST")
    add(blueprint, "/kesiapan/<day>/unduh", readiness_file, VIEWERS, "GET")


def _checks(tx: Transaction, day: date) -> list[readiness.Readiness]:
    checks = readiness.readiness_of(tx, day)
    if not checks:
        raise NotFoundError(f"no check of {day}", reader_text="Hari itu tidak diperiksa.")
    return checks


def _working_days(calendar: Calendar, first: date, last: date) -> list[date]:
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    return [day for day in days if calendar.is_service_day(day)]
