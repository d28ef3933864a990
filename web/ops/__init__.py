"""Operations: is it up, is it ready, what does it measure."""

from flask import Flask

from web.ops.metrics import RequestMetrics
from web.ops.routes import ops_blueprint

__all__ = ["RequestMetrics", "register"]


def register(app: Flask) -> None:
    """Attach ``/healthz``, ``/readyz`` and ``/metrics``, and measure every request."""
    metrics = RequestMetrics()
    metrics.measure(app)
    metrics.watch(app.extensions["halo_feed"])
    app.register_blueprint(ops_blueprint(metrics))
