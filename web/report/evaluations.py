"""The evaluation of a period, written by the team."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation.clock import WIB, read_day
from reports import (
    FORMATS,
    LEAD,
    TEAM,
    VIEWERS,
    catch_up,
    evaluation,
    evaluation_document,
    evaluation_sections,
    follow_ups,
    record_store,
)
from storage import Transaction
from web.accounts import signed_in
from web.context import services
from web.report.frame import add, document_answer, page


def evaluation_list() -> ResponseReturnValue:
    """List the evaluations and offer to open one."""
    days = services().settings.evaluation_after_days
    with services().store.read() as tx:
        found = evaluation.list_evaluations(tx)
        first, last = evaluation.last_month(tx.now.astimezone(WIB).date(), days)
    return page("report/evaluasi.html", found=found, first=first, last=last, after_days=days)


def open_evaluation() -> ResponseReturnValue:
    """Open the evaluation of a period, or go to the one that is there."""
    first, last = read_day(request.form.get("from", "")), read_day(request.form.get("to", ""))
    with services().store.write() as tx:
        found = evaluation.open_evaluation(
            tx, first, last, days=services().settings.evaluation_after_days
        )
    return _to(found.id)


def evaluation_page(evaluation_id: int) -> ResponseReturnValue:
    """Show the evaluation as it would be filed now, or as it was filed."""
    catch_up(services().store, services().calendar)
    with services().store.read() as tx:
        found = evaluation.get_evaluation(tx, evaluation_id)
        content = _content(tx, found)
        own = follow_ups.follow_ups_of(tx, evaluation_id)
        carried = follow_ups.carried_follow_ups(tx, evaluation_id, found.first)
        filed = record_store.records_of(tx, "evaluation", found.subject)
    return page(
        "report/evaluasi_satu.html",
        found=found,
        content=content,
        intact=record_store.is_intact(filed),
        sections=evaluation_sections(content),
        tasks=[*carried, *own],
        states=follow_ups.STATES,
        formats=FORMATS,
    )


def evaluation_file(evaluation_id: int) -> ResponseReturnValue:
    """Send the document as a file."""
    catch_up(services().store, services().calendar)
    with services().store.read() as tx:
        found = evaluation.get_evaluation(tx, evaluation_id)
        content = _content(tx, found)
    document = evaluation_document(content, services().clock())
    return document_answer(document, content, f"evaluasi-{found.first}-{found.last}")


def write_evaluation(evaluation_id: int) -> ResponseReturnValue:
    """Replace participants ("name; position" a line) and findings (one a line) of a draft."""
    people = []
    for line in _lines("peserta"):
        name, _, position = line.partition(";")
        people.append({"name": name.strip(), "position": position.strip()})
    with services().store.write() as tx:
        evaluation.write_down(tx, evaluation_id, participants=people, findings=_lines("temuan"))
    return _to(evaluation_id)


def add_task(evaluation_id: int) -> ResponseReturnValue:
    """Add a follow-up to a draft."""
    with services().store.write() as tx:
        evaluation.require_draft(tx, evaluation_id)
        follow_ups.add_follow_up(
            tx,
            evaluation_id,
            task=request.form.get("tugas", ""),
            owner=request.form.get("penanggung", ""),
            due=read_day(request.form.get("batas", "")),
        )
    return _to(evaluation_id)


def set_task_state(evaluation_id: int, task_id: int) -> ResponseReturnValue:
    """Say how far a follow-up is."""
    with services().store.write() as tx:
        follow_ups.set_follow_up_state(
            tx, task_id, request.form.get("keadaan", ""), account=signed_in()
        )
    return _to(evaluation_id)


def approve_evaluation(evaluation_id: int) -> ResponseReturnValue:
    """Give it its number and file it."""
    catch_up(services().store, services().calendar)
    known = services()
    with known.store.write() as tx:
        evaluation.approve(tx, evaluation_id, _around(), account=signed_in())
    return _to(evaluation_id)


def add_evaluations(blueprint: Blueprint) -> None:
    """Attach the views."""
    one = "/evaluasi/<int:evaluation_id>"
    add(blueprint, "/evaluasi", evaluation_list, VIEWERS, "GET")
    add(blueprint, "/evaluasi", open_evaluation, LEAD, "POST")
    add(blueprint, one, evaluation_page, VIEWERS, "GET")
    add(blueprint, f"{one}/unduh", evaluation_file, VIEWERS, "GET")
    add(blueprint, one, write_evaluation, LEAD, "POST")
    add(blueprint, f"{one}/tindak-lanjut", add_task, LEAD, "POST")
    add(blueprint, f"{one}/tindak-lanjut/<int:task_id>", set_task_state, TEAM, "POST")
    add(blueprint, f"{one}/sahkan", approve_evaluation, LEAD, "POST")


def _content(tx: Transaction, found: evaluation.Evaluation) -> dict[str, object]:
    return evaluation.document_content(tx, found, _around())


def _around() -> evaluation.EvaluationContext:
    known = services()
    bundle = known.live_bundle()
    return evaluation.EvaluationContext(
        known.calendar,
        known.settings.wait_target_minutes,
        tuple(bundle.assets.knowledge.values()) if bundle else (),
    )


def _to(evaluation_id: int) -> ResponseReturnValue:
    return redirect(url_for("report.evaluation_page", evaluation_id=evaluation_id), 303)


def _lines(field: str) -> list[str]:
    return [line.strip() for line in request.form.get(field, "").splitlines() if line.strip()]
