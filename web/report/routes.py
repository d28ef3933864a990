"""The figures of a period beside the period before, charts and tables, files to take along."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from foundation.clock import WIB
from foundation.errors import InvalidFormError
from handoff import queue_counts
from reports import (
    COLUMNS,
    FORMATS,
    VIEWERS,
    Figures,
    VolumeRow,
    catch_up,
    channel_section,
    figure_sections,
    figures_document,
    in_order,
    period_before,
    read_figures,
    rows_in_order,
    summary_section,
    volume_file,
    volume_rows,
)
from storage import Transaction
from web.context import services
from web.report.chart import stacked_bars
from web.report.evaluations import add_evaluations
from web.report.frame import add, document_answer, file_answer, live_names, page
from web.report.period import Period, default_period, presets, read_period
from web.report.questionnaires import add_questionnaires
from web.report.records import add_records
from web.report.talks import add_talks

OUTCOMES = ("bot_answered", "clarified", "handed_over")


def report_page() -> ResponseReturnValue:
    """Show the report of a period; a period that cannot be is told beside the form."""
    now = services().clock()
    problem = ""
    try:
        period = read_period(request.args, now)
    except InvalidFormError as error:
        period, problem = default_period(now), error.reader_text
    _count()
    with services().store.read() as tx:
        rows = volume_rows(tx, period.first, period.last)
        figures, before = _figures(tx, period)
    channels = in_order({row.channel for row in rows})
    return page(
        "report/laporan.html",
        status=422 if problem else 200,
        period=period,
        presets=presets(now),
        problem=problem,
        rows=rows_in_order(rows),
        columns=COLUMNS,
        totals={column: _total(rows, column) for column in COLUMNS},
        formats=FORMATS,
        summary=summary_section(figures.to_json(), before.to_json(), figures.target),
        by_channel=channel_section(rows),
        sections=figure_sections(figures, live_names()),
        chats=stacked_bars(
            period.days,
            {
                channel: _by_day([row for row in rows if row.channel == channel], "chats")
                for channel in channels
            },
        ),
        outcomes=stacked_bars(period.days, {column: _by_day(rows, column) for column in OUTCOMES}),
        live=_live(),
    )


def today() -> ResponseReturnValue:
    """Show today's figures as they are now."""
    _count()
    return page("report/_kini.html", live=_live())


def download() -> ResponseReturnValue:
    """Send the volume log, or with ``isi=angka`` all figures, of a period as a file."""
    now = services().clock()
    period = read_period(request.args, now)
    chosen = request.args.get("format", "")
    _count()
    with services().store.read() as tx:
        rows = volume_rows(tx, period.first, period.last)
        figures, before = _figures(tx, period)
    span = f"{period.first}-{period.last}"
    if request.args.get("isi") == "angka":
        names = live_names()
        document = figures_document(figures, before, rows, names=names, made_at=now)
        return document_answer(document, figures.to_json(), f"laporan-layanan-{span}")
    content = volume_file(rows, period.first, period.last, file_format=chosen, made_at=now)
    return file_answer(content, f"volume-chat-{span}", chosen)


def report_blueprint() -> Blueprint:
    """Return the blueprint of ``/laporan``."""
    blueprint = Blueprint("report", __name__, url_prefix="/laporan")
    add(blueprint, "", report_page, VIEWERS, "GET")
    add(blueprint, "/kini", today, VIEWERS, "GET")
    add(blueprint, "/unduh", download, VIEWERS, "GET")
    add_talks(blueprint)
    add_records(blueprint)
    add_evaluations(blueprint)
    add_questionnaires(blueprint)
    return blueprint


def _count() -> None:
    catch_up(services().store, services().calendar)


def _figures(tx: Transaction, period: Period) -> tuple[Figures, Figures]:
    target = services().settings.wait_target_minutes
    now = read_figures(tx, period.first, period.last, with_answers=True, target=target)
    before = read_figures(tx, *period_before(period.first, period.last), target=target)
    return now, before


def _live() -> dict[str, object]:
    with services().store.read() as tx:
        day = tx.now.astimezone(WIB).date()
        figures = read_figures(tx, day, day, target=services().settings.wait_target_minutes)
        counts = queue_counts(tx)
        return {
            "at": tx.now,
            "figures": figures,
            "waiting": counts.waiting,
            "claimed": counts.claimed,
        }


def _by_day(rows: Iterable[VolumeRow], column: str) -> dict[date, int]:
    counts: dict[date, int] = {}
    for row in rows:
        counts[row.date] = counts.get(row.date, 0) + int(getattr(row, column))
    return counts


def _total(rows: Iterable[VolumeRow], column: str) -> int:
    return sum(int(getattr(row, column)) for row in rows)
