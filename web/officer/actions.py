"""What officers do. Each is a POST with a CSRF token, one transaction of their desk."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from connectors import Desk
from foundation.errors import CaseConflictError, InvalidFormError
from handoff import BLANKS, Case, Outcome, attention_item, dismiss_attention, get_case, open_case_of
from storage import get_account
from web.accounts import require_role, signed_in
from web.context import services
from web.officer.desk import DeskFactory
from web.officer.pages import ROLES, Pages, is_part

logger = logging.getLogger(__name__)

NOTE_LIMIT = 1000
"""Characters of a closing note."""

KEY_LIMIT = 64
"""Characters of the key by which a form that is sent twice is known again."""


@dataclass(frozen=True)
class Actions:
    """The views that change something. Those on a foreign or closed case answer 409."""

    desks: DeskFactory
    pages: Pages

    def claim(self, case_id: int) -> ResponseReturnValue:
        """Take a waiting case."""
        return self.on_case(case_id, lambda desk: desk.claim(case_id))

    def release(self, case_id: int) -> ResponseReturnValue:
        """Put the case back into the queue."""
        return self.on_case(case_id, lambda desk: desk.release(case_id))

    def hand_back(self, case_id: int) -> ResponseReturnValue:
        """Hand the conversation back to the assistant."""
        return self.on_case(case_id, lambda desk: desk.return_to_bot(case_id))

    def resolve(self, case_id: int) -> ResponseReturnValue:
        """Close the case with its outcome."""
        outcome, note = _outcome(), _note()
        return self.on_case(case_id, lambda desk: desk.resolve(case_id, outcome=outcome, note=note))

    def reply(self, case_id: int) -> ResponseReturnValue:
        """Say something to the resident; a form that is sent twice is said once."""
        text = request.form.get("text", "").replace("\r\n", "\n")
        key = request.form.get("kunci", "")[:KEY_LIMIT]
        _refuse_blanks(text)

        def say(desk: Desk) -> Case:
            desk.reply(case_id, text, key=key)
            with services().store.read() as tx:
                return get_case(tx, case_id)

        return self.on_case(case_id, say)

    def step_in(self, item_id: int) -> ResponseReturnValue:
        """Take over the conversation of a turn on the list "Perlu dilihat"."""
        try:
            case = self.desks.desk_of(signed_in()).step_in(item_id)
        except CaseConflictError:
            with services().store.read() as tx:
                item = attention_item(tx, item_id)
                in_the_way = open_case_of(tx, item.conversation)
            return self.conflict(in_the_way, item.conversation)
        return self.done(case.conversation)

    def dismiss(self, item_id: int) -> ResponseReturnValue:
        """Take a turn off the list "Perlu dilihat"."""
        try:
            with services().store.write() as tx:
                dismiss_attention(tx, item_id, officer_id=signed_in().id)
        except CaseConflictError:
            # A colleague was quicker; it is off the list, which is all that was wanted.
            logger.info("attention item %d was already off the list", item_id)
        services().wakeups.publish()
        if is_part():
            return "", 204
        return redirect(url_for("officer.console", tab="dilihat"), 303)

    def on_case(self, case_id: int, action: Callable[[Desk], Case]) -> ResponseReturnValue:
        """Do something with a case; who was slower or may not is told who has it."""
        try:
            case = action(self.desks.desk_of(signed_in()))
        except CaseConflictError:
            with services().store.read() as tx:
                case = get_case(tx, case_id)
            return self.conflict(case, case.conversation)
        return self.done(case.conversation)

    def done(self, conversation_id: str, *, tab: str | None = "saya") -> ResponseReturnValue:
        """Answer that it is done: nothing to htmx, to others the conversation."""
        services().wakeups.publish()
        page = url_for("officer.conversation", conversation_id=conversation_id, tab=tab)
        if not is_part():
            return redirect(page, 303)
        # The console's script shows this conversation, if it is not the one on display.
        return "", 204, {"X-Halo-Percakapan": conversation_id}

    def conflict(self, case: Case | None, conversation_id: str) -> ResponseReturnValue:
        """Answer that the case is in other hands or closed."""
        holder = ""
        if case and case.officer_id and case.is_open:
            with services().store.read() as tx:
                owner = get_account(tx, case.officer_id)
            holder = owner.display_name if owner else ""
        conflict = {"case": case, "holder": holder}
        if not is_part():
            return self.pages.full_page(conversation_id, status=409, conflict=conflict)
        return render_template("officer/_bentrok.html", conflict=conflict), 409


def add_actions(blueprint: Blueprint, actions: Actions) -> None:
    """Attach the views to the blueprint, for officers only."""
    guard = require_role(*ROLES)
    for rule, endpoint, view in (
        ("/kasus/<int:case_id>/ambil", "claim", actions.claim),
        ("/kasus/<int:case_id>/lepas", "release", actions.release),
        ("/kasus/<int:case_id>/kembalikan", "hand_back", actions.hand_back),
        ("/kasus/<int:case_id>/selesai", "resolve", actions.resolve),
        ("/kasus/<int:case_id>/balas", "reply", actions.reply),
        ("/dilihat/<int:item_id>/masuk", "step_in", actions.step_in),
        ("/dilihat/<int:item_id>/sudah", "dismiss", actions.dismiss),
    ):
        blueprint.add_url_rule(rule, endpoint, guard(view), methods=["POST"])


def _refuse_blanks(text: str) -> None:
    """Keep a canned reply with an open blank from reaching a resident."""
    for blank in BLANKS:
        if f"{{{blank}}}" in text:
            raise InvalidFormError(
                f"open blank {blank}",
                reader_text=f"Isian {{{blank}}} belum diisi. Ganti dahulu sebelum mengirim.",
            )


def _outcome() -> Outcome:
    chosen = request.form.get("hasil", "")
    if chosen not in tuple(Outcome):
        raise InvalidFormError(
            f"outcome {chosen!r}", reader_text="Pilih hasil sebelum menutup kasus."
        )
    return Outcome(chosen)


def _note() -> str | None:
    note = request.form.get("catatan", "").replace("\r\n", "\n").strip()
    if len(note) > NOTE_LIMIT:
        raise InvalidFormError(
            f"note of {len(note)} characters",
            reader_text=f"Catatan paling banyak {NOTE_LIMIT} karakter.",
        )
    return note or None
