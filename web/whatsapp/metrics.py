"""Prometheus metrics of the channel; nothing personal."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge

from connectors.whatsapp import ChannelState, Report


class WebhookMetrics:
    """What came in, counted by this process, and how the channel stands in the store."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._bodies = Counter(
            "halo_whatsapp_bodies",
            "Webhook bodies, by what they were",
            ("outcome",),
            registry=self._registry,
        )
        self._items = Counter(
            "halo_whatsapp_items",
            "Messages, statuses and troubles in webhooks, by what became of them",
            ("outcome",),
            registry=self._registry,
        )
        self._stopped = self._gauge("stopped", "1 while nothing is sent and somebody must mend it")
        self._waiting = self._gauge("replies_waiting", "Replies that have not left yet")
        self._unknown = self._gauge("replies_unknown", "Replies of which nobody knows the fate")
        self._service = self._gauge(
            "service_messages_month", "Service messages delivered this month; 1,000 are free"
        )

    def count_body(self, outcome: str) -> None:
        """Count one body: ``taken``, ``forged`` or ``unreadable``."""
        self._bodies.labels(outcome).inc()

    def count_items(self, report: Report) -> None:
        """Count what a body held."""
        numbers = {
            "stored": report.stored,
            "duplicate": report.duplicates,
            "status": report.statuses,
            "broken": report.broken,
            "trouble": len(report.troubles),
            "ignored": report.skipped.total(),
        }
        for outcome, number in numbers.items():
            self._items.labels(outcome).inc(number)

    def look(self, state: ChannelState) -> CollectorRegistry:
        """Return the registry with how the channel stands now."""
        self._stopped.set(state.stopped_code is not None)
        self._waiting.set(state.waiting)
        self._unknown.set(state.unknown)
        self._service.set(state.service_messages)
        return self._registry

    def _gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(
            f"halo_whatsapp_{name}",
            meaning,
            registry=self._registry,
            multiprocess_mode="mostrecent",
        )
