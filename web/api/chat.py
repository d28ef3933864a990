"""The widget's API: open a session, send messages, read or stream events."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from connectors.webchat import (
    CHANNEL,
    SessionTokens,
    Visitor,
    note_visitor,
    parse_inbound,
    public_events,
    read_visitor,
)
from foundation.errors import NotSignedInError, TooManyRequestsError
from storage import (
    Transaction,
    get_conversation,
    is_typing,
    open_conversation,
    read_events,
    receive,
)
from web.api.extras import ExtraViews
from web.api.files import FileViews
from web.api.origins import Origins
from web.api.request_data import json_body, whole_number
from web.api.session_views import SessionViews
from web.api.stream import ConversationStream
from web.context import feed, services
from web.ratelimit import Limit, RateLimiter
from web.services import LiveBundle, Services
from web.sse import stream_response

_HIGHEST_SEQ = 2**31 - 1
_PAGE = 1000
_STREAMS_PER_CONVERSATION = 12

_SESSIONS = Limit(burst=60, per_second=1)
_MESSAGES = Limit(burst=300, per_second=5)

_WELCOMES = ("utter_selamat_datang", "utter_sapa")
"""Responses that greet, the more particular one first."""

_WELCOME_WITHOUT_MODEL: Mapping[str, Any] = json.loads(
    Path(__file__).with_name("welcome.json").read_text(encoding="utf-8")
)


class ChatViews(SessionViews):
    """Sessions, messages and events."""

    def open_session(self) -> ResponseReturnValue:
        """Return the right to a new conversation.

        Nothing is written before the first message: most who look in say nothing. Only who is
        signed in on the embedding page is noted at once.
        """
        self.limiter.spend_for_address("sessions", request.remote_addr or "", _SESSIONS)
        known = services()
        conversation_id = known.new_id()
        if visitor := _visitor():
            with known.store.write() as tx:
                open_conversation(
                    tx, channel=CHANNEL, address=conversation_id, conversation_id=conversation_id
                )
                note_visitor(tx, conversation_id, visitor)
        answer = jsonify(
            token=self.tokens.issue(conversation_id),
            conversation=conversation_id,
            welcome=welcome(known.live_bundle()),
            whatsapp=bool(known.settings.whatsapp_number),
        )
        answer.status_code = 201
        return answer

    def post_message(self) -> ResponseReturnValue:
        """Store a message; a second copy of it is told so and changes nothing."""
        conversation_id = self.spend("messages", _MESSAGES)
        inbound = parse_inbound(
            json_body(), conversation_id=conversation_id, now=services().clock()
        )
        with services().store.write() as tx:
            open_conversation(
                tx, channel=CHANNEL, address=conversation_id, conversation_id=conversation_id
            )
            receipt = receive(tx, inbound)
        services().wakeups.publish()
        return jsonify(message_id=receipt.inbox_id, duplicate=receipt.duplicate), 202

    def list_events(self) -> ResponseReturnValue:
        """Return the events behind ``after``, at most ``limit``, and whether an officer types."""
        conversation_id = self.conversation()
        after = whole_number("after", 0, highest=_HIGHEST_SEQ)
        limit = max(1, whole_number("limit", _PAGE, highest=_PAGE))
        with services().store.read() as tx:
            _check_place(tx, conversation_id, after)
            found = read_events(tx, conversation_id, after=after, limit=limit)
            events = public_events(tx, found)
            typing = "officer" if is_typing(tx, conversation_id, "officer") else None
        last = events[-1]["id"] if events else after
        return jsonify(events=events, last=last, typing=typing)

    def stream_events(self) -> ResponseReturnValue:
        """Stream the events behind ``after``, or behind ``Last-Event-ID`` when that is higher."""
        conversation_id = self.conversation()
        after = whole_number("after", 0, highest=_HIGHEST_SEQ)
        last_seen = request.headers.get("Last-Event-ID", "")
        if last_seen.isascii() and last_seen.isdigit():
            after = max(after, min(int(last_seen[:19]), _HIGHEST_SEQ))
        with services().store.read() as tx:
            _check_place(tx, conversation_id, after)
        if feed().subscribers(conversation_id) >= _STREAMS_PER_CONVERSATION:
            raise TooManyRequestsError("too many streams of one conversation", retry_after=30)
        stream = ConversationStream(services().store, feed())
        return stream_response(stream.chunks(conversation_id, after=after))


def _visitor() -> Visitor | None:
    """Return whom the embedding page's server signed; nobody in most requests."""
    body = json_body() if request.get_data() else {}
    signed = body.get("visitor") if isinstance(body, Mapping) else None
    if signed is None:
        return None
    known = services()
    return read_visitor(signed, secret=known.settings.visitor_secret, now=known.clock())


def welcome(bundle: LiveBundle | None) -> Mapping[str, Any]:
    """Return ``{text, buttons[{title, payload}]}``, the greeting of an opened widget."""
    if bundle is None:
        return _WELCOME_WITHOUT_MODEL
    for response in _WELCOMES:
        if response in bundle.assets.domain.responses:
            said = bundle.assets.say(response, channel=CHANNEL)
            buttons = [{"title": one.title, "payload": one.payload} for one in said.buttons]
            return {"text": said.text, "buttons": buttons}
    return _WELCOME_WITHOUT_MODEL


def _check_place(tx: Transaction, conversation_id: str, after: int) -> None:
    """Raise ``NotSignedInError`` for a widget that has seen events of a talk that is not there.

    So it goes when an older copy of the store was put back: the widget must begin anew.
    """
    if 0 < after < _HIGHEST_SEQ and get_conversation(tx, conversation_id) is None:
        raise NotSignedInError("token of a conversation that is gone")


def chat_blueprint(services: Services, limiter: RateLimiter) -> Blueprint:
    """Return the blueprint of ``/api/chat``."""
    tokens = SessionTokens(services.secret_key)
    views, extras = ChatViews(tokens, limiter), ExtraViews(tokens, limiter)
    files = FileViews(tokens, limiter)
    origins = Origins(services.settings)
    blueprint = Blueprint("chat", __name__, url_prefix="/api/chat")
    blueprint.before_request(origins.check)
    blueprint.after_request(origins.allow)
    blueprint.after_request(_never_stored)
    for rule, endpoint, view, method in (
        ("/sessions", "open_session", views.open_session, "POST"),
        ("/messages", "post_message", views.post_message, "POST"),
        ("/events", "list_events", views.list_events, "GET"),
        ("/stream", "stream_events", views.stream_events, "GET"),
        *extras.rules(),
        *files.rules(),
    ):
        blueprint.add_url_rule(rule, endpoint, view, methods=[method])
    return blueprint


def _never_stored(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer
