"""Delivery: takes due replies from the outbox, hands them to Meta, writes down what became of it.

Several deliverers may run at once, in threads or on hosts: a row is begun by one of them only.
No call to Meta happens inside a transaction.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from connectors.whatsapp.contacts.people import CHANNEL
from connectors.whatsapp.outbound.failure_policy import FailurePolicy
from connectors.whatsapp.outbound.failures import Action, failure_of
from connectors.whatsapp.outbound.graph import Accepted, GraphApi, NoAnswer, Refused
from connectors.whatsapp.outbound.number_health import (
    NumberHealth,
    forgive,
    postpone_probe,
    read_number_health,
    resume_number,
    stop_number,
    token_mark,
)
from connectors.whatsapp.outbound.number_rate_limit import NumberRateLimit
from connectors.whatsapp.outbound.read_receipts import ReadReceipts
from connectors.whatsapp.outbound.reaper import Reaper, next_moment
from connectors.whatsapp.outbound.send_guard import ClearedSend, SendGuard
from connectors.whatsapp.outbound.statuses import StatusHandler
from foundation.errors import StoreUnavailableError
from storage import (
    Attempt,
    OutboxRow,
    Store,
    Transaction,
    Wakeups,
    advance_attempt,
    due_outbox,
    find_attempt,
    get_outbox_row,
    lock_conversation,
)

logger = logging.getLogger(__name__)

LONGEST_WAIT: Final = 1.0
"""Seconds between two looks into the store when nothing wakes us."""

_BATCH: Final = 20
_TIDY_EVERY: Final = timedelta(seconds=5)
_LOOK_FIRST: Final = frozenset(
    {Action.RETRY, Action.WAIT_RECIPIENT, Action.WAIT_NUMBER, Action.STOP}
)


@dataclass
class Deliverer:
    """One sender. ``public_url`` is where long answers can be read in full, or empty."""

    store: Store
    graph: GraphApi
    failure_policy: FailurePolicy
    public_url: str = ""
    rate_limit: NumberRateLimit = field(default_factory=NumberRateLimit)
    read_receipts: ReadReceipts | None = None
    _tidy_at: datetime | None = field(default=None, init=False)

    def run(self, stop: threading.Event, wakeups: Wakeups) -> None:
        """Deliver until ``stop`` is set. A store that is down is waited for, loudly."""
        while not stop.is_set():
            try:
                worked = self.work_once()
                wait = 0.0 if worked else self._seconds_until_due()
            except StoreUnavailableError:
                logger.exception("the store does not answer; trying again")
                wait = LONGEST_WAIT
            except Exception:  # the thread's boundary: loud, and delivery goes on
                logger.exception("delivery failed in a way that nobody foresaw")
                wait = LONGEST_WAIT
            if wait > 0:
                wakeups.wait(wait)

    def work_once(self) -> int:
        """Do what is due now; return how many calls were made."""
        self._tidy()
        health = self._health()
        if health.stopped:
            return self._probe(health)
        with self.store.read() as tx:
            now = tx.now
            due = [] if health.rests_at(now) else due_outbox(tx, channel=CHANNEL, limit=_BATCH)
        sent = 0
        for row in due:
            if self.rate_limit.free_at(now, strikes=health.strikes) > now or not self._try(
                row, now
            ):
                break
            sent += 1
        return sent + (
            self.read_receipts.work_once() if self.read_receipts and not health.rests_at(now) else 0
        )

    def next_due(self) -> datetime | None:
        """Return when there will be something to do again, ``None`` when nothing is known."""
        health = self._health()
        if health.stopped:
            return health.probe_at
        with self.store.read() as tx:
            moment = next_moment(tx)
            now = tx.now
        if moment is None:
            return None
        waits = [moment, self.rate_limit.free_at(now, strikes=health.strikes)]
        return max([*waits, health.paused_until] if health.paused_until else waits)

    def _seconds_until_due(self) -> float:
        due = self.next_due()
        if due is None:
            return LONGEST_WAIT
        with self.store.read() as tx:
            left = (due - tx.now).total_seconds()
        return min(max(left, 0.01), LONGEST_WAIT)

    def _health(self) -> NumberHealth:
        with self.store.read() as tx:
            return read_number_health(tx, self.graph.phone_number_id)

    def _try(self, row: OutboxRow, now: datetime) -> bool:
        try:
            return self._deliver(row, now)
        except StoreUnavailableError:
            raise
        except Exception:  # a defect with one reply must not stop the others; a person sees it
            logger.exception("outbox row %d could not be delivered", row.id)
            self._give_up(row)
            return True

    def _give_up(self, seen: OutboxRow) -> None:
        """Show a reply that met a defect to a person; one that may have left is looked for."""
        with self.store.write() as tx:
            lock_conversation(tx, seen.conversation)
            row = get_outbox_row(tx, seen.id)
            if row is not None and row.state == "pending":
                self.failure_policy.give_up(tx, row, "defect")

    def _deliver(self, row: OutboxRow, now: datetime) -> bool:
        """Send one reply if it may go; False when the number may not send any more."""
        with self.store.write() as tx:
            health = read_number_health(tx, self.graph.phone_number_id)
            if health.rests_at(tx.now):
                return False
            cleared = SendGuard(self.failure_policy, self.public_url).take(tx, row)
        if cleared is not None:
            self.rate_limit.spend(now, strikes=health.strikes)
            self._send(cleared, health)
        return True

    def _send(self, cleared: ClearedSend, health: NumberHealth) -> None:
        answer = self.graph.send(cleared.body)
        # Forgotten in a power cut, it would be found out again from the statuses.
        with self.store.write(durable=False) as tx:
            lock_conversation(tx, cleared.conversation)
            if isinstance(answer, Accepted):
                self._accepted(tx, cleared.attempt, answer.wamid)
                forgive(tx, health)
            elif isinstance(answer, NoAnswer):
                number = cleared.attempt.outbox_id
                logger.warning("outbox row %d: outcome unknown, %s", number, answer.detail)
                advance_attempt(tx, cleared.attempt.id, state="unknown")
            else:
                self._refused(tx, cleared.attempt, answer)

    def _accepted(self, tx: Transaction, attempt: Attempt, wamid: str) -> None:
        taken_before = find_attempt(tx, wamid=wamid)
        if taken_before is not None and taken_before.id != attempt.id:
            logger.error("Meta gave the id of another message to outbox row %d", attempt.outbox_id)
            advance_attempt(tx, attempt.id, state="accepted")
            return
        advance_attempt(tx, attempt.id, state="accepted", wamid=wamid)
        StatusHandler(self.failure_policy).apply_held(tx, attempt, wamid)

    def _refused(self, tx: Transaction, attempt: Attempt, answer: Refused) -> None:
        action = failure_of(answer.code).action
        if not answer.may_be_accepted or action not in _LOOK_FIRST:
            self.failure_policy.refused(tx, attempt, answer.code)
            return
        # A server error: the code says no, but a status may yet say otherwise. Look first.
        advance_attempt(tx, attempt.id, state="unknown", error_code=answer.code)
        if action is Action.STOP:
            stop_number(
                tx,
                self.graph.phone_number_id,
                answer.code,
                access_token=self.graph.access_token,
            )

    def _probe(self, health: NumberHealth) -> int:
        """See whether a stopped number may go on: with a new token, or when Meta says so."""
        with self.store.read() as tx:
            due = health.probe_at is not None and health.probe_at <= tx.now
        renewed = health.token_mark != token_mark(self.graph.access_token)
        usable = renewed or (due and self.graph.is_usable())
        if not (usable or due):
            return 0
        with self.store.write() as tx:
            if usable:
                resume_number(tx, health.phone_number_id)
            else:
                postpone_probe(tx, health.phone_number_id)
        return 1

    def _tidy(self) -> None:
        with self.store.read() as tx:
            now = tx.now
        if self._tidy_at is None or now >= self._tidy_at:
            Reaper(self.store, self.failure_policy).settle()
            self._tidy_at = now + _TIDY_EVERY
