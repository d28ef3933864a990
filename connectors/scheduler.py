"""What happens at the desk by itself: absent officers, offers, "masih perlu?", expiry, alerts.

Run every few seconds by the workers, in a thread of its own so that a slow mail server delays no
turn. Any number of workers may run it: each step looks again under the conversation's lock, and
what another did meanwhile is left alone.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from connectors.alerts import Alarm, LateCase
from connectors.desk_words import desk_reply
from connectors.outgoing import enqueue_reply
from connectors.registry import reply_windows
from dialogue import Reply
from foundation.clock import indonesian_date, indonesian_time
from foundation.errors import CaseConflictError, StoreUnavailableError
from handoff import (
    EXPIRE_AFTER,
    Case,
    CaseState,
    Expiry,
    absent_officers,
    alerts_due,
    asked_of,
    cases_without_officer,
    expire,
    get_case,
    leave,
    make_offers,
    mark_alerted,
    mark_asked,
    mark_urgent_alert,
    nobody_ready,
    not_alerted,
    offers_due,
    release,
    to_ask,
    to_expire,
)
from service_hours import Calendar
from storage import Store, Transaction, add_audit_entry, append_event, lock_conversation

logger = logging.getLogger(__name__)

ACTOR = "timer"
EVERY_SECONDS = 5.0


@dataclass(frozen=True)
class Scheduler:
    """Looks after the desk. ``target`` is the service time within which a case is to be taken."""

    store: Store
    calendar: Calendar
    alarm: Alarm
    target: timedelta
    publish: Callable[[], None] = lambda: None

    def run(self, stop: threading.Event) -> None:
        """Look after the desk until ``stop`` is set. A store that is down is waited for, loudly."""
        while not stop.wait(EVERY_SECONDS):
            try:
                if self.once():
                    self.publish()
            except StoreUnavailableError:
                logger.exception("the desk is not looked after: the store does not answer")

    def once(self) -> int:
        """Do what is due now; return how many things were done."""
        done = self._release_of_the_absent()
        done += self._each(lambda tx: to_ask(tx, reply_windows()), self._ask)
        done += self._each(to_expire, self._expire)
        done += self._offer()
        return done + self._tell_of_danger() + self._alert()

    def _release_of_the_absent(self) -> int:
        with self.store.read() as tx:
            gone = absent_officers(tx)
        if gone:
            with self.store.write() as tx:
                for officer_id in absent_officers(tx):
                    leave(tx, officer_id)
                    add_audit_entry(tx, "presence_lost", account_id=officer_id)
        return len(gone) + self._each(cases_without_officer, self._release)

    def _each(
        self,
        due: Callable[[Transaction], Sequence[Case]],
        act: Callable[[Transaction, Case], bool],
    ) -> int:
        with self.store.read() as tx:
            cases = due(tx)
        return sum(self._one(case, act) for case in cases)

    def _one(self, case: Case, act: Callable[[Transaction, Case], bool]) -> int:
        try:
            with self.store.write() as tx:
                lock_conversation(tx, case.conversation)
                return int(act(tx, case))
        except CaseConflictError:
            logger.info("case %d changed while it was looked after", case.id)
            return 0

    def _release(self, tx: Transaction, case: Case) -> bool:
        if case.id not in {one.id for one in cases_without_officer(tx)}:
            return False
        released = release(tx, case.id, actor=ACTOR)
        _say(tx, released, desk_reply("officer_absent", tiket=case.ticket))
        return True

    def _ask(self, tx: Transaction, case: Case) -> bool:
        if get_case(tx, case.id).state is not CaseState.WAITING or asked_of(tx, case.id):
            return False
        until = tx.now + EXPIRE_AFTER
        limit = f"{indonesian_date(until)} pukul {indonesian_time(until)} WIB"
        _say(tx, case, desk_reply("still_needed", tiket=case.ticket, batas=limit))
        mark_asked(tx, case.id)
        return True

    def _expire(self, tx: Transaction, case: Case) -> bool:
        if case.id not in {one.id for one in to_expire(tx)}:
            return False
        why = Expiry.TOO_LONG
        expired = expire(tx, case.id, actor=ACTOR, why=why)
        reason = desk_reply(f"expiry.{why.value}").text
        _say(tx, expired, desk_reply("expired", tiket=case.ticket, alasan=reason))
        return True

    def _offer(self) -> int:
        with self.store.read() as tx:
            if not offers_due(tx, reply_windows()):
                return 0
        with self.store.write() as tx:
            planned = offers_due(tx, reply_windows())
            make_offers(tx, planned)
        return len(planned)

    def _tell_of_danger(self) -> int:
        """Tell supervisors of people in danger, at any hour, until somebody acknowledges."""
        every = timedelta(minutes=self.alarm.settings.urgent_repeat_minutes)
        with self.store.read() as tx:
            if not alerts_due(tx, every=every):
                return 0
        with self.store.write() as tx:
            due = alerts_due(tx, every=every)
            for one in due:
                mark_urgent_alert(tx, one.case.id)
            if due:
                data = {"number": len(due)}
                add_audit_entry(tx, "urgent_alert_raised", account_id=None, data=data)
        if due:
            # Written down first, as below; what is lost in a crash is told again.
            self.alarm.raise_urgent(due)
        return len(due)

    def _alert(self) -> int:
        with self.store.read() as tx:
            if not self.calendar.is_open(tx.now) or not nobody_ready(tx):
                return 0
            if not self._late(tx):
                return 0
        with self.store.write() as tx:
            late = self._late(tx)
            for one in late:
                mark_alerted(tx, one.case_id)
            if late:
                data = {"tickets": [one.ticket for one in late]}
                add_audit_entry(tx, "alert_raised", account_id=None, data=data)
        if late:
            # Written down before it is sent: an alert may be lost in a crash, never repeated by
            # every worker; the console shows it in any case.
            self.alarm.raise_for(late)
        return len(late)

    def _late(self, tx: Transaction) -> list[LateCase]:
        return [
            LateCase(case.id, case.ticket, case.opened_at, int(waited), case.confidential)
            for case in not_alerted(tx, opened_before=tx.now - self.target)
            if (waited := self.calendar.service_minutes_between(case.opened_at, tx.now))
            >= self.target.total_seconds() / 60
        ]


def _say(tx: Transaction, case: Case, reply: Reply) -> None:
    event = append_event(
        tx,
        case.conversation,
        type="system",
        actor=ACTOR,
        data={
            "case_id": case.id,
            "response": reply.response,
            "buttons": [asdict(button) for button in reply.buttons],
        },
        content={"text": reply.text},
    )
    enqueue_reply(tx, lock_conversation(tx, case.conversation), event)
