"""The evaluation of a period (SOP steps 8 and 9): opened, written by the team, approved, filed.

A draft gathers its figures anew whenever it is read; with the approval they are frozen in a
numbered record in the record store. Follow-ups live on and come back in the next evaluation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from foundation.clock import WIB
from foundation.errors import InvalidFormError, NotFoundError, RecordConflictError
from reports.evaluation_content import EvaluationContext, gather
from reports.follow_ups import TEXT_LIMIT
from reports.record_store import OfficeRecord, file_record, records_of
from storage import Account, Transaction, insert_if_absent
from storage.office_tables import evaluation

OPENS_AFTER_DAYS = 6
"""Calendar days after the period's last day, from the SOP."""

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


__all__ = [
    "OPENS_AFTER_DAYS",
    "Evaluation",
    "EvaluationContext",
    "approve",
    "document_content",
    "find_evaluation",
    "get_evaluation",
    "last_month",
    "list_evaluations",
    "open_evaluation",
    "opens_on",
    "require_draft",
    "write_down",
]


@dataclass(frozen=True)
class Evaluation:
    """An evaluation. ``number`` is empty while it is a draft.

    ``participants`` are ``{"name", "position"}``.
    """

    id: int
    first: date
    last: date
    participants: tuple[Mapping[str, str], ...]
    findings: tuple[str, ...]
    number: str

    @property
    def subject(self) -> str:
        """How its records are called in the record store."""
        return f"{self.first.isoformat()}/{self.last.isoformat()}"


def opens_on(last: date, days: int = OPENS_AFTER_DAYS) -> date:
    """Return the WIB day from which the period that ends with ``last`` may be evaluated."""
    return last + timedelta(days=days)


def last_month(today: date, days: int = OPENS_AFTER_DAYS) -> tuple[date, date]:
    """Return the newest calendar month whose evaluation is open on ``today``."""
    last = (today - timedelta(days=days)).replace(day=1) - timedelta(days=1)
    newer = (last + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    if opens_on(newer, days) <= today:
        last = newer
    return last.replace(day=1), last


def open_evaluation(
    tx: Transaction, first: date, last: date, *, days: int = OPENS_AFTER_DAYS
) -> Evaluation:
    """Open the evaluation of a period, or return the one that is there.

    Raises ``InvalidFormError`` when the period runs backwards or ended too few days ago.
    """
    today = tx.now.astimezone(WIB).date()
    if last < first:
        raise InvalidFormError(
            f"period {first} to {last}",
            reader_text="Tanggal akhir lebih awal daripada tanggal mulai.",
        )
    if today < opens_on(last, days):
        day = opens_on(last, days).strftime("%d-%m-%Y")
        raise InvalidFormError(
            f"evaluation of {first} to {last} on {today}",
            reader_text=f"Evaluasi periode ini baru dapat dibuka mulai {day}.",
        )
    insert_if_absent(
        tx,
        evaluation,
        {"first": first, "last": last, "opened_at": tx.now, "participants": [], "findings": []}
        | {"number": ""},
        unique=("first", "last"),
    )
    return find_evaluation(tx, first, last)


def get_evaluation(tx: Transaction, evaluation_id: int) -> Evaluation:
    """Return an evaluation. Raises ``NotFoundError``."""
    return _one(tx, evaluation.c.id == evaluation_id)


def find_evaluation(tx: Transaction, first: date, last: date) -> Evaluation:
    """Return the evaluation of a period. Raises ``NotFoundError`` while none is open."""
    return _one(tx, (evaluation.c.first == first) & (evaluation.c.last == last))


def list_evaluations(tx: Transaction) -> list[Evaluation]:
    """Return all evaluations, the newest period first."""
    rows = tx.connection.execute(
        sa.select(evaluation).order_by(evaluation.c.last.desc(), evaluation.c.first)
    )
    return [_from_row(row) for row in rows]


def write_down(
    tx: Transaction,
    evaluation_id: int,
    *,
    participants: Sequence[Mapping[str, str]],
    findings: Sequence[str],
) -> Evaluation:
    """Replace participants and findings of a draft. Raises ``RecordConflictError`` once filed."""
    draft = require_draft(tx, evaluation_id)
    texts = [text for person in participants for text in person.values()] + list(findings)
    if any(len(text) > TEXT_LIMIT for text in texts):
        raise InvalidFormError(
            "evaluation text too long",
            reader_text=f"Setiap isian paling panjang {TEXT_LIMIT} huruf.",
        )
    tx.connection.execute(
        sa.update(evaluation)
        .where(evaluation.c.id == draft.id)
        .values(participants=[dict(person) for person in participants], findings=list(findings))
    )
    return get_evaluation(tx, evaluation_id)


def require_draft(tx: Transaction, evaluation_id: int) -> Evaluation:
    """Return the evaluation. Raises ``RecordConflictError`` once it is filed."""
    found = get_evaluation(tx, evaluation_id)
    if found.number:
        raise RecordConflictError(
            f"evaluation {evaluation_id} is filed",
            reader_text=f"Evaluasi ini sudah disahkan dengan nomor {found.number}.",
        )
    return found


def approve(
    tx: Transaction,
    evaluation_id: int,
    context: EvaluationContext,
    *,
    account: Account,
) -> OfficeRecord:
    """Give the evaluation its number, freeze it and file it.

    Raises ``InvalidFormError`` without participants or findings, ``RecordConflictError`` when it
    is filed already.
    """
    # Numbers are given one after the other.
    tx.connection.execute(sa.select(evaluation.c.id).with_for_update()).all()
    draft = require_draft(tx, evaluation_id)
    if not draft.participants or not draft.findings:
        raise InvalidFormError(
            f"evaluation {evaluation_id} has no participants or findings",
            reader_text="Isi peserta dan temuan sebelum evaluasi disahkan.",
        )
    number = _next_number(tx)
    tx.connection.execute(
        sa.update(evaluation).where(evaluation.c.id == draft.id).values(number=number)
    )
    content = document_content(tx, get_evaluation(tx, evaluation_id), context)
    content["approved_by"] = account.display_name
    content["approved_at"] = tx.now.isoformat()
    return file_record(tx, "evaluation", draft.subject, "made", content, account=account)


def document_content(
    tx: Transaction, which: Evaluation, context: EvaluationContext
) -> dict[str, Any]:
    """Return what the document says: as filed, or as it would be filed now."""
    if filed := records_of(tx, "evaluation", which.subject):
        return dict(filed[0].content)
    return {
        "number": which.number,
        "participants": [dict(person) for person in which.participants],
        "findings": list(which.findings),
        **gather(tx, which.id, which.first, which.last, context),
    }


def _next_number(tx: Transaction) -> str:
    today = tx.now.astimezone(WIB).date()
    numbers = tx.connection.execute(
        sa.select(evaluation.c.number).where(evaluation.c.number.like(f"%/{today.year}"))
    ).scalars()
    newest = max((int(number.partition("/")[0]) for number in numbers), default=0)
    return f"{newest + 1:03d}/HALO-KOPUKM/{_ROMAN[today.month - 1]}/{today.year}"


def _one(tx: Transaction, where: sa.ColumnElement[bool]) -> Evaluation:
    row = tx.connection.execute(sa.select(evaluation).where(where)).one_or_none()
    if row is None:
        raise NotFoundError("no such evaluation", reader_text="Evaluasi itu tidak ada.")
    return _from_row(row)


def _from_row(row: sa.Row[Any]) -> Evaluation:
    return Evaluation(
        id=row.id,
        first=row.first,
        last=row.last,
        participants=tuple(row.participants),
        findings=tuple(row.findings),
        number=row.number,
    )
