"""What the widget does besides talking: rating, the queue, typing, WhatsApp, erasing."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import jsonify
from flask.typing import ResponseReturnValue

from connectors.webchat import (
    CHANNEL,
    new_continuation_code,
    new_receipt,
    parse_rating,
    rate,
    whatsapp_link,
)
from foundation.errors import InvalidFormError, NotFoundError
from handoff import expire, open_case_of, read_service_toggle, waiting_estimate
from storage import (
    append_event,
    erase_content,
    get_conversation,
    note_typing,
    open_conversation,
    save_continuation,
)
from web.api.request_data import json_body
from web.api.session_views import SessionViews
from web.context import services
from web.ratelimit import Limit

_RATINGS = Limit(burst=60, per_second=0.5)
_TYPING = Limit(burst=10, per_second=0.5)
_CODES = Limit(burst=10, per_second=0.05)
_ERASURES = Limit(burst=10, per_second=0.1)


class ExtraViews(SessionViews):
    """Rating, queue, typing, WhatsApp and erasing."""

    def rate(self) -> ResponseReturnValue:
        """Keep a rating; a second copy of it changes nothing."""
        conversation_id = self.spend("ratings", _RATINGS)
        rating = parse_rating(json_body())
        with services().store.write() as tx:
            event = rate(tx, conversation_id, rating)
        services().wakeups.publish()
        return jsonify(id=event.seq), 201

    def queue(self) -> ResponseReturnValue:
        """Return place and estimate of the waiting case; all ``null`` when none waits."""
        conversation_id = self.conversation()
        known = services()
        with known.store.read() as tx:
            case = open_case_of(tx, conversation_id)
            wait = waiting_estimate(tx, case, known.calendar) if case else None
            switched_off = read_service_toggle(tx).off
        hours = known.calendar.status(known.clock())
        opens = None if hours.is_open or switched_off else hours.next_opening
        return jsonify(
            place=wait.place if wait else None,
            minutes=wait.minutes if wait else None,
            at=wait.at.isoformat() if wait and wait.at else None,
            opens_at=opens.isoformat() if opens else None,
        )

    def typing(self) -> ResponseReturnValue:
        """Let the officer who has the conversation see that the resident types; else nothing."""
        conversation_id = self.spend("typing", _TYPING)
        known = services()
        with known.store.read() as tx:
            conversation = get_conversation(tx, conversation_id)
        if conversation is not None and conversation.owner is not None:
            with known.store.write() as tx:
                note_typing(tx, conversation_id, "resident")
            known.wakeups.publish()
        return "", 204

    def go_on(self) -> ResponseReturnValue:
        """Return a code and a link with which the talk goes on in WhatsApp, once, for a day."""
        conversation_id = self.spend("codes", _CODES)
        known = services()
        number = known.settings.whatsapp_number
        if not number:
            raise NotFoundError("no WhatsApp number is set")
        code = new_continuation_code(secrets.randbelow)
        with known.store.write() as tx:
            open_conversation(
                tx, channel=CHANNEL, address=conversation_id, conversation_id=conversation_id
            )
            save_continuation(tx, code=code, conversation_id=conversation_id)
        link = whatsapp_link(number, code)
        return jsonify(code=link.code, url=link.url, qr=list(link.qr)), 201

    def erase(self) -> ResponseReturnValue:
        """Erase what was said, for good; an open case ends with it."""
        conversation_id = self.spend("erasures", _ERASURES)
        body = json_body()
        if not isinstance(body, Mapping) or body.get("confirm") is not True:
            raise InvalidFormError("erasing needs {confirm: true}")
        with services().store.write() as tx:
            if get_conversation(tx, conversation_id) is None:
                return jsonify(erased=0, at=tx.now.isoformat(), receipt=None)
            if case := open_case_of(tx, conversation_id):
                expire(tx, case.id, actor="resident")
            erased = erase_content(tx, conversation_id)
            # The office finds the receipt again in the log; it says nothing about who or what.
            receipt = new_receipt(secrets.randbelow)
            data = {"receipt": receipt, "contents": erased}
            append_event(tx, conversation_id, type="erased", actor="resident", data=data)
            at = tx.now
        services().wakeups.publish()
        return jsonify(erased=erased, at=at.isoformat(), receipt=receipt)

    def rules(self) -> tuple[tuple[str, str, Any, str], ...]:
        """Return (path, endpoint, view, method) of each."""
        return (
            ("/ratings", "rate", self.rate, "POST"),
            ("/queue", "queue", self.queue, "GET"),
            ("/typing", "typing", self.typing, "POST"),
            ("/continue", "go_on", self.go_on, "POST"),
            ("/erase", "erase", self.erase, "POST"),
        )
