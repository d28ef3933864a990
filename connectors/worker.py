"""A worker process: takes due conversations from the inbox table and answers them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.gateway import Bundle, Gateway
from connectors.rasa_format import understanding_as_rasa
from connectors.registry import debounces
from foundation.errors import HaloError, ModelUnavailableError, StoreUnavailableError
from nlu.types import Understanding
from service_hours import Calendar
from storage import (
    Store,
    Wakeups,
    due_conversations,
    release_leases,
    take_lease,
)

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
LEASE_SECONDS = 15.0
_BATCH = 20


@dataclass
class Worker:
    """The loop of one worker.

    ``current_bundle`` is asked before every turn, so that a promoted model is used from the next
    turn on and a turn uses one bundle throughout; ``behind_the_log`` runs between batches
    (projections).
    """

    name: str
    store: Store
    wakeups: Wakeups
    calendar: Calendar
    current_bundle: Callable[[], Bundle]
    new_ticket: Callable[[], str]
    new_turn_id: Callable[[], str]
    behind_the_log: Callable[[], None]
    public_url: str = ""
    more_answers: Mapping[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = field(
        default_factory=dict
    )
    """What else it answers on the local socket, by ``op``."""

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set. A store that is down is waited for, loudly."""
        with self.store.write() as tx:
            release_leases(tx, self.name)
        while not stop.is_set():
            try:
                worked = self.work_once()
                if not worked:
                    self.behind_the_log()
            except StoreUnavailableError:
                logger.exception("the store does not answer; trying again")
                worked = 0
            if not worked:
                self.wakeups.wait(POLL_SECONDS)

    def work_once(self) -> int:
        """Take one turn of each due conversation; return how many were taken."""
        with self.store.read() as tx:
            due = due_conversations(tx, settle=debounces(), limit=_BATCH)
        return sum(self._answer(conversation) for conversation in due)

    def _gateway(self) -> Gateway:
        return Gateway(
            store=self.store,
            bundle=self.current_bundle(),
            calendar=self.calendar,
            new_ticket=self.new_ticket,
            new_turn_id=self.new_turn_id,
            public_url=self.public_url,
        )

    def _answer(self, conversation_id: str) -> int:
        with self.store.write(durable=False) as tx:
            if not take_lease(tx, conversation_id, worker=self.name, seconds=LEASE_SECONDS):
                return 0
        try:
            return 1 if self._gateway().take_turn(conversation_id) else 0
        finally:
            with self.store.write(durable=False) as tx:
                release_leases(tx, self.name)
            self.wakeups.publish()

    def answer_request(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer a request of a web process: ``{"op": "parse" | "ping", …}``."""
        bundle = self.current_bundle()
        if request.get("op") == "ping":
            return {"version": bundle.version, "usable_model": bundle.model is not None}
        if request.get("op") == "parse":
            return understanding_as_rasa(_understand(bundle, request), bundle.assets)
        if more := self.more_answers.get(str(request.get("op"))):
            return more(request)
        raise HaloError(f"unknown request {request.get('op')!r}")


def _understand(bundle: Bundle, request: Mapping[str, Any]) -> Understanding:
    if bundle.model is None:
        raise ModelUnavailableError("no usable model")
    return bundle.model.understand(str(request.get("text", "")))
