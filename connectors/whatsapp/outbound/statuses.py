"""Status messages: what became of our messages (SPEC section 6). They only move forward."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from connectors.whatsapp.inbound.held_items import hold, take_held
from connectors.whatsapp.inbound.webhook_parser import StatusReport
from connectors.whatsapp.outbound.charges import note_charge
from connectors.whatsapp.outbound.failure_policy import FailurePolicy
from storage import (
    Attempt,
    AttemptState,
    Transaction,
    advance_attempt,
    find_attempt,
    get_outbox_row,
    lock_conversation,
)

logger = logging.getLogger(__name__)

_STATES: Final[Mapping[str, AttemptState]] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    # A voice message was listened to.
    "played": "read",
}
_NO_CODE: Final = "no_code"


@dataclass(frozen=True)
class StatusHandler:
    """Applies statuses; ``failure_policy`` knows what a failure asks of us."""

    failure_policy: FailurePolicy

    def apply(self, tx: Transaction, status: StatusReport) -> None:
        """Move the try that the status is about; one of an unknown id is held for a day."""
        if status.status not in _STATES and status.status != "failed":
            logger.info("a status named %r changes nothing", status.status[:40])
            return
        attempt = find_attempt(tx, attempt_id=status.attempt_id, wamid=status.wamid)
        if attempt is None:
            hold(tx, status.wamid, status.status, asdict(status))
            return
        self._apply(tx, attempt, status)

    def apply_held(self, tx: Transaction, attempt: Attempt, wamid: str) -> None:
        """Apply what came for ``wamid`` before we knew that it is this try's."""
        for held in take_held(tx, wamid):
            self._apply(tx, attempt, _report(held))

    def _apply(self, tx: Transaction, attempt: Attempt, status: StatusReport) -> None:
        row = get_outbox_row(tx, attempt.outbox_id)
        if row is None:
            return
        # Whoever writes a conversation locks it first: delivery does so in the same order.
        lock_conversation(tx, row.conversation)
        current = find_attempt(tx, attempt_id=attempt.id) or attempt
        wamid = None if find_attempt(tx, wamid=status.wamid) else status.wamid
        if status.status == "failed":
            # Once, and not for a try that is known to have arrived.
            if current.state not in ("failed", "delivered", "read"):
                code = status.error_code or _NO_CODE
                self.failure_policy.refused(tx, current, code, wamid=wamid)
            return
        state = _STATES[status.status]
        if current.state != "failed" or state != "sent":
            advance_attempt(tx, attempt.id, state=state, wamid=wamid)
        note_charge(
            tx,
            attempt.id,
            category=status.pricing_category,
            type=status.pricing_type,
            delivered=state in ("delivered", "read"),
        )


def _report(held: Mapping[str, Any]) -> StatusReport:
    return StatusReport(**{name: held[name] for name in StatusReport.__dataclass_fields__})
