"""The volume report: figures per day and channel, two charts, files to take along."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from foundation.errors import InvalidFormError
from reports import COLUMNS, FORMATS, VolumeRow, catch_up, volume_file, volume_rows
from web.accounts import require_role, signed_in
from web.context import services
from web.report.chart import stacked_bars
from web.report.period import Period, default_period, read_period

ROLES = ("supervisor", "staf_data", "auditor", "petugas")
OUTCOMES = ("bot_answered", "clarified", "handed_over")

_CHANNELS = ("webchat", "whatsapp", "rest")
"""The order in which channels are drawn; others come after them by name."""

_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


def report_page() -> ResponseReturnValue:
    """Show the report of a period; a period that cannot be is told beside the form."""
    now = services().clock()
    problem = ""
    try:
        period = read_period(request.args, now)
    except InvalidFormError as error:
        period, problem = default_period(now), error.reader_text
    rows = _rows(period)
    channels = sorted({row.channel for row in rows}, key=_channel_order)
    page = render_template(
        "report/laporan.html",
        account=signed_in(),
        period=period,
        problem=problem,
        rows=rows,
        columns=COLUMNS,
        totals={column: _total(rows, column) for column in COLUMNS},
        formats=FORMATS,
        chats=stacked_bars(
            period.days,
            {
                channel: _by_day([row for row in rows if row.channel == channel], "chats")
                for channel in channels
            },
        ),
        outcomes=stacked_bars(period.days, {column: _by_day(rows, column) for column in OUTCOMES}),
    )
    answer = make_response(page, 422 if problem else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def download() -> ResponseReturnValue:
    """Send the report of a period as a file."""
    now = services().clock()
    period = read_period(request.args, now)
    chosen = request.args.get("format", "")
    content = volume_file(_rows(period), period.first, period.last, file_format=chosen, made_at=now)
    name = f"volume-chat-{period.first}-{period.last}.{chosen}"
    return Response(
        content,
        content_type=_TYPES[chosen],
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


def report_blueprint() -> Blueprint:
    """Return the blueprint of ``/laporan``."""
    guard: Callable[[Callable[[], ResponseReturnValue]], Callable[[], ResponseReturnValue]]
    guard = require_role(*ROLES)
    blueprint = Blueprint("report", __name__, url_prefix="/laporan")
    blueprint.add_url_rule("", "report_page", guard(report_page), methods=["GET"])
    blueprint.add_url_rule("/unduh", "download", guard(download), methods=["GET"])
    return blueprint


def _rows(period: Period) -> list[VolumeRow]:
    catch_up(services().store, services().calendar)
    with services().store.read() as tx:
        return volume_rows(tx, period.first, period.last)


def _channel_order(channel: str) -> tuple[int, str]:
    known = channel in _CHANNELS
    return (_CHANNELS.index(channel) if known else len(_CHANNELS), channel)


def _by_day(rows: Iterable[VolumeRow], column: str) -> dict[date, int]:
    counts: dict[date, int] = {}
    for row in rows:
        counts[row.date] = counts.get(row.date, 0) + int(getattr(row, column))
    return counts


def _total(rows: Iterable[VolumeRow], column: str) -> int:
    return sum(int(getattr(row, column)) for row in rows)
