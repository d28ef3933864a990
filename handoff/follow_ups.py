"""Looking after waiting cases: whose officer is gone, who waits too long, who should be asked."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, not_, or_, select

from handoff.access import visible_cases
from handoff.case import IS_CLAIMED, IS_WAITING, USUAL, Case, case_from_row
from handoff.presence import GONE_AFTER, Presence
from handoff.reply_window import NO_WINDOWS, Windows, window_open
from storage import Account, Transaction, upsert
from storage.desk_tables import care, presence
from storage.tables import case_, conversation

ASK_AFTER = timedelta(hours=24)
"""A resident who waited so long since the opening is asked whether it is still needed."""

ASK_BEFORE_CLOSING = timedelta(hours=1)
"""Where a reply window closes the question must come while it lasts: at the latest then."""

_ASK_EARLIEST = timedelta(hours=12)
"""A case that was opened when the window was nearly over is not asked about at once."""

EXPIRE_AFTER = timedelta(hours=48)
"""So long after being asked, without an answer, the case expires."""

_BATCH = 100


def cases_without_officer(tx: Transaction) -> list[Case]:
    """Return the claimed cases whose officer has said to be gone or shows no sign of life.

    A case counts only when it was claimed that long ago, so that someone without a console
    (a script, the first request of the day) does not lose it at once.
    """
    gone = tx.now - GONE_AFTER
    rows = tx.connection.execute(
        select(case_)
        .outerjoin(presence, presence.c.account_id == case_.c.officer_id)
        .where(IS_CLAIMED, case_.c.claimed_at <= gone)
        .where(or_(presence.c.account_id.is_(None), presence.c.seen_at <= gone))
        .order_by(case_.c.claimed_at, case_.c.id)
        .limit(_BATCH)
    )
    return [case_from_row(row) for row in rows]


def to_ask(tx: Transaction, windows: Windows = NO_WINDOWS) -> list[Case]:
    """Return the waiting cases whose resident should be asked "masih perlu?".

    Where there is a reply window that is an hour before it closes, and never after it: a resident
    who cannot be asked keeps the case. An urgent case is never asked about: a person ends it.
    """
    rows = tx.connection.execute(
        select(case_)
        .join(conversation, conversation.c.id == case_.c.conversation_id)
        .outerjoin(care, care.c.case_id == case_.c.id)
        .where(IS_WAITING, case_.c.opened_at <= tx.now - _ASK_EARLIEST)
        .where(case_.c.priority == USUAL)
        .where(or_(_long_open(tx), not_(window_open(windows, tx.now + ASK_BEFORE_CLOSING))))
        .where(window_open(windows, tx.now))
        .where(care.c.asked_at.is_(None))
        .order_by(case_.c.opened_at, case_.c.id)
        .limit(_BATCH)
    )
    return [case_from_row(row) for row in rows]


def _long_open(tx: Transaction) -> ColumnElement[bool]:
    return case_.c.opened_at <= tx.now - ASK_AFTER


def mark_asked(tx: Transaction, case_id: int) -> None:
    """Note that the resident was asked."""
    _note(tx, case_id, "asked_at")


def asked_of(tx: Transaction, case_id: int) -> datetime | None:
    """Return when the resident was asked whether the case is still needed."""
    return tx.connection.execute(
        select(care.c.asked_at).where(care.c.case_id == case_id)
    ).scalar_one_or_none()


def to_expire(tx: Transaction) -> list[Case]:
    """Return the waiting cases whose resident was asked and wrote nothing since."""
    rows = tx.connection.execute(
        select(case_)
        .join(care, care.c.case_id == case_.c.id)
        .join(conversation, conversation.c.id == case_.c.conversation_id)
        .where(IS_WAITING, care.c.asked_at <= tx.now - EXPIRE_AFTER)
        .where(
            or_(
                conversation.c.last_resident_at.is_(None),
                conversation.c.last_resident_at <= care.c.asked_at,
            )
        )
        .order_by(care.c.asked_at, case_.c.id)
        .limit(_BATCH)
    )
    return [case_from_row(row) for row in rows]


def not_alerted(tx: Transaction, *, opened_before: datetime) -> list[Case]:
    """Return the waiting cases opened before a moment about which nobody was alerted."""
    rows = tx.connection.execute(
        select(case_)
        .outerjoin(care, care.c.case_id == case_.c.id)
        .where(IS_WAITING, case_.c.opened_at <= opened_before)
        .where(case_.c.drill.is_(False))
        .where(care.c.alerted_at.is_(None))
        .order_by(case_.c.opened_at, case_.c.id)
        .limit(_BATCH)
    )
    return [case_from_row(row) for row in rows]


def mark_alerted(tx: Transaction, case_id: int) -> None:
    """Note that an alert about the case was raised."""
    _note(tx, case_id, "alerted_at")


def alerted(tx: Transaction, *, limit: int = 50, seen_by: Account | None = None) -> list[Case]:
    """Return the cases that still wait and about which an alert was raised."""
    rows = tx.connection.execute(
        select(case_)
        .join(care, care.c.case_id == case_.c.id)
        .where(IS_WAITING, care.c.alerted_at.is_not(None))
        .where(visible_cases(seen_by))
        .order_by(case_.c.opened_at, case_.c.id)
        .limit(limit)
    )
    return [case_from_row(row) for row in rows]


def absent_officers(tx: Transaction) -> list[int]:
    """Return the officers who called themselves ready or pausing but show no sign of life."""
    rows = tx.connection.execute(
        select(presence.c.account_id).where(
            presence.c.state != Presence.AWAY.value, presence.c.seen_at <= tx.now - GONE_AFTER
        )
    )
    return list(rows.scalars())


def _note(tx: Transaction, case_id: int, column: str) -> None:
    tx.connection.execute(
        upsert(tx, care)
        .values(case_id=case_id, **{column: tx.now})
        .on_conflict_do_update(index_elements=["case_id"], set_={column: tx.now})
    )
