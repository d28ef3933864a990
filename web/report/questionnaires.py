"""The questionnaires of satisfaction: staff enter those on paper and look after the page."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation.clock import WIB, read_day
from foundation.errors import InvalidFormError
from reports import LEAD, TEAM, VIEWERS, questionnaires, satisfaction
from web.accounts import signed_in
from web.context import services
from web.report.frame import add, page
from web.site.survey import survey_address

_SUGGESTIONS = 50


def questionnaire() -> ResponseReturnValue:
    """Show the form of one questionnaire and the index of the month so far."""
    with services().store.read() as tx:
        today = tx.now.astimezone(WIB).date()
        first = today.replace(day=1)
        index = satisfaction.read_index(tx, first, today)
        sources = questionnaires.count_by_source(tx, first, today)
        suggested = questionnaires.suggestions(tx, first, today, limit=_SUGGESTIONS)
        is_open = questionnaires.is_open(tx)
    return page(
        "report/kuesioner.html",
        today=today,
        first=first,
        index=index,
        sources=sources,
        suggested=suggested,
        is_open=is_open,
        questions=questionnaires.questions(),
    )


def add_questionnaire() -> ResponseReturnValue:
    """Enter one filled questionnaire."""
    texts = [request.form.get(element, "") for element in satisfaction.ELEMENTS]
    ratings = [int(text) if text in ("1", "2", "3", "4") else 0 for text in texts]
    with services().store.write() as tx:
        day = read_day(request.form.get("tanggal", ""))
        if day > tx.now.astimezone(WIB).date():
            raise InvalidFormError(f"questionnaire of {day}", reader_text="Tanggal belum tiba.")
        satisfaction.add_questionnaire(tx, day, ratings, account=signed_in())
    return redirect(url_for("report.questionnaire"), 303)


def switch_questionnaire() -> ResponseReturnValue:
    """Open or close the residents' page."""
    with services().store.write() as tx:
        questionnaires.set_open(tx, request.form.get("buka") == "ya", account=signed_in())
    return redirect(url_for("report.questionnaire"), 303)


def questionnaire_poster() -> ResponseReturnValue:
    """Show the sheet for the counter, to be printed: the QR code of the residents' page."""
    known = bool(services().settings.public_url)
    return page("report/poster.html", address=survey_address(), known=known)


def add_questionnaires(blueprint: Blueprint) -> None:
    """Attach the views."""
    add(blueprint, "/kuesioner", questionnaire, VIEWERS, "GET")
    add(blueprint, "/kuesioner", add_questionnaire, TEAM, "POST")
    add(blueprint, "/kuesioner/situs", switch_questionnaire, LEAD, "POST")
    add(blueprint, "/kuesioner/poster", questionnaire_poster, VIEWERS, "GET")
