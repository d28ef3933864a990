"""What Meta charges for: delivered messages, by category, for the cost report (SPEC section 13)."""

from __future__ import annotations

import sqlalchemy as sa

from storage import Transaction, insert_if_absent
from storage.whatsapp_tables import charge

_SERVICE = "service"


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
    if insert_if_absent(tx, charge, values, unique=("attempt_id",)) is None and delivered:
        tx.connection.execute(
            sa.update(charge)
            .where(charge.c.attempt_id == attempt_id, charge.c.delivered_at.is_(None))
            .values(delivered_at=tx.now)
        )
