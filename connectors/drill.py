"""Drills of urgent cases: the real queue, banner and alerts, with nobody in danger.

A drill has a conversation of its own on a channel that nobody listens to. What happens there is
counted in no figure and learnt from by nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from connectors.desk_words import desk_reply
from connectors.officer_messages import actor_of
from foundation.errors import ForbiddenError
from handoff import DRILL_CHANNEL as CHANNEL
from handoff import IS_OPEN, Case, Reason, danger_name, get_case, open_case, return_to_bot
from storage import Account, Store, Transaction, add_audit_entry, append_event, open_conversation
from storage.tables import case_

_KIND = "bahaya"
_SUPERVISORS = ("supervisor", "admin")


@dataclass(frozen=True)
class Drill:
    """Starts and ends drills for one signed-in supervisor. Raises ``ForbiddenError`` for others."""

    store: Store
    officer: Account
    new_ticket: Callable[[], str]

    def start(self) -> Case:
        """Open an urgent case for practice and return it; supervisors are alerted as of any."""
        self._require_supervisor()
        ticket = self.new_ticket()
        with self.store.write() as tx:
            conversation = open_conversation(tx, channel=CHANNEL, address=ticket)
            append_event(
                tx,
                conversation.id,
                type="system",
                actor=actor_of(self.officer),
                data={"response": "desk_drill", "buttons": []},
                content={"text": desk_reply("drill", petugas=self.officer.display_name).text},
            )
            case = open_case(
                tx,
                conversation.id,
                reason=Reason.DANGER,
                ticket=ticket,
                card={"question": desk_reply("drill_question", jenis=danger_name(_KIND)).text},
                actor=actor_of(self.officer),
                urgent=True,
                danger=_KIND,
                drill=True,
            )
            add_audit_entry(
                tx, "drill_started", account_id=self.officer.id, data={"ticket": ticket}
            )
            return case

    def clear(self) -> int:
        """End all drills that are still open; return how many."""
        self._require_supervisor()
        with self.store.write() as tx:
            open_ones = _open_drills(tx)
            for case_id in open_ones:
                return_to_bot(tx, case_id, actor=actor_of(self.officer))
                data = {"ticket": get_case(tx, case_id).ticket}
                add_audit_entry(tx, "drill_ended", account_id=self.officer.id, data=data)
            return len(open_ones)

    def _require_supervisor(self) -> None:
        if self.officer.role not in _SUPERVISORS:
            raise ForbiddenError(f"{actor_of(self.officer)} may not hold drills")


def _open_drills(tx: Transaction) -> list[int]:
    rows = tx.connection.execute(select(case_.c.id).where(IS_OPEN, case_.c.drill))
    return list(rows.scalars())
