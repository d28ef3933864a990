"""Offers in the store: read for planning, written when planned, shown to their officer."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from handoff.access import seers_of
from handoff.assignment import Free, Offer, Waiting, plan_offers
from handoff.case import IS_WAITING, URGENT
from handoff.links import earlier_of
from handoff.presence import officers_on_duty
from handoff.reply_window import NO_WINDOWS, Windows, window_end
from storage import Transaction, upsert
from storage.desk_tables import offer
from storage.tables import case_, conversation

_LOOKED_AT = 200
"""Waiting cases that are planned for at once, the longest waiting."""


def offers_to(tx: Transaction, officer_id: int) -> list[Offer]:
    """Return the officer's running offers, the oldest first."""
    rows = tx.connection.execute(
        select(offer)
        .where(offer.c.officer_id == officer_id, offer.c.until > tx.now)
        .order_by(offer.c.until, offer.c.case_id)
    )
    return [Offer(row.case_id, row.officer_id, row.until) for row in rows]


def offers_due(tx: Transaction, windows: Windows = NO_WINDOWS) -> list[Offer]:
    """Return the offers that should be made now (see :mod:`handoff.assignment`)."""
    officers = [
        Free(officer.id, officer.room, officer.load)
        for officer in officers_on_duty(tx)
        if officer.ready(tx.now)
    ]
    if not officers:
        return []
    waiting = waiting_for_offer(tx, windows)
    rows = tx.connection.execute(
        select(offer).where(offer.c.case_id.in_([case.id for case in waiting]))
    )
    known = [Offer(row.case_id, row.officer_id, row.until) for row in rows]
    return plan_offers(waiting, officers, known, now=tx.now)


def make_offers(tx: Transaction, planned: Sequence[Offer]) -> None:
    """Write planned offers down; one that was let pass before runs again."""
    for one in planned:
        values = {"at": tx.now, "until": one.until}
        tx.connection.execute(
            upsert(tx, offer)
            .values(case_id=one.case_id, officer_id=one.officer_id, **values)
            .on_conflict_do_update(index_elements=["case_id", "officer_id"], set_=values)
        )


def waiting_for_offer(tx: Transaction, windows: Windows = NO_WINDOWS) -> list[Waiting]:
    """Return the longest waiting cases with what decides their order."""
    rows = tx.connection.execute(
        select(
            case_.c.id,
            case_.c.opened_at,
            case_.c.priority,
            case_.c.confidential,
            case_.c.conversation_id,
            conversation.c.channel,
            conversation.c.last_resident_at,
        )
        .join(conversation, conversation.c.id == case_.c.conversation_id)
        .where(IS_WAITING)
        .order_by(case_.c.priority, case_.c.opened_at, case_.c.id)
        .limit(_LOOKED_AT)
    ).all()
    earlier = earlier_of(tx, [row.id for row in rows])
    return [
        Waiting(
            id=row.id,
            opened_at=row.opened_at,
            window_ends=window_end(row.last_resident_at, windows.get(row.channel)),
            prefer=earlier[row.id].officer_id if row.id in earlier else None,
            urgent=row.priority == URGENT,
            only=frozenset(seers_of(tx, row.conversation_id)) if row.confidential else None,
        )
        for row in rows
    ]
