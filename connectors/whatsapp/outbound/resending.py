"""Sending once more what failed or whose status is unknown: only an officer decides that."""

from __future__ import annotations

import sqlalchemy as sa

from foundation.errors import CaseConflictError, NotFoundError
from storage import OutboxRow, Transaction, append_event, get_outbox_row, lock_conversation, tables


def resend(tx: Transaction, outbox_id: int, *, actor: str) -> OutboxRow:
    """Put a reply back into the queue, for the conversation as it stands now.

    Raises ``NotFoundError``, and ``CaseConflictError`` unless it failed or nobody knows whether
    it arrived.
    """
    row = get_outbox_row(tx, outbox_id)
    if row is None:
        raise NotFoundError(f"outbox row {outbox_id}")
    conversation = lock_conversation(tx, row.conversation)
    outbox = tables.outbox
    changed = tx.connection.execute(
        sa.update(outbox)
        .where(outbox.c.id == outbox_id, outbox.c.state.in_(("failed", "unknown")))
        .values(
            state="pending",
            state_at=tx.now,
            epoch=conversation.epoch,
            next_attempt_at=None,
            error_code=None,
        )
    )
    if changed.rowcount != 1:
        raise CaseConflictError(f"outbox row {outbox_id} is {row.state}")
    append_event(
        tx,
        row.conversation,
        type="delivery_retried",
        actor=actor,
        data={"outbox_id": row.id, "seq": row.seq},
    )
    again = get_outbox_row(tx, outbox_id)
    assert again is not None  # noqa: S101 - it was just changed under the lock
    return again
