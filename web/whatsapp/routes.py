"""``GET|POST /webhooks/whatsapp``: verified, stored, answered; thinking comes later.

Meta sends a body again until it gets a 200, for days: so a 200 comes only after the commit, and
no content whatever leads to a 5xx (SPEC sections 1 and 2).
"""

from __future__ import annotations

import hashlib
import logging
import random
import time
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry

from connectors.whatsapp import (
    GroupedIngest,
    challenge_of,
    channel_state,
    make_ingest,
    signature_is_valid,
)
from foundation.errors import BadMessageError
from foundation.settings import WhatsAppSettings
from web.context import services as current_services
from web.services import Services
from web.whatsapp.metrics import WebhookMetrics

logger = logging.getLogger(__name__)

BODY_LIMIT = 4 * 1024 * 1024
"""Bytes; Meta's bodies carry up to 3 MB."""

_METRICS = "halo_whatsapp_metrics"


@dataclass(frozen=True)
class WebhookViews:
    """The two views of the address."""

    settings: WhatsAppSettings
    ingest: GroupedIngest
    services: Services
    metrics: WebhookMetrics

    def verify(self) -> ResponseReturnValue:
        """Echo Meta's challenge when it knows our token."""
        challenge = challenge_of(request.args, self.settings.verify_token)
        if challenge is None:
            logger.warning("a verification request of the webhook was refused")
            return Response(status=403)
        return Response(challenge, content_type="text/plain; charset=utf-8")

    def take(self) -> ResponseReturnValue:
        """Store a body and say so."""
        request.max_content_length = BODY_LIMIT
        raw = request.get_data(cache=False)
        signature = request.headers.get("X-Hub-Signature-256")
        if not signature_is_valid(raw, signature, self.settings.app_secrets):
            logger.warning("a webhook body without a valid signature was refused")
            self.metrics.count_body("forged")
            return Response(status=401)
        try:
            report = self.ingest.take(raw)
        except BadMessageError as error:
            digest = hashlib.sha256(raw).hexdigest()[:16]
            logger.warning("%s (%d bytes, sha256 %s…)", error, len(raw), digest)
            self.metrics.count_body("unreadable")
            return Response(status=400)
        self.metrics.count_body("taken")
        self.metrics.count_items(report)
        if report.wakes:
            self.services.wakeups.publish()
        return Response(status=200)


def whatsapp_metrics() -> CollectorRegistry:
    """Return the registry of the channel's metrics, with how the channel stands now."""
    known = current_services()
    with known.store.read() as tx:
        state = channel_state(tx, known.settings.whatsapp.phone_number_id)
    metrics: WebhookMetrics = current_app.extensions[_METRICS]
    return metrics.look(state)


def register(app: Flask, services: Services) -> None:
    """Attach the webhook. It knows no cookies, so it needs no CSRF token."""
    settings = services.settings.whatsapp
    metrics = WebhookMetrics()
    ingest = make_ingest(
        settings,
        services.store,
        new_ticket=services.new_ticket,
        new_id=services.new_id,
        # Spreads retries; nothing secret.
        jitter=random.random,
    )
    views = WebhookViews(settings, GroupedIngest(ingest, time.sleep), services, metrics)
    blueprint = Blueprint("whatsapp", __name__)
    blueprint.add_url_rule("/webhooks/whatsapp", "verify", views.verify, methods=["GET"])
    blueprint.add_url_rule("/webhooks/whatsapp", "take", views.take, methods=["POST"])
    app.register_blueprint(blueprint)
    app.extensions["csrf"].exempt(blueprint)
    app.extensions[_METRICS] = metrics
