"""Urgent cases on every page for officers, and the drills in which staff practise."""

from __future__ import annotations

from flask import Blueprint, Flask, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from connectors import Drill
from handoff import UrgentCase, urgent_cases
from web.accounts import may, require_role, signed_in
from web.accounts.session import current_account
from web.context import services
from web.officer.access import ROLES


def urgent() -> ResponseReturnValue:
    """Show the open urgent cases that the officer may see."""
    answer = make_response(render_template("officer/_darurat.html").strip())
    answer.headers["Cache-Control"] = "no-store"
    return answer


def start_drill() -> ResponseReturnValue:
    """Open an urgent case for practice."""
    _drill().start()
    services().wakeups.publish()
    return redirect(url_for("officer.overview"), 303)


def end_drills() -> ResponseReturnValue:
    """End all drills that are open."""
    _drill().clear()
    services().wakeups.publish()
    return redirect(url_for("officer.overview"), 303)


def add_urgent(app: Flask, blueprint: Blueprint) -> None:
    """Attach the views, and give every page the urgent cases."""
    blueprint.add_url_rule("/darurat", "urgent", require_role(*ROLES)(urgent))
    above = require_role("supervisor")
    for rule, endpoint, change in (
        ("/latihan", "start_drill", start_drill),
        ("/latihan/selesai", "end_drills", end_drills),
    ):
        blueprint.add_url_rule(rule, endpoint, above(change), methods=["POST"])
    app.jinja_env.globals |= {"hears_alarms": hears_alarms, "urgent_cases": seen_urgent_cases}


def hears_alarms() -> bool:
    """Whether whoever makes this request is told of people in danger."""
    account = current_account()
    return account is not None and may(account, *ROLES)


def seen_urgent_cases() -> list[UrgentCase]:
    """Return the open urgent cases that whoever makes this request may see."""
    with services().store.read() as tx:
        return urgent_cases(tx, signed_in())


def _drill() -> Drill:
    known = services()
    return Drill(known.store, signed_in(), known.new_ticket)
