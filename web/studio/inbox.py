"""The inbox: which turns wait for eyes, by queue, most telling first."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from foundation.errors import InvalidFormError
from learning import (
    QUEUES,
    agreement_so_far,
    latest_judgements,
    members_of,
    queue_counts,
    read_groups,
    read_turn,
    second_looks,
)
from storage import add_audit_entry
from web.accounts import signed_in
from web.context import services
from web.officer.selection import display_names
from web.studio.frame import label_titles, page, readers, writers

_SHOWN = 40
_LEAST_REASON, _MOST_REASON = 5, 300


def inbox() -> ResponseReturnValue:
    """Show one queue, or all of them together."""
    queue = request.args.get("antrean", "semua")
    with services().store.read() as tx:
        groups = read_groups(tx, queue, after=_number("setelah", -1), limit=_SHOWN)
        return page(
            "studio/kotak.html",
            queue=queue,
            queues=QUEUES,
            counts=queue_counts(tx),
            groups=groups,
            next_place=groups[-1].place if len(groups) == _SHOWN else None,
            titles=label_titles(tx),
            agreement=agreement_so_far(tx),
            second=len(second_looks(tx, signed_in())),
            actions=latest_judgements(tx, limit=10),
            names=display_names(tx),
        )


def group(event_id: int) -> ResponseReturnValue:
    """Show a turn with all that is nearly the same, and what the assistant made of each."""
    with services().store.read() as tx:
        return page(
            "studio/kelompok.html",
            turns=members_of(tx, event_id),
            titles=label_titles(tx),
            unmasked="",
            least=_LEAST_REASON,
        )


def unmask(event_id: int) -> ResponseReturnValue:
    """Show one turn's words as they were written; who asked and why is written down first."""
    reason = " ".join(request.form.get("alasan", "").split())
    if not _LEAST_REASON <= len(reason) <= _MOST_REASON:
        raise InvalidFormError(
            "no reason",
            reader_text=f"Tulis alasannya, {_LEAST_REASON} sampai {_MOST_REASON} karakter.",
        )
    with services().store.write() as tx:
        turn = read_turn(tx, event_id)
        data = {"event_id": event_id, "reason": reason}
        add_audit_entry(tx, "identifiers_unmasked", account_id=signed_in().id, data=data)
    with services().store.read() as tx:
        return page(
            "studio/kelompok.html",
            turns=members_of(tx, event_id),
            titles=label_titles(tx),
            unmasked=turn.text,
            least=_LEAST_REASON,
        )


def add_inbox(blueprint: Blueprint) -> None:
    """Attach the views."""
    blueprint.add_url_rule("/kotak", "inbox", readers(inbox))
    blueprint.add_url_rule("/kotak/<int:event_id>", "group", readers(group))
    blueprint.add_url_rule(
        "/kotak/<int:event_id>/buka", "unmask", writers(unmask), methods=["POST"]
    )


def _number(name: str, default: int) -> int:
    value = request.args.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else default
