"""The addresses that machines look at."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST

from foundation.counting import exposition
from foundation.errors import StoreUnavailableError
from storage import tables
from web.context import services
from web.ops.metrics import RequestMetrics
from web.ops.readiness import problems
from web.whatsapp import whatsapp_metrics


@dataclass(frozen=True)
class OpsViews:
    """The views and the metrics that they show."""

    metrics: RequestMetrics

    def health(self) -> ResponseReturnValue:
        """Answer 200 while the process runs and the store can be read, else 503."""
        try:
            with services().store.read() as tx:
                tx.connection.execute(sa.select(sa.literal(1)))
        except StoreUnavailableError:
            return jsonify(status="store unavailable"), 503
        return jsonify(status="ok")

    def readiness(self) -> ResponseReturnValue:
        """Answer 200 when residents get automatic answers, else 503 with the reasons."""
        found = problems(services())
        return jsonify(ready=not found, problems=found), 503 if found else 200

    def show_metrics(self) -> ResponseReturnValue:
        """Return the metrics of this host's web processes."""
        waiting = sa.select(sa.func.count()).where(tables.inbox.c.turn_id.is_(None))
        with services().store.read() as tx:
            inbox_waiting = tx.connection.execute(waiting).scalar_one()
        own = self.metrics.look(inbox_waiting=inbox_waiting)
        text = exposition((own, whatsapp_metrics()))
        return Response(text, content_type=CONTENT_TYPE_LATEST)


def ops_blueprint(metrics: RequestMetrics) -> Blueprint:
    """Return the blueprint."""
    views = OpsViews(metrics)
    blueprint = Blueprint("ops", __name__)
    blueprint.add_url_rule("/healthz", "health", views.health)
    blueprint.add_url_rule("/readyz", "readiness", views.readiness)
    blueprint.add_url_rule("/metrics", "metrics", views.show_metrics)
    return blueprint
