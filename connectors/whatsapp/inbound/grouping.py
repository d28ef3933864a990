"""Several bodies that come at the same time share one transaction.

A commit that survives a power cut costs milliseconds of the disk, and only one writer commits at
a time; a burst of webhooks would otherwise queue up for it one by one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from connectors.whatsapp.inbound.ingest import Ingest, Report
from connectors.whatsapp.inbound.webhook_parser import Contents
from foundation.errors import StoreUnavailableError

LINGER_SECONDS: Final = 0.002
"""How long the first body of a group waits for others."""

MOST_ITEMS: Final = 200
"""Items in one transaction; a body with more has one of its own."""


@dataclass
class _Waiting:
    """A body in the queue, and what became of it."""

    contents: Contents
    report: Report | None = None
    failure: Exception | None = None

    @property
    def size(self) -> int:
        return len(self.contents.items) + len(self.contents.statuses)

    @property
    def done(self) -> bool:
        return self.report is not None or self.failure is not None


@dataclass
class GroupedIngest:
    """Takes bodies in from many threads or greenlets. ``sleep`` lets the others run meanwhile."""

    ingest: Ingest
    sleep: Callable[[float], None]
    _queue: list[_Waiting] = field(default_factory=list, init=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, init=False)

    def take(self, raw: bytes) -> Report:
        """Do as :meth:`Ingest.take`, perhaps together with bodies of other callers.

        Raises ``BadMessageError`` for what is not JSON, ``StoreUnavailableError`` when nothing
        was stored, and whatever else kept the group from being stored.
        """
        own = _Waiting(self.ingest.read(raw))
        self._queue.append(own)
        with self._turn:
            if not own.done:
                self.sleep(LINGER_SECONDS)
            while not own.done:
                self._store_next_group()
        if own.failure is not None:
            raise own.failure
        assert own.report is not None  # noqa: S101 - it is done and has not failed
        return own.report

    def _store_next_group(self) -> None:
        """Store what waits; only the caller whose turn it is does so."""
        group: list[_Waiting] = []
        items = 0
        while self._queue and (not group or items + self._queue[0].size <= MOST_ITEMS):
            group.append(self._queue.pop(0))
            items += group[-1].size
        try:
            reports = self.ingest.store_all([waiting.contents for waiting in group])
            for waiting, report in zip(group, reports, strict=True):
                waiting.report = report
        except Exception as error:  # noqa: BLE001 - every caller of the group raises it
            # The group has left the queue: who is not told would look for it in an empty one
            # for ever.
            for waiting in group:
                waiting.failure = error
        except BaseException:
            # This caller is being killed, the others are not: they answer that nothing was stored.
            for waiting in group:
                waiting.failure = StoreUnavailableError("the group's writer was stopped")
            raise
