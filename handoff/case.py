"""What a case is: its states, why it was opened, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, literal_column

from storage.tables import case_


class CaseState(StrEnum):
    """Where a case stands."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    RETURNED = "returned"
    RESOLVED = "resolved"
    EXPIRED = "expired"


class Reason(StrEnum):
    """Why a person is wanted."""

    ASKED = "diminta"
    LOW_CONFIDENCE = "kurang_yakin"
    COMPLAINT = "keluhan"
    FORM = "formulir"
    DEFERRED = "pertanyaan_tertunda"
    NO_MODEL = "tanpa_model"
    STEPPED_IN = "petugas_masuk"
    FAILURE = "gangguan"
    DELIVERY = "gagal_kirim"
    REOPENED = "dibuka_lagi"
    LATE = "pesan_terlambat"
    DANGER = "bahaya"
    FRAUD_VICTIM = "korban_penipuan"
    REPORT = "laporan"


class Expiry(StrEnum):
    """Why a case ended without an officer; the resident is told."""

    TOO_LONG = "terlalu_lama"


class Outcome(StrEnum):
    """How a case ended, in the officer's judgement."""

    ANSWERED = "terjawab"
    REFERRED = "diarahkan"
    FOLLOW_UP = "tindak_lanjut"
    NO_RESPONSE = "tidak_ada_tanggapan"
    WITHDRAWN = "tidak_perlu_lagi"
    SPAM = "iseng"


DRILL_CHANNEL = "latihan"
"""The channel of conversations that were made for practice; nobody is at its other end."""

URGENT, USUAL = 0, 1
"""Values of ``case_.priority``; the queue begins with the smaller one."""

OPEN_STATES = (CaseState.WAITING.value, CaseState.CLAIMED.value)

# Conditions for queries. The values stand in the statement itself, so that SQLite, which does not
# look at parameters when it plans, sees that the partial indexes on open cases serve.
_WAITING: Final[ColumnElement[str]] = literal_column(f"'{CaseState.WAITING.value}'")
_CLAIMED: Final[ColumnElement[str]] = literal_column(f"'{CaseState.CLAIMED.value}'")
IS_OPEN: Final = case_.c.state.in_([_WAITING, _CLAIMED])
IS_WAITING: Final = and_(case_.c.state == _WAITING, IS_OPEN)
IS_CLAIMED: Final = and_(case_.c.state == _CLAIMED, IS_OPEN)
IS_URGENT: Final = and_(case_.c.priority == literal_column(str(URGENT)), IS_OPEN)


@dataclass(frozen=True)
class Case:
    """One case. ``officer_id`` is the account that has, or last had, it.

    ``urgent``: a life may be in danger. ``confidential`` is its conversation's (see
    :mod:`handoff.access`). ``drill``: made for practice, and counted nowhere.
    """

    id: int
    ticket: str
    conversation: str
    state: CaseState
    reason: str
    card: Mapping[str, Any]
    opened_at: datetime
    claimed_at: datetime | None
    officer_id: int | None
    closed_at: datetime | None
    outcome: str | None
    note: str | None
    urgent: bool = False
    confidential: bool = False
    drill: bool = False

    @property
    def is_open(self) -> bool:
        """Whether somebody waits for, or talks to, an officer."""
        return self.state.value in OPEN_STATES


def case_from_row(row: Row[Any]) -> Case:
    """Return the case of a ``case_`` row."""
    return Case(
        id=row.id,
        ticket=row.ticket,
        conversation=row.conversation_id,
        state=CaseState(row.state),
        reason=row.reason,
        card=row.context or {},
        opened_at=row.opened_at,
        claimed_at=row.claimed_at,
        officer_id=row.officer_id,
        closed_at=row.closed_at,
        outcome=row.outcome,
        note=row.note,
        urgent=row.priority == URGENT,
        confidential=row.confidential,
        drill=row.drill,
    )
