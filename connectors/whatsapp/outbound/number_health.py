"""Our own business number: may it send now? Shared by all processes through one row.

A refusal that no waiting mends (token, payment, permission …) stops the number: the queue is kept,
``/readyz`` and the officers see it. It goes on with another token, when a probe finds the number
usable again, or when the operator says so.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from connectors.whatsapp.outbound.failures import failure_of, pause_for_number
from storage import Transaction, insert_if_absent
from storage.whatsapp_tables import line

logger = logging.getLogger(__name__)

PROBE_EVERY: Final = timedelta(minutes=15)
_PROBED: Final = ("token", "permission", "number")
"""What a harmless request can tell to be mended; the others only Meta or the operator knows."""

# Built once: it is asked for every message that goes out.
_LINE: Final = sa.select(line).where(line.c.phone_number_id == sa.bindparam("wanted"))

_STRIKE_LASTS: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class NumberHealth:
    """The state of the number. Moments are in UTC.

    ``strikes`` counts recent refusals for speed; each halves the rate.
    """

    phone_number_id: str
    stopped_code: str | None = None
    stopped_at: datetime | None = None
    token_mark: str | None = None
    probe_at: datetime | None = None
    paused_until: datetime | None = None
    strikes: int = 0

    @property
    def stopped(self) -> bool:
        """Whether nothing may be sent until somebody mends it."""
        return self.stopped_code is not None

    def rests_at(self, now: datetime) -> bool:
        """Whether nothing may be sent at this moment."""
        return self.stopped or (self.paused_until is not None and self.paused_until > now)


def read_number_health(tx: Transaction, phone_number_id: str) -> NumberHealth:
    """Return the state of the number; one that never had trouble is free."""
    row = tx.connection.execute(_LINE, {"wanted": phone_number_id}).one_or_none()
    return NumberHealth(phone_number_id) if row is None else NumberHealth(**row._mapping)


def stop_number(tx: Transaction, phone_number_id: str, code: str, *, access_token: str) -> None:
    """Send nothing more from this number. Logged as an error: it is an alarm."""
    probe_at = tx.now + PROBE_EVERY if failure_of(code).topic in _PROBED else None
    _change(
        tx,
        phone_number_id,
        stopped_code=code,
        stopped_at=tx.now,
        token_mark=token_mark(access_token),
        probe_at=probe_at,
    )
    logger.error(
        "WhatsApp sending is STOPPED (code %s, %s); the queue is kept", code, failure_of(code).topic
    )


def resume_number(tx: Transaction, phone_number_id: str) -> None:
    """Send again: the trouble is mended."""
    _change(tx, phone_number_id, stopped_code=None, stopped_at=None, probe_at=None)
    logger.warning("WhatsApp sending goes on")


def postpone_probe(tx: Transaction, phone_number_id: str) -> None:
    """Look again later: the number is still not usable."""
    _change(tx, phone_number_id, probe_at=tx.now + PROBE_EVERY)


def slow_down(tx: Transaction, phone_number_id: str, *, jitter: float) -> datetime:
    """Let the whole number rest and go on more slowly; return when it may send again."""
    strikes = read_number_health(tx, phone_number_id).strikes + 1
    until = tx.now + pause_for_number(strikes, jitter=jitter)
    _change(tx, phone_number_id, strikes=strikes, paused_until=until)
    logger.warning("WhatsApp says too fast: the number rests, strike %d", strikes)
    return until


def forgive(tx: Transaction, known: NumberHealth) -> None:
    """Take one strike off after a message went through well after the last rest."""
    rested = known.paused_until is None or known.paused_until + _STRIKE_LASTS <= tx.now
    if known.strikes and rested:
        _change(tx, known.phone_number_id, strikes=known.strikes - 1, paused_until=tx.now)


def token_mark(access_token: str) -> str:
    """Return a fingerprint that tells whether the token has changed, and not the token."""
    return hashlib.sha256(access_token.encode()).hexdigest()[:16]


def _change(tx: Transaction, phone_number_id: str, **values: Any) -> None:
    insert_if_absent(tx, line, {"phone_number_id": phone_number_id}, unique=("phone_number_id",))
    tx.connection.execute(
        sa.update(line).where(line.c.phone_number_id == phone_number_id).values(**values)
    )
