"""Short labels that officers put onto cases, so that they are found and counted together."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, func, insert, select

from foundation.errors import InvalidFormError
from handoff.access import visible_cases
from storage import Account, Transaction
from storage.desk_tables import label
from storage.tables import case_

LABEL_LIMIT, MOST_LABELS = 30, 8


def read_labels(text: str) -> tuple[str, ...]:
    """Return the labels of a comma-separated line, tidied, without doubles, in order.

    Raises ``InvalidFormError`` for too many or an overlong one.

    >>> read_labels(" NIB,  Modal Usaha, nib ")
    ('nib', 'modal usaha')
    """
    found = dict.fromkeys(" ".join(part.split()).casefold() for part in text.split(","))
    labels = tuple(name for name in found if name)
    if len(labels) > MOST_LABELS or any(len(name) > LABEL_LIMIT for name in labels):
        raise InvalidFormError(
            "labels out of range",
            reader_text=f"Paling banyak {MOST_LABELS} label, masing-masing {LABEL_LIMIT} karakter.",
        )
    return labels


def set_labels(tx: Transaction, case_id: int, labels: Collection[str]) -> None:
    """Give the case exactly these labels."""
    tx.connection.execute(delete(label).where(label.c.case_id == case_id))
    for name in labels:
        tx.connection.execute(insert(label).values(case_id=case_id, label=name))


def labels_of(tx: Transaction, case_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Return the labels of the cases, by id; every id is there."""
    rows = tx.connection.execute(
        select(label).where(label.c.case_id.in_(case_ids)).order_by(label.c.label)
    ).all()
    return {
        case_id: tuple(row.label for row in rows if row.case_id == case_id) for case_id in case_ids
    }


def usual_labels(tx: Transaction, *, limit: int = 30, seen_by: Account | None = None) -> list[str]:
    """Return the labels in use (on cases that the account may see), the most frequent first."""
    rows = tx.connection.execute(
        select(label.c.label)
        .join(case_, case_.c.id == label.c.case_id)
        .where(visible_cases(seen_by))
        .group_by(label.c.label)
        .order_by(func.count().desc(), label.c.label)
        .limit(limit)
    )
    return list(rows.scalars())
