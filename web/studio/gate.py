"""The gate's verdict in words, and the replay of the last days' messages, to be judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from foundation.errors import NotFoundError
from foundation.numbers import whole_number
from learning import (
    GateRecord,
    count_judgements,
    find_registered,
    judge_change,
    latest_gate,
    newest_gate,
    shown_changes,
    standing_of,
)
from storage import Transaction
from web.accounts import signed_in
from web.context import services
from web.studio.frame import label_titles, page, readers, writers

_SHOWN = 30
_ROWS = 20


def newest_gate_page() -> ResponseReturnValue:
    """Lead to the last verdict, if there is one."""
    with services().store.read() as tx:
        found = newest_gate(tx)
    if found is None:
        return page("studio/gerbang.html", record=None, version="", standing="unmeasured")
    return redirect(url_for("studio.gate_page", version=found.version), 303)


def gate_page(version: str) -> ResponseReturnValue:
    """Show how a candidate compares with the bundle that answers, and what may be done."""
    with services().store.read() as tx:
        if find_registered(tx, version) is None:
            raise NotFoundError(f"no bundle {version!r}")
        record = latest_gate(tx, version)
        return page(
            "studio/gerbang.html",
            record=record,
            version=version,
            standing=standing_of(tx, version),
            is_admin=signed_in().role == "admin",
            counts=count_judgements(tx, record.id) if record else None,
            losses=_losses(record.result) if record else (),
            rows=_ROWS,
        )


def replay_page(version: str) -> ResponseReturnValue:
    """Show what the candidate would take otherwise, side by side."""
    with services().store.read() as tx:
        record = _record(tx, version)
        changes = shown_changes(tx, record.id, after=_after(), limit=_SHOWN)
        return page(
            "studio/putar_ulang.html",
            record=record,
            version=version,
            changes=changes,
            more=changes[-1].id if len(changes) == _SHOWN else None,
            counts=count_judgements(tx, record.id),
            titles=label_titles(tx),
        )


def judge(change_id: int) -> ResponseReturnValue:
    """Keep what a person thinks of one change; return the row, or the page without htmx."""
    account = signed_in()
    with services().store.write() as tx:
        judgement = request.form.get("penilaian", "")
        gate_id = judge_change(tx, change_id, judgement, author=account.name)
        [change] = shown_changes(tx, gate_id, after=change_id - 1, limit=1)
        titles = label_titles(tx)
        counts = count_judgements(tx, gate_id)
    if request.headers.get("HX-Request"):
        return render_template(
            "studio/_perubahan.html",
            change=change,
            titles=titles,
            may_write=True,
            counts=counts,
            part=True,
        )
    version = request.form.get("versi", "")
    return redirect(f"{url_for('studio.replay_page', version=version)}#p{change_id}", 303)


def add_gate(blueprint: Blueprint) -> None:
    """Attach the views."""
    add = blueprint.add_url_rule
    add("/gerbang", "newest_gate_page", readers(newest_gate_page))
    add("/gerbang/<version>", "gate_page", readers(gate_page))
    add("/putar-ulang/<version>", "replay_page", readers(replay_page))
    add("/perubahan/<int:change_id>", "judge", writers(judge), methods=["POST"])


def _record(tx: Transaction, version: str) -> GateRecord:
    record = latest_gate(tx, version)
    if record is None or "replay" not in record.result:
        raise NotFoundError(f"no replay of {version!r}")
    return record


def _losses(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the labels that lost, the heaviest first; critical ones stay in view."""
    rows = [row for row in result.get("labels", ()) if row["after"] < row["before"]]
    return sorted(rows, key=lambda row: (row["after"] - row["before"], row["name"]))


def _after() -> int:
    return whole_number(request.args.get("setelah", "")) or 0
