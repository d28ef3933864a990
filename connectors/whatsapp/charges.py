"""What Meta charges for: delivered messages, by category, for the cost report (SPEC section 13)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa

from storage import Transaction, insert_unless_there
from storage.whatsapp_tables import charge

FREE_SERVICE_MESSAGES: Final = 1000
"""Delivered service messages that are free in a calendar month for each business number."""

_SERVICE: Final = "service"


def note_charge(
    tx: Transaction,
    attempt_id: str,
    *,
    category: str | None,
    type: str | None,
    delivered: bool,
) -> None:
    """Keep what a status says about price and delivery; what is known already stays."""
    if not delivered and category is None:
        return
    values = {
        "attempt_id": attempt_id,
        # Only replies without a template are sent, unless Meta says otherwise.
        "category": category or _SERVICE,
        "type": type or "",
        "delivered_at": tx.now if delivered else None,
    }
    if insert_unless_there(tx, charge, values, unique=("attempt_id",)) is None and delivered:
        tx.connection.execute(
            sa.update(charge)
            .where(charge.c.attempt_id == attempt_id, charge.c.delivered_at.is_(None))
            .values(delivered_at=tx.now)
        )


def delivered_messages(
    tx: Transaction, *, first: datetime, beyond: datetime
) -> dict[tuple[str, str], int]:
    """Return how many messages were delivered in ``first`` ≤ t < ``beyond``.

    The keys are ``pricing.category`` and ``pricing.type``.
    """
    rows = tx.connection.execute(
        sa.select(charge.c.category, charge.c.type, sa.func.count().label("number"))
        .where(
            charge.c.delivered_at >= first,
            charge.c.delivered_at < beyond,
            charge.c.delivered_at.is_not(None),
        )
        .group_by(charge.c.category, charge.c.type)
    )
    return {(row.category, row.type): row.number for row in rows}
