"""The order of the log over all conversations, after it came from another database."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import TransactionId
from storage.store import Transaction
from storage.tables import event, projection


def restart_log_order(tx: Transaction) -> None:
    """Make the log readable by cursor again after its rows were copied from another database.

    Transaction ids mean nothing outside the cluster that gave them: copied ones could hide old
    events or make a cursor skip new ones. All present events are put before any later one; what a
    projection has read stays read, and what it has not read is still before it.
    """
    if tx.dialect != "postgresql":
        return  # ids alone order the log
    projections = tx.connection.execute(sa.select(projection)).all()
    reached = sorted({(row.xid, row.id) for row in projections})
    place = sa.tuple_(event.c.xid, event.c.id)
    # Numbers that no transaction has, for a cluster begins with higher ones: an event's says how
    # many of the places that projections have reached lie before it.
    read_by = [
        (place <= sa.tuple_(sa.literal(xid, TransactionId()), sa.literal(id_)), _number(number))
        for number, (xid, id_) in enumerate(reached)
    ]
    beyond = _number(len(reached))
    tx.connection.execute(
        sa.update(event).values(xid=sa.case(*read_by, else_=beyond) if read_by else beyond)
    )
    last = tx.connection.execute(sa.select(sa.func.max(event.c.id))).scalar_one() or 0
    for row in projections:
        tx.connection.execute(
            sa.update(projection)
            .where(projection.c.name == row.name)
            .values(xid=reached.index((row.xid, row.id)), id=last)
        )


def _number(number: int) -> sa.ColumnElement[int]:
    return sa.cast(sa.literal(number, TransactionId()), TransactionId())
