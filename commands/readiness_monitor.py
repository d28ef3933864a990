"""The check before each service day, made by the service itself in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from foundation.errors import RecordConflictError, StoreUnavailableError
from reports import Finding, readiness
from service_hours import Calendar
from storage import Store

logger = logging.getLogger(__name__)

EVERY_SECONDS = 60.0


@dataclass(frozen=True)
class ReadinessMonitor:
    """Checks once before each service day. Any number of processes may run it."""

    store: Store
    calendar: Calendar
    check: Callable[[], Sequence[Finding]]

    def run(self, stop: threading.Event) -> None:
        """Look every minute until ``stop`` is set. A store that is down is waited for, loudly."""
        while not stop.wait(EVERY_SECONDS):
            try:
                self.once()
            except StoreUnavailableError:
                logger.exception("readiness is not checked: the store does not answer")

    def once(self) -> bool:
        """Check and file when it is due; return whether this process filed it."""
        with self.store.read() as tx:
            if not readiness.is_due(tx, self.calendar):
                return False
        findings = self.check()
        try:
            # Looked at again: another process may have filed while this one was checking.
            with self.store.write() as tx:
                if not readiness.is_due(tx, self.calendar):
                    return False
                readiness.file_readiness(tx, findings)
        except RecordConflictError:
            logger.info("today's readiness was filed by another process")
            return False
        for finding in findings:
            if finding.state == "bad":
                logger.warning("not ready: %s: %s", finding.name, finding.text)
        return True
