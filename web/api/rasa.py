"""Rasa's HTTP addresses, so that clients of a Rasa server work unchanged."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from connectors import receive_from
from connectors.rest import REST, rasa_messages, sender_of
from foundation import __version__
from foundation.addresses import is_loopback
from foundation.errors import BadMessageError, NotSignedInError
from learning import active_job
from web.api.request_data import bearer_token, json_body
from web.context import feed, services
from web.ratelimit import Limit, RateLimiter
from web.turns import wait_for_replies

TURN_SECONDS = 10.0
"""How long the REST channel waits for its turn (DESIGN, section 6)."""

_REQUESTS = Limit(burst=100, per_second=20)
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


@dataclass(frozen=True)
class RasaViews:
    """The views and the limiter that they share."""

    limiter: RateLimiter

    def webhook(self) -> ResponseReturnValue:
        """Store the message, wait for its turn and return what the assistant said."""
        self._admit()
        body = json_body()
        sender = sender_of(body)
        known = services()
        with known.store.write() as tx:
            received = receive_from(tx, REST, body, address=sender, message_id=known.new_id())
        conversation, receipt = received.conversation, received.receipt
        known.wakeups.publish()
        if conversation.owner is not None:
            return jsonify([])
        replies = wait_for_replies(
            known.store, feed(), conversation.id, receipt, timeout=TURN_SECONDS
        )
        return jsonify(rasa_messages(sender, replies))

    def parse(self) -> ResponseReturnValue:
        """Return what the model understands of ``text``; nothing is stored."""
        self._admit()
        body = json_body()
        text = body.get("text") if isinstance(body, dict) else None
        if not isinstance(text, str):
            raise BadMessageError("text must be a text")
        parsed = dict(services().ask_worker({"op": "parse", "text": text}))
        if "message_id" in body:
            parsed["message_id"] = body["message_id"]
        return jsonify(parsed)

    def _admit(self) -> None:
        if not _from_this_machine():
            _demand_token(services().settings.rest_token)
        self.limiter.spend_for_address("rest", request.remote_addr or "", _REQUESTS)


def rasa_blueprint(limiter: RateLimiter) -> Blueprint:
    """Return the blueprint of Rasa's addresses."""
    views = RasaViews(limiter)
    blueprint = Blueprint("rasa", __name__)
    blueprint.add_url_rule("/webhooks/rest/webhook", "webhook", views.webhook, methods=["POST"])
    blueprint.add_url_rule("/webhooks/rest/", "channel_health", _channel_health)
    blueprint.add_url_rule("/model/parse", "parse", views.parse, methods=["POST"])
    blueprint.add_url_rule("/status", "status", _status)
    blueprint.add_url_rule("/version", "version", _version)
    return blueprint


def _channel_health() -> ResponseReturnValue:
    return jsonify(status="ok")


def _status() -> ResponseReturnValue:
    bundle = services().live_bundle()
    version = bundle.version if bundle else None
    with services().store.read() as tx:
        training = int(active_job(tx) is not None)
    return jsonify(model_id=version, model_file=version, num_active_training_jobs=training)


def _version() -> ResponseReturnValue:
    return jsonify(version=__version__, minimum_compatible_version=__version__)


def _from_this_machine() -> bool:
    """Whether a program on this machine asks a server that only this machine can reach.

    A request that a proxy handed on, or that another site's page made a browser send, is not.
    """
    return (
        services().settings.on_loopback
        and is_loopback(request.remote_addr)
        and not any(name in request.headers for name in _FORWARDED)
        and request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin")
    )


def _demand_token(expected: str) -> None:
    given = bearer_token()
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise NotSignedInError("wrong REST token")
