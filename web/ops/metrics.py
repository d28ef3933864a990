"""Prometheus metrics and the access log of the web processes. Neither holds personal data.

Paths are shown as routes (``/jawaban/<topik>/<kunci>``), never as they were asked for.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from web.feed import EventFeed

logger = logging.getLogger("web.access")

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_NO_ROUTE = "tidak ada"


class RequestMetrics:
    """Counters of one application; each application has a registry of its own."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "halo_http_requests",
            "Requests answered, by route and status",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "halo_http_request_seconds",
            "Seconds until the answer began, by route",
            ("route",),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._open_streams = Gauge(
            "halo_open_streams",
            "Event streams open",
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        self._inbox_waiting = Gauge(
            "halo_inbox_waiting",
            "Messages that are in no turn yet",
            registry=self._registry,
            multiprocess_mode="mostrecent",
        )

    def measure(self, app: Flask) -> None:
        """Count and log every request of ``app``."""

        @app.before_request
        def _begin() -> None:
            g.halo_began = self._monotonic()

        @app.after_request
        def _end(answer: Response) -> Response:
            self._note(answer)
            return answer

    def watch(self, feed: EventFeed) -> None:
        """Count the streams that wait for the feed, as they come and go."""
        feed.on_waiters = self._open_streams.inc

    def look(self, *, inbox_waiting: int) -> CollectorRegistry:
        """Return the registry with what holds now."""
        self._inbox_waiting.set(inbox_waiting)
        return self._registry

    def _note(self, answer: Response) -> None:
        route = request.url_rule.rule if request.url_rule else _NO_ROUTE
        # A request that is refused before its beginning is noted has no time.
        seconds = self._monotonic() - g.get("halo_began", self._monotonic())
        method = request.method if request.url_rule else "-"
        self._requests.labels(method, route, str(answer.status_code)).inc()
        self._seconds.labels(route).observe(seconds)
        logger.info("%s %s %d %.0f ms", method, route, answer.status_code, seconds * 1000)
