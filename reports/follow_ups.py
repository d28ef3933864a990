"""What the team agreed to do: task, owner, due day, state; shown again until it is finished."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from foundation.errors import InvalidFormError, NotFoundError
from storage import Account, Transaction, add_audit_entry
from storage.office_tables import evaluation, follow_up

STATES = ("belum", "berjalan", "selesai", "batal")
"""Not begun, under way, finished, dropped."""

TEXT_LIMIT = 1000
"""Characters of any text that the team writes into an evaluation."""

_OPEN = ("belum", "berjalan")


@dataclass(frozen=True)
class FollowUp:
    """One agreed task of an evaluation."""

    id: int
    evaluation_id: int
    task: str
    owner: str
    due: date
    state: str

    def is_late(self, today: date) -> bool:
        """Whether its day has passed and it is not finished."""
        return self.state in _OPEN and self.due < today

    def to_json(self) -> dict[str, str]:
        """Return what a document says of it."""
        return {
            "task": self.task,
            "owner": self.owner,
            "due": self.due.isoformat(),
            "state": self.state,
        }


def add_follow_up(
    tx: Transaction, evaluation_id: int, *, task: str, owner: str, due: date
) -> FollowUp:
    """Add a task. Raises ``InvalidFormError`` without task or owner."""
    task, owner = task.strip(), owner.strip()
    if not task or not owner or max(len(task), len(owner)) > TEXT_LIMIT:
        raise InvalidFormError(
            "follow-up without task or owner",
            reader_text="Isi tindak lanjut dan penanggung jawabnya.",
        )
    row = tx.connection.execute(
        sa.insert(follow_up)
        .values(
            evaluation_id=evaluation_id,
            task=task,
            owner=owner,
            due=due,
            state="belum",
            state_at=tx.now,
        )
        .returning(*follow_up.c)
    ).one()
    return _from_row(row)


def set_follow_up_state(
    tx: Transaction, follow_up_id: int, state: str, *, account: Account
) -> None:
    """Say how far a task is; the audit keeps who said so.

    Raises ``InvalidFormError``, ``NotFoundError``.
    """
    if state not in STATES:
        raise InvalidFormError(f"state {state!r}", reader_text="Keadaan itu tidak dikenal.")
    changed = tx.connection.execute(
        sa.update(follow_up)
        .where(follow_up.c.id == follow_up_id)
        .values(state=state, state_at=tx.now)
    )
    if not changed.rowcount:
        raise NotFoundError(f"follow-up {follow_up_id}", reader_text="Tindak lanjut itu tidak ada.")
    data = {"follow_up": follow_up_id, "state": state}
    add_audit_entry(tx, "follow_up_state", account_id=account.id, data=data)


def follow_ups_of(tx: Transaction, evaluation_id: int) -> list[FollowUp]:
    """Return the tasks of an evaluation, in the order in which they were agreed."""
    rows = tx.connection.execute(
        sa.select(follow_up)
        .where(follow_up.c.evaluation_id == evaluation_id)
        .order_by(follow_up.c.id)
    )
    return [_from_row(row) for row in rows]


def carried_follow_ups(tx: Transaction, evaluation_id: int, first: date) -> list[FollowUp]:
    """Return what earlier evaluations left: all of the one before, of older ones what is open."""
    earlier = (
        sa.select(evaluation.c.id)
        .where(evaluation.c.last < first, evaluation.c.id != evaluation_id)
        .order_by(evaluation.c.last.desc())
    )
    before = earlier.limit(1).scalar_subquery()
    rows = tx.connection.execute(
        sa.select(follow_up)
        .where(
            follow_up.c.evaluation_id.in_(earlier.order_by(None)),
            follow_up.c.state.in_(_OPEN) | (follow_up.c.evaluation_id == before),
        )
        .order_by(follow_up.c.due, follow_up.c.id)
    )
    return [_from_row(row) for row in rows]


def _from_row(row: sa.Row[Any]) -> FollowUp:
    return FollowUp(
        id=row.id,
        evaluation_id=row.evaluation_id,
        task=row.task,
        owner=row.owner,
        due=row.due,
        state=row.state,
    )
