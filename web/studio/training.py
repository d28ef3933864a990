"""Training: asked for here, followed live, cancelled; the last ones with what came of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from foundation.errors import InvalidFormError, JobConflictError
from foundation.numbers import decimal_number
from learning import (
    STAGES,
    USUAL_TARGET,
    active_job,
    cancel_job,
    checked_target,
    latest_gates,
    latest_jobs,
    live_of,
    registered,
    request_job,
)
from storage import Transaction, active_edits
from web.accounts import may, signed_in
from web.context import services
from web.studio.frame import WRITERS, page, readers, writers

_SHOWN = 15


def training_page() -> ResponseReturnValue:
    """Show what runs, what a training would take in, and the last trainings."""
    with services().store.read() as tx:
        live = live_of(tx)
        since = registered(tx, live.version).created_at if live else None
        edits = active_edits(tx)
        fresh = [edit for edit in edits if since is None or edit.at > since]
        return page(
            "studio/pelatihan.html",
            **_state(tx),
            edits=len(edits),
            fresh=len(fresh),
            target=request.args.get("target", ""),
            usual=100 * USUAL_TARGET,
        )


def training_now() -> ResponseReturnValue:
    """Return the state alone; the page asks for it every two seconds while something runs."""
    with services().store.read() as tx:
        state = _state(tx)
    return render_template(
        "studio/_pelatihan_kini.html", may_write=may(signed_in(), *WRITERS), **state
    )


def start_training() -> ResponseReturnValue:
    """Ask for a training."""
    params: dict[str, Any] = {"seed": 0}
    try:
        if target := request.form.get("target", "").strip():
            params["target"] = checked_target(_share(target))
        with services().store.write() as tx:
            _ask(tx, "train", params=params)
    except (InvalidFormError, JobConflictError) as error:
        flash(error.reader_text, "danger")
    else:
        flash("Pelatihan diminta. Halaman ini boleh ditutup; pelatihan tetap berjalan.")
    return redirect(url_for("studio.training_page"), 303)


def start_measuring(version: str) -> ResponseReturnValue:
    """Ask that a candidate be measured against the bundle that answers now."""
    try:
        with services().store.write() as tx:
            registered(tx, version)
            _ask(tx, "gate", version=version)
    except JobConflictError as error:
        flash(error.reader_text, "danger")
    return redirect(url_for("studio.training_page"), 303)


def cancel_training() -> ResponseReturnValue:
    """Cancel what waits or runs."""
    account = signed_in()
    try:
        with services().store.write() as tx:
            cancel_job(tx, author=account.name, account_id=account.id)
    except JobConflictError as error:
        flash(error.reader_text, "danger")
    else:
        flash("Pelatihan dibatalkan. Model yang menjawab tidak berubah.")
    return redirect(url_for("studio.training_page"), 303)


def add_training(blueprint: Blueprint) -> None:
    """Attach the views."""
    add = blueprint.add_url_rule
    add("/pelatihan", "training_page", readers(training_page))
    add("/pelatihan/kini", "training_now", readers(training_now))
    add("/pelatihan", "start_training", writers(start_training), methods=["POST"])
    add("/pelatihan/batal", "cancel_training", writers(cancel_training), methods=["POST"])
    add("/ukur/<version>", "start_measuring", writers(start_measuring), methods=["POST"])


def _ask(tx: Transaction, kind: Any, **more: Any) -> None:
    account = signed_in()
    request_job(tx, kind, author=account.name, account_id=account.id, **more)


def _state(tx: Transaction) -> dict[str, Any]:
    return {
        "job": active_job(tx),
        "steps": STAGES,
        "jobs": [job for job in latest_jobs(tx, limit=_SHOWN) if not job.active],
        "gates": latest_gates(tx),
        "live": live_of(tx),
    }


def _share(text: str) -> float:
    """Return a percentage as a share. Raises ``InvalidFormError``."""
    percent = decimal_number(text.strip().rstrip("% "))
    if percent is None:
        raise InvalidFormError(
            f"target {text!r}", reader_text="Target risiko ditulis dalam persen, misalnya 3."
        )
    return percent / 100
