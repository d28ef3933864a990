"""What officers do besides answering: presence, handing over, notes, labels, real intents."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from connectors import Desk
from foundation.clock import indonesian_time
from foundation.errors import InvalidFormError
from foundation.numbers import whole_number
from handoff import (
    Case,
    CaseState,
    Presence,
    access_case,
    fill_in,
    list_canned,
    offers_to,
    presence_of,
)
from storage import Transaction, get_account, note_typing
from web.accounts import require_role, signed_in
from web.context import services
from web.officer.access import ROLES
from web.officer.actions import Actions
from web.officer.pages import is_part


@dataclass(frozen=True)
class Tools:
    """Views beside those of :class:`Actions`, which answers when a case is in other hands."""

    actions: Actions

    def presence(self) -> ResponseReturnValue:
        """Show what the officer said of themselves."""
        with services().store.read() as tx:
            officer = presence_of(tx, signed_in().id)
            offered = len(offers_to(tx, signed_in().id))
        return render_template("officer/_kehadiran.html", on_duty=officer, offered=offered)

    def set_presence(self) -> ResponseReturnValue:
        """Say whether one takes cases, and how many."""
        state = request.form.get("keadaan", "")
        if state not in tuple(Presence):
            raise InvalidFormError(f"presence {state!r}", reader_text="Pilih kehadiran Anda.")
        self._desk().set_presence(Presence(state), capacity=_capacity())
        services().wakeups.publish()
        if is_part():
            return self.presence()
        return redirect(url_for("officer.console"), 303)

    def transfer(self, case_id: int) -> ResponseReturnValue:
        """Give the case to a colleague."""
        receiver = _officer_number()
        return self.actions.on_case(
            case_id, lambda desk: desk.transfer(case_id, to_officer=receiver)
        )

    def take_over(self, case_id: int) -> ResponseReturnValue:
        """Answer instead of whoever has the case (supervisors)."""
        return self.actions.on_case(case_id, lambda desk: desk.take_over(case_id))

    def note(self, case_id: int) -> ResponseReturnValue:
        """Write an internal note."""
        text = request.form.get("text", "").replace("\r\n", "\n")

        def write(desk: Desk) -> Case:
            desk.note(case_id, text)
            return _case(case_id)

        return self.actions.on_case(case_id, write)

    def label(self, case_id: int) -> ResponseReturnValue:
        """Give the case its labels."""
        line = request.form.get("label", "")
        return self.actions.on_case(case_id, lambda desk: desk.label(case_id, line))

    def typing(self, case_id: int) -> ResponseReturnValue:
        """Show the resident that an answer is being written; only the case's officer may."""
        with services().store.write(durable=False) as tx:
            case = access_case(tx, signed_in(), case_id)
            if case.state is CaseState.CLAIMED and case.officer_id == signed_in().id:
                note_typing(tx, case.conversation, "officer")
        services().wakeups.publish()
        return "", 204

    def intent(self, conversation_id: str) -> ResponseReturnValue:
        """Say what a turn really meant."""
        label = request.form.get("maksud", "")
        turn = request.form.get("giliran", "")
        if not turn or label not in self.actions.desks.intents():
            raise InvalidFormError(
                f"label {label!r}", reader_text="Pilih maksud dari daftar yang ada."
            )
        self._desk().label_intent(conversation_id, turn, label)
        return self.actions.done(conversation_id, tab=None)

    def canned(self) -> ResponseReturnValue:
        """Show the canned replies that have all the words of ``q``, their blanks filled in."""
        with services().store.read() as tx:
            replies = list_canned(tx, search=request.args.get("q", "")[:100])
            values = self._values(tx, request.args.get("percakapan", ""))
        shown = [(reply, fill_in(reply.text, values)) for reply in replies]
        return render_template("officer/_balasan.html", replies=shown)

    def _values(self, tx: Transaction, conversation_id: str) -> dict[str, str]:
        values = {
            "petugas": signed_in().display_name,
            "jam": indonesian_time(services().clock()),
        }
        if not conversation_id:
            return values
        selection = self.actions.pages.select(tx, conversation_id)
        values["nama"] = dict(selection.card.slots).get("nama", "")
        values["tiket"] = selection.case.ticket if selection.case else ""
        return values

    def _desk(self) -> Desk:
        return self.actions.desks.desk_of(signed_in())


def add_tools(blueprint: Blueprint, tools: Tools) -> None:
    """Attach the views to the blueprint, for officers only; taking over is for supervisors."""
    guard, above = require_role(*ROLES), require_role("supervisor")
    blueprint.add_url_rule("/kehadiran", "presence", guard(tools.presence))
    blueprint.add_url_rule("/balasan/cari", "canned", guard(tools.canned))
    for rule, endpoint, view in (
        ("/kehadiran", "set_presence", guard(tools.set_presence)),
        ("/kasus/<int:case_id>/teruskan", "transfer", guard(tools.transfer)),
        ("/kasus/<int:case_id>/ambil-alih", "take_over", above(tools.take_over)),
        ("/kasus/<int:case_id>/catatan", "note", guard(tools.note)),
        ("/kasus/<int:case_id>/label", "label", guard(tools.label)),
        ("/kasus/<int:case_id>/mengetik", "typing", guard(tools.typing)),
        ("/percakapan/<conversation_id>/maksud", "intent", guard(tools.intent)),
    ):
        blueprint.add_url_rule(rule, endpoint, view, methods=["POST"])


def _case(case_id: int) -> Case:
    with services().store.read() as tx:
        return access_case(tx, signed_in(), case_id)


def _capacity() -> int | None:
    text = request.form.get("kapasitas", "").strip()
    if not text:
        return None
    number = whole_number(text, largest=999)
    if number is None:
        raise InvalidFormError(f"capacity {text!r}", reader_text="Kapasitas harus angka.")
    return number


def _officer_number() -> int:
    text = request.form.get("petugas", "")
    number = whole_number(text) or 0
    with services().store.read() as tx:
        if get_account(tx, number) is None:
            raise InvalidFormError(f"officer {text!r}", reader_text="Pilih petugas penerima.")
    return number
