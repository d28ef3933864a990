"""What was judged so far, and which turns a further person is to look at. Reading only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from learning.agreement import Agreement, agreement
from learning.queues import read_turns
from learning.turns import Turn
from storage import Account, Transaction
from storage.learning_tables import learning_judgement

_table = learning_judgement.c
_IN_FORCE = _table.undone_at.is_(None)


@dataclass(frozen=True)
class Opinion:
    """A turn that a further person is to look at. ``labels`` are the differing ones, if any."""

    turn: Turn
    labels: tuple[str, ...]


def second_looks(tx: Transaction, account: Account, *, limit: int = 50) -> list[Opinion]:
    """Return turns that this account may look at as well, the oldest first.

    The second person is not told the first label; the third sees both.
    """
    waiting = tx.connection.execute(
        sa.select(_table.event_id)
        .where(_table.awaits, _IN_FORCE)
        .order_by(_table.id)
        .limit(limit * 4)
    )
    rounds = rounds_in_force(tx, list(waiting.scalars()))
    mine = {
        event_id: () if len(found) == 1 else tuple(one.label for one in found if one.label)
        for event_id, found in rounds.items()
        if next_round(found, account.id) is not None
    }
    turns = read_turns(tx, list(mine)[:limit])
    return [Opinion(turn, mine[turn.event_id]) for turn in turns]


def agreement_so_far(tx: Transaction) -> Agreement:
    """Return how far first and second looks agree."""
    first, second = learning_judgement.alias(), learning_judgement.alias()
    rows = tx.connection.execute(
        sa.select(first.c.label, second.c.label)
        .join(second, second.c.event_id == first.c.event_id)
        .where(first.c.round == 1, second.c.round == 2)
        .where(first.c.undone_at.is_(None), second.c.undone_at.is_(None))
        .where(first.c.verdict == "labelled", second.c.verdict == "labelled")
    )
    return agreement([(one, other) for one, other in rows])


@dataclass(frozen=True)
class LabellingAction:
    """One action of labelling, as the history shows it."""

    batch: str
    account_id: int
    at: Any
    verdict: str
    label: str
    turns: int


def latest_judgements(tx: Transaction, *, limit: int = 30) -> list[LabellingAction]:
    """Return the last actions in force, newest first."""
    newest = sa.func.max(_table.id)
    rows = tx.connection.execute(
        sa.select(
            _table.batch,
            _table.account_id,
            sa.func.max(_table.at).label("at"),
            _table.verdict,
            _table.label,
            sa.func.count().label("turns"),
        )
        .where(_IN_FORCE)
        .group_by(_table.batch, _table.account_id, _table.verdict, _table.label)
        .order_by(newest.desc())
        .limit(limit)
    )
    return [LabellingAction(**row._mapping) for row in rows]


def rounds_in_force(tx: Transaction, event_ids: Sequence[int]) -> dict[int, list[Any]]:
    """Return the judgements in force of each turn, by round."""
    rows = tx.connection.execute(
        sa.select(learning_judgement)
        .where(_table.event_id.in_(event_ids), _IN_FORCE)
        .order_by(_table.event_id, _table.round)
    )
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.event_id, []).append(row)
    return found


def next_round(found: Sequence[Any], account_id: int) -> int | None:
    """Return the round that the account may add, or None when there is nothing to add."""
    if not found:
        return 1
    if not found[0].awaits or len(found) > 2 or found[0].account_id == account_id:
        return None
    return 2 if len(found) == 1 else 3
