"""What staff say of turns: labels, skips, the second pair of eyes, and taking it back.

A label becomes a training example of the studio's overlay at once, unless a second person is to
look at the turn as well: then when both agree, or when a third look settled it. Every function is
one change in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from foundation.errors import InvalidFormError
from foundation.masking import mask_identifiers
from learning.data_lint import NEAR_COPY
from learning.inbox import locked_cursor
from learning.opinions import next_round, rounds_in_force
from learning.queues import read_turns
from learning.similarity import grams, similarity
from learning.turns import Turn, drawn
from storage import Account, Transaction, add_edit, undo_edit
from storage.learning_tables import learning_judgement

_table = learning_judgement.c
_IN_FORCE = _table.undone_at.is_(None)


@dataclass(frozen=True)
class SecondLook:
    """The share (0..1) of labelled turns that a second person sees, drawn by ``seed``."""

    share: float = 0.1
    seed: str = "pasangan-mata"

    def __contains__(self, event_id: object) -> bool:
        return drawn(self.seed, event_id) < self.share


@dataclass(frozen=True)
class Span:
    """A marked piece of the shown text."""

    entity: str
    start: int
    end: int
    value: str = ""


@dataclass(frozen=True)
class Labeller:
    """Who judges, and under which name the action is taken back as one."""

    account: Account
    batch: str
    second: SecondLook = field(default_factory=SecondLook)


def shown_text(turn: Turn) -> str:
    """Return the text that staff see and that is trained: masked, in one line."""
    return " ".join(mask_identifiers(turn.text).split())


def label_turns(
    tx: Transaction,
    event_ids: Sequence[int],
    label: str,
    by: Labeller,
    *,
    spans: Mapping[int, Sequence[Span]] | None = None,
) -> int:
    """Give the turns a label; return how many were judged now.

    What others judged meanwhile is left alone. Of near copies only one becomes an example: the
    data check refuses more. Raises ``InvalidFormError`` for spans outside the text.
    """
    locked_cursor(tx)
    done = 0
    trained: list[frozenset[str]] = []
    rounds = rounds_in_force(tx, event_ids)
    for turn in read_turns(tx, event_ids):
        found = rounds.get(turn.event_id, [])
        number = next_round(found, by.account.id)
        if number is None:
            continue
        own = tuple((spans or {}).get(turn.event_id, ()))
        awaits = number == 1 and turn.event_id in by.second
        settled = number == 3 or (number == 2 and found[0].label == label)
        edit_id = None
        if (number == 1 and not awaits) or settled:
            edit_id = _example(tx, turn, label, by, own, trained, found)
        _record(tx, turn.event_id, number, "labelled", by, label=label, edit=edit_id, awaits=awaits)
        if settled:
            _settle(tx, turn.event_id)
        done += 1
    return done


def skip_turns(tx: Transaction, event_ids: Sequence[int], by: Labeller) -> int:
    """Say that the turns teach nothing, or that one cannot tell; they leave the queues."""
    locked_cursor(tx)
    rounds = rounds_in_force(tx, event_ids)
    done = 0
    for event_id in event_ids:
        number = next_round(rounds.get(event_id, []), by.account.id)
        if number is not None:
            _record(tx, event_id, number, "skipped", by)
            if number == 3:
                _settle(tx, event_id)
            done += 1
    return done


def undo_last(tx: Transaction, account: Account) -> list[int]:
    """Take back the account's last action; return the turns that wait again, or an empty list.

    Raises ``InvalidFormError`` when somebody has judged one of them since.
    """
    locked_cursor(tx)
    last = tx.connection.execute(
        sa.select(_table.batch)
        .where(_table.account_id == account.id, _IN_FORCE)
        .order_by(_table.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return [] if last is None else undo_batch(tx, last, author=account.name)


def undo_batch(tx: Transaction, batch: str, *, author: str) -> list[int]:
    """Take back one action and the examples that came of it; return its turns."""
    rows = tx.connection.execute(
        sa.select(learning_judgement).where(_table.batch == batch, _IN_FORCE)
    ).all()
    rounds = rounds_in_force(tx, [row.event_id for row in rows])
    if any(rounds[row.event_id][-1].id != row.id for row in rows):
        raise InvalidFormError(
            "judged again since",
            reader_text="Sudah dinilai orang kedua, jadi tidak dapat diurungkan lagi.",
        )
    for row in rows:
        if row.edit_id is not None:
            undo_edit(tx, row.edit_id, author=author)
        tx.connection.execute(
            sa.update(learning_judgement).where(_table.id == row.id).values(undone_at=tx.now)
        )
        if row.round > 1:
            _set_awaits(tx, row.event_id, True)
    return [row.event_id for row in rows]


def _record(
    tx: Transaction,
    event_id: int,
    number: int,
    verdict: str,
    by: Labeller,
    *,
    label: str = "",
    edit: int | None = None,
    awaits: bool = False,
) -> None:
    values = {
        "event_id": event_id,
        "account_id": by.account.id,
        "at": tx.now,
        "round": number,
        "verdict": verdict,
        "label": label,
        "batch": by.batch,
        "edit_id": edit,
        "awaits": awaits,
    }
    tx.connection.execute(sa.insert(learning_judgement).values(**values))


def _settle(tx: Transaction, event_id: int) -> None:
    _set_awaits(tx, event_id, False)


def _set_awaits(tx: Transaction, event_id: int, awaits: bool) -> None:
    tx.connection.execute(
        sa.update(learning_judgement)
        .where(_table.event_id == event_id, _table.round == 1, _IN_FORCE)
        .values(awaits=awaits)
    )


def _example(
    tx: Transaction,
    turn: Turn,
    label: str,
    by: Labeller,
    spans: Sequence[Span],
    trained: list[frozenset[str]],
    found: Sequence[Any],
) -> int | None:
    """Add the training example, unless a near copy of it was added with it."""
    text = shown_text(turn)
    own = grams(text)
    if not text or any(similarity(own, other) >= NEAR_COPY for other in trained):
        return None
    trained.append(own)
    for span in spans:
        if not 0 <= span.start < span.end <= len(text) or not span.entity:
            raise InvalidFormError("span outside", reader_text="Tanda entitas di luar teks.")
    body = {
        "text": text,
        "intent": label,
        "entities": [
            {
                "entity": span.entity,
                "start": span.start,
                "end": span.end,
                "value": span.value or text[span.start : span.end],
            }
            for span in spans
        ],
        "source": turn.event_id,
        "looks": [one.account_id for one in found] + [by.account.id],
    }
    return add_edit(tx, "example", key=text, body=body, author=by.account.name)
