"""What officers see: the console, its parts that are fetched anew, and its stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from connectors import OFFICER_TEXT_LIMIT
from handoff import Outcome, presence_of
from storage import Transaction
from web.accounts import may, require_role, signed_in
from web.context import feed, services
from web.officer.board import TABS, read_board
from web.officer.desk import DeskFactory
from web.officer.selection import Selection, display_names, read_selection
from web.officer.stream import ConsoleStream
from web.officer.transcript import page_after, page_before
from web.sse import stream_response

ROLES = ("petugas", "supervisor")


def is_part() -> bool:
    """Whether htmx asks for a part of the console."""
    return (
        request.headers.get("HX-Request") == "true"
        and request.headers.get("HX-History-Restore-Request") != "true"
    )


def chosen_tab() -> str:
    """Return the tab of the lists that is asked for."""
    tab = request.values.get("tab", "")
    return tab if tab in TABS else TABS[0]


@dataclass(frozen=True)
class Pages:
    """The views of the console that change nothing."""

    desks: DeskFactory

    def console(self) -> ResponseReturnValue:
        """Show the whole console without a conversation."""
        return self.full_page(None)

    def conversation(self, conversation_id: str) -> ResponseReturnValue:
        """Show a conversation with its card: a part of the console, or the whole of it."""
        if not is_part():
            return self.full_page(conversation_id)
        with services().store.read() as tx:
            selection = self.select(tx, conversation_id)
        return _fresh(self._render("officer/_percakapan.html", selection=selection))

    def full_page(
        self,
        conversation_id: str | None,
        *,
        status: int = 200,
        conflict: Mapping[str, Any] | None = None,
    ) -> ResponseReturnValue:
        """Show the whole console; a ``conflict`` (``case``, ``holder``) is told on top."""
        with services().store.read() as tx:
            board = read_board(tx, signed_in(), services().calendar)
            selection = self.select(tx, conversation_id) if conversation_id else None
            on_duty = presence_of(tx, signed_in().id)
        page = self._render(
            "officer/konsol.html",
            board=board,
            selection=selection,
            on_duty=on_duty,
            offered=len(board.offered),
            conflict=conflict,
            view="kartu" if request.args.get("lihat") == "kartu" else "",
        )
        return _fresh(page, status)

    def lists(self) -> ResponseReturnValue:
        """Show the list panel anew."""
        with services().store.read() as tx:
            board = read_board(tx, signed_in(), services().calendar)
        return _fresh(
            self._render("officer/_antrean.html", board=board, chosen=request.args.get("pilih", ""))
        )

    def newer(self, conversation_id: str) -> ResponseReturnValue:
        """Show the lines after the event ``after``, to be put below the transcript."""
        with services().store.read() as tx:
            names = display_names(tx)
            page = page_after(tx, conversation_id, names, after=_number("after"))
        return _fresh(
            render_template("officer/_baris.html", page=page, conversation_id=conversation_id)
        )

    def older(self, conversation_id: str) -> ResponseReturnValue:
        """Show the lines before the event ``before``, to be put above the transcript."""
        with services().store.read() as tx:
            names = display_names(tx)
            page = page_before(tx, conversation_id, names, before=_number("before"))
        return _fresh(
            render_template("officer/_lama.html", page=page, conversation_id=conversation_id)
        )

    def state(self, conversation_id: str) -> ResponseReturnValue:
        """Show what may be done with the conversation now, and its card."""
        with services().store.read() as tx:
            selection = self.select(tx, conversation_id)
        return _fresh(self._render("officer/_keadaan.html", selection=selection))

    def stream(self) -> ResponseReturnValue:
        """Open the console's stream of changes."""
        stream = ConsoleStream(
            services=services(),
            feed=feed(),
            officer=signed_in(),
            conversation_id=request.args.get("percakapan") or None,
            in_front=request.args.get("latar") != "ya",
            came_from=request.args.get("dari") or None,
        )
        return stream_response(stream.chunks())

    def select(self, tx: Transaction, conversation_id: str) -> Selection:
        """Read a conversation for the signed-in officer. Raises ``NotFoundError``."""
        return read_selection(
            tx,
            signed_in(),
            conversation_id,
            knowledge=self.desks.assets().knowledge,
            calendar=services().calendar,
        )

    def _render(self, template: str, **values: Any) -> str:
        return render_template(
            template,
            officer=signed_in(),
            supervises=may(signed_in(), "supervisor"),
            tab=chosen_tab(),
            now=services().clock(),
            hours=services().calendar.status(services().clock()),
            text_limit=OFFICER_TEXT_LIMIT,
            intents=self.desks.intents(),
            outcomes=[outcome.value for outcome in Outcome],
            new_key=services().new_id,
            **values,
        )


def add_pages(blueprint: Blueprint, pages: Pages) -> None:
    """Attach the views to the blueprint, for officers only."""
    guard = require_role(*ROLES)
    for rule, endpoint, view in (
        ("", "console", pages.console),
        ("/antrean", "lists", pages.lists),
        ("/aliran", "stream", pages.stream),
        ("/percakapan/<conversation_id>", "conversation", pages.conversation),
        ("/percakapan/<conversation_id>/baru", "newer", pages.newer),
        ("/percakapan/<conversation_id>/lama", "older", pages.older),
        ("/percakapan/<conversation_id>/keadaan", "state", pages.state),
    ):
        blueprint.add_url_rule(rule, endpoint, guard(view), methods=["GET"])


def _number(name: str) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _fresh(page: str, status: int = 200) -> ResponseReturnValue:
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    # The same address is a page or a part of it, depending on who asks.
    answer.headers["Vary"] = "Cookie, HX-Request"
    return answer
