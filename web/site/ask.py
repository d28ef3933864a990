"""The chat without JavaScript: a form, the answer on the page, an officer's reply on reloading.

It is the widget's channel; the right to the conversation lies in the signed session cookie.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from connectors.webchat import CHANNEL, parse_inbound, public_events
from foundation.errors import StoreUnavailableError
from handoff import Case, latest_case
from storage import get_conversation, open_conversation, read_events, receive
from web.api.chat import welcome
from web.context import feed, services
from web.ratelimit import Limit, RateLimiter
from web.turns import wait_for_replies

TURN_SECONDS = 8.0
"""A page that takes longer than this to load is given up by its reader."""

_QUESTIONS = Limit(burst=30, per_second=0.5)
_SESSION_KEY = "tanya"
_SHOWN = 200


@dataclass(frozen=True)
class History:
    """What this browser's conversation holds, in the widget's form."""

    messages: Sequence[Mapping[str, Any]] = ()
    case: Case | None = None


_NOTHING = History()


@dataclass(frozen=True)
class AskViews:
    """The views of ``/tanya``."""

    limiter: RateLimiter

    def page(self) -> ResponseReturnValue:
        """Show the conversation so far and the form."""
        return _page(_history(), text=request.args.get("q", "")[:2000])

    def send(self) -> ResponseReturnValue:
        """Store the question, wait for its turn, and show the page anew."""
        self.limiter.spend_for_address("ask", request.remote_addr or "", _QUESTIONS)
        known = services()
        text = request.form.get("teks", "").strip()
        payload = request.form.get("payload")
        if not text and not payload:
            return _page(_history(), error=True)
        body = _body(text, payload)
        own = _own_conversation()
        try:
            with known.store.write() as tx:
                conversation = open_conversation(
                    tx, channel=CHANNEL, address=own, conversation_id=own
                )
                inbound = parse_inbound(body, conversation_id=conversation.id, now=tx.now)
                receipt = receive(tx, inbound)
        except StoreUnavailableError as error:
            # The reader's words must not be lost: the page comes back with them.
            return _page(_NOTHING, text=text, problem=error.reader_text), error.http_status
        known.wakeups.publish()
        wait_for_replies(known.store, feed(), conversation.id, receipt, timeout=TURN_SECONDS)
        return redirect(url_for("ask.page") + "#akhir", 303)

    def restart(self) -> ResponseReturnValue:
        """Forget this browser's conversation."""
        session.pop(_SESSION_KEY, None)
        return redirect(url_for("ask.page"), 303)


def ask_blueprint(limiter: RateLimiter) -> Blueprint:
    """Return the blueprint of ``/tanya``."""
    views = AskViews(limiter)
    blueprint = Blueprint("ask", __name__)
    blueprint.add_url_rule("/tanya", "page", views.page)
    blueprint.add_url_rule("/tanya", "send", views.send, methods=["POST"])
    blueprint.add_url_rule("/tanya/baru", "restart", views.restart, methods=["POST"])
    return blueprint


def _own_conversation() -> str:
    if _SESSION_KEY not in session:
        session[_SESSION_KEY] = services().new_id()
    return str(session[_SESSION_KEY])


def _body(text: str, payload: str | None) -> Mapping[str, Any]:
    body: dict[str, Any] = {"client_message_id": request.form.get("kunci", "")}
    if payload:
        return body | {"payload": payload, "title": request.form.get("judul", "")}
    return body | {"text": text}


def _history() -> History:
    conversation_id = session.get(_SESSION_KEY)
    if not conversation_id:
        return _NOTHING
    with services().store.read() as tx:
        conversation = get_conversation(tx, str(conversation_id))
        if conversation is None:
            return _NOTHING
        after = max(0, conversation.last_seq - _SHOWN)
        events = public_events(tx, read_events(tx, conversation.id, after=after))
        case = latest_case(tx, conversation.id)
    return History([event for event in events if event["type"] == "message"], case)


def _page(history: History, *, text: str = "", error: bool = False, problem: str = "") -> str:
    messages = history.messages
    return render_template(
        "site/ask.html",
        messages=messages,
        case=history.case,
        waiting=bool(messages) and messages[-1]["from"] == "resident",
        welcome=welcome(services().live_bundle()),
        key=services().new_id(),
        text=text,
        error=error,
        problem=problem,
    )
