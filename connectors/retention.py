"""What channels keep beside the log, deleted when it was kept long enough."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from connectors.registry import channels
from foundation.errors import StoreUnavailableError
from storage import Store

logger = logging.getLogger(__name__)

EVERY_SECONDS = 60.0


@dataclass(frozen=True)
class Retention:
    """Run by the workers, in a thread of its own; any number of them may."""

    store: Store

    def run(self, stop: threading.Event) -> None:
        """Delete what is due until ``stop`` is set."""
        while not stop.wait(EVERY_SECONDS):
            try:
                self.once()
            except StoreUnavailableError:
                logger.exception("nothing is deleted: the store does not answer")

    def once(self) -> int:
        """Delete what is due now; return how many rows went."""
        deleted = 0
        for channel in channels():
            with self.store.read() as tx:
                due = channel.something_expired(tx)
            if due:
                with self.store.write() as tx:
                    number = channel.drop_expired(tx)
                logger.info("%d rows of channel %s had been kept long enough", number, channel.name)
                deleted += number
        return deleted
