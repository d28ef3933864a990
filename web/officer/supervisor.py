"""The supervisor's page: who is on, who waits, the service level, toggle, canned replies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from foundation.clock import WIB
from handoff import (
    ANNOUNCEMENT_LIMIT,
    BLANKS,
    Case,
    OfficerOnDuty,
    QueueCounts,
    ServiceLevel,
    ServiceToggle,
    alerted,
    all_claimed,
    list_canned,
    officers_on_duty,
    queue_counts,
    read_service_toggle,
    retire_canned,
    save_canned,
    service_level,
    set_service_toggle,
    waiting_cases,
)
from service_hours import Calendar
from storage import AuditEntry, Transaction, latest_audit_entries
from web.accounts import require_role, signed_in
from web.context import services
from web.officer.colleagues import Colleague, colleagues
from web.officer.selection import display_names

_SHOWN = 25
_AUDIT_ENTRIES = 30


@dataclass(frozen=True)
class CaseLine:
    """A case in one of the tables; minutes of service since it was opened."""

    case: Case
    holder: str
    minutes: int
    late: bool


@dataclass(frozen=True)
class Overview:
    """The state of the service at one moment."""

    now: datetime
    counts: QueueCounts
    officers: tuple[OfficerOnDuty, ...]
    waiting: tuple[CaseLine, ...]
    claimed: tuple[CaseLine, ...]
    today: ServiceLevel
    week: ServiceLevel
    target: int
    service_toggle: ServiceToggle
    alerts: tuple[Case, ...]
    audit_entries: tuple[AuditEntry, ...]
    names: dict[int, str]
    receivers: tuple[Colleague, ...]

    @property
    def ready(self) -> int:
        """How many officers take cases now."""
        return sum(officer.ready(self.now) for officer in self.officers)


def read_overview(tx: Transaction, calendar: Calendar, *, target: int) -> Overview:
    """Read everything that the supervisor's page shows. ``target`` in service minutes."""
    names = display_names(tx)

    def line(case: Case) -> CaseLine:
        minutes = int(calendar.service_minutes_between(case.opened_at, tx.now))
        late = case.claimed_at is None and minutes > target
        return CaseLine(case, names.get(case.officer_id or 0, ""), minutes, late)

    midnight = datetime.combine(tx.now.astimezone(WIB).date(), time(), WIB)
    return Overview(
        now=tx.now,
        counts=queue_counts(tx),
        officers=tuple(officers_on_duty(tx)),
        waiting=tuple(map(line, waiting_cases(tx, limit=_SHOWN))),
        claimed=tuple(map(line, all_claimed(tx, limit=_SHOWN))),
        today=service_level(tx, calendar, since=midnight, target_minutes=target),
        week=service_level(tx, calendar, since=midnight - timedelta(days=6), target_minutes=target),
        target=target,
        service_toggle=read_service_toggle(tx),
        alerts=tuple(alerted(tx)),
        audit_entries=tuple(latest_audit_entries(tx, limit=_AUDIT_ENTRIES)),
        names=names,
        receivers=colleagues(tx),
    )


def overview() -> ResponseReturnValue:
    """Show the page, or its changing part to htmx."""
    known = services()
    with known.store.read() as tx:
        found = read_overview(tx, known.calendar, target=known.settings.wait_target_minutes)
    part = request.headers.get("HX-Request") == "true"
    page = render_template(
        "officer/_pengawas.html" if part else "officer/pengawas.html",
        view=found,
        officer=signed_in(),
        hours=known.calendar.status(found.now),
        limit=ANNOUNCEMENT_LIMIT,
    )
    return _fresh(page)


def change_service_toggle() -> ResponseReturnValue:
    """Switch the officers' service off or on, or change the announcement."""
    with services().store.write() as tx:
        set_service_toggle(
            tx,
            off=request.form.get("layanan") == "mati",
            announcement=request.form.get("pengumuman", ""),
            account_id=signed_in().id,
        )
    services().wakeups.publish()
    return redirect(url_for("officer.overview"), 303)


def canned_page() -> ResponseReturnValue:
    """Show all canned replies for editing."""
    with services().store.read() as tx:
        replies = list_canned(tx, all_of_them=True)
    page = render_template(
        "officer/balasan.html",
        replies=replies,
        blanks=BLANKS,
        officer=signed_in(),
        hours=services().calendar.status(services().clock()),
    )
    return _fresh(page)


def save_reply() -> ResponseReturnValue:
    """Add a canned reply or change one."""
    number = request.form.get("id", "")
    with services().store.write() as tx:
        save_canned(
            tx,
            title=request.form.get("judul", ""),
            text=request.form.get("isi", "").replace("\r\n", "\n"),
            account_id=signed_in().id,
            reply_id=int(number) if number.isascii() and number.isdigit() else None,
        )
    return redirect(url_for("officer.canned_page"), 303)


def retire_reply(reply_id: int) -> ResponseReturnValue:
    """Offer a canned reply no longer."""
    with services().store.write() as tx:
        retire_canned(tx, reply_id, account_id=signed_in().id)
    return redirect(url_for("officer.canned_page"), 303)


def add_supervision(blueprint: Blueprint) -> None:
    """Attach the views to the blueprint, for supervisors only."""
    guard = require_role("supervisor")
    for rule, endpoint, view in (
        ("/pengawas", "overview", overview),
        ("/balasan", "canned_page", canned_page),
    ):
        blueprint.add_url_rule(rule, endpoint, guard(view))
    for rule, endpoint, change in (
        ("/pengawas/layanan", "change_service_toggle", guard(change_service_toggle)),
        ("/balasan/simpan", "save_reply", guard(save_reply)),
        ("/balasan/<int:reply_id>/arsipkan", "retire_reply", guard(retire_reply)),
    ):
        blueprint.add_url_rule(rule, endpoint, change, methods=["POST"])


def _fresh(page: str) -> ResponseReturnValue:
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Vary"] = "Cookie, HX-Request"
    return answer
