"""Tracker snapshots: a conversation's state after some event, so that a turn's cost stays flat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from storage.store import Transaction
from storage.tables import snapshot
from storage.upserts import upsert

# Built once: it stands on the path of every message.
_LOAD = sa.select(snapshot.c.seq, snapshot.c.state).where(
    snapshot.c.conversation_id == sa.bindparam("wanted")
)


def load_snapshot(tx: Transaction, conversation_id: str) -> tuple[int, dict[str, Any]] | None:
    """Return the ``seq`` that the snapshot covers and its state, or None."""
    row = tx.connection.execute(_LOAD, {"wanted": conversation_id}).one_or_none()
    return None if row is None else (row.seq, row.state)


def save_snapshot(
    tx: Transaction, conversation_id: str, seq: int, state: Mapping[str, Any]
) -> None:
    """Replace the conversation's snapshot; one that covers more events is kept."""
    values = {"seq": seq, "state": dict(state), "at": tx.now}
    tx.connection.execute(
        upsert(tx, snapshot)
        .values(conversation_id=conversation_id, **values)
        .on_conflict_do_update(
            index_elements=["conversation_id"], set_=values, where=snapshot.c.seq <= seq
        )
    )
