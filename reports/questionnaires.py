"""The questionnaire of nine elements as residents fill it in themselves on the site.

Questions, answers and the profile are those of the form in Permenpan RB 14/2017; the form's last
two questions stand here in the order of the elements (U8 complaints, U9 facilities).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from foundation.clock import WIB
from foundation.errors import InvalidFormError
from foundation.masking import mask_identifiers
from reports.document import words
from reports.satisfaction import ELEMENTS, check_ratings
from storage import Account, Transaction, add_audit_entry, insert_if_absent
from storage.office_tables import questionnaire_switch, satisfaction

SUGGESTION_LIMIT = 1000
"""Characters."""

SOURCES = ("petugas", "warga")
"""Who entered a questionnaire: staff from paper, or the resident on the site."""


@dataclass(frozen=True)
class Question:
    """``answers`` are worth 1 to 4, in this order."""

    element: str
    name: str
    text: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class ProfileField:
    """Something about the respondent that the form asks; always optional here."""

    key: str
    label: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Suggestion:
    """What a resident wrote below the questions."""

    date: date
    text: str


@cache
def questions() -> tuple[Question, ...]:
    """Return the nine questions in the order of the elements."""
    asked = _document()["questions"]
    return tuple(
        Question(element, name, one["text"], tuple(one["answers"]))
        for element, name, one in zip(ELEMENTS, words()["elements"], asked, strict=True)
    )


@cache
def profile_fields() -> tuple[ProfileField, ...]:
    """Return what the form asks about the respondent."""
    return tuple(
        ProfileField(one["key"], one["label"], tuple(one["choices"]))
        for one in _document()["profile"]
    )


def file_own(
    tx: Transaction,
    ratings: Sequence[int],
    *,
    form_key: str,
    profile: Mapping[str, str],
    suggestion: str,
) -> None:
    """Keep what a resident filled in today; a form that is sent twice is kept once.

    Raises ``InvalidFormError`` for ratings or texts that are none. Numbers of people are masked.
    """
    check_ratings(ratings)
    text = suggestion.strip()
    if len(text) > SUGGESTION_LIMIT:
        raise InvalidFormError(
            f"suggestion of {len(text)} characters",
            reader_text=f"Saran paling banyak {SUGGESTION_LIMIT} huruf.",
        )
    chosen = {
        field.key: profile[field.key]
        for field in profile_fields()
        if profile.get(field.key) in field.choices
    }
    insert_if_absent(
        tx,
        satisfaction,
        {
            "date": tx.now.astimezone(WIB).date(),
            "entered_at": tx.now,
            "form_key": form_key,
            "profile": chosen or None,
            "suggestion": mask_identifiers(text) or None,
            **dict(zip(ELEMENTS, ratings, strict=True)),
        },
        unique=("form_key",),
    )


def count_by_source(tx: Transaction, first: date, last: date) -> dict[str, int]:
    """Return how many questionnaires of a period staff and residents entered."""
    staff = satisfaction.c.entered_by.is_not(None)
    rows = tx.connection.execute(
        sa.select(staff, sa.func.count())
        .where(satisfaction.c.date >= first, satisfaction.c.date <= last)
        .group_by(staff)
    ).all()
    found = {bool(by_staff): number for by_staff, number in rows}
    return {"petugas": found.get(True, 0), "warga": found.get(False, 0)}


def suggestions(tx: Transaction, first: date, last: date, *, limit: int) -> list[Suggestion]:
    """Return what residents suggested in a period, the newest first."""
    c = satisfaction.c
    rows = tx.connection.execute(
        sa.select(c.date, c.suggestion)
        .where(c.date >= first, c.date <= last, c.suggestion.is_not(None))
        .order_by(c.id.desc())
        .limit(limit)
    )
    return [Suggestion(row.date, row.suggestion) for row in rows]


def is_open(tx: Transaction) -> bool:
    """Whether residents may fill it in on the site; they may until somebody says otherwise."""
    row = tx.connection.execute(
        sa.select(questionnaire_switch.c.is_open)
        .order_by(questionnaire_switch.c.id.desc())
        .limit(1)
    ).one_or_none()
    return True if row is None else bool(row.is_open)


def set_open(tx: Transaction, opened: bool, *, account: Account) -> None:
    """Open or close the questionnaire on the site."""
    tx.connection.execute(
        sa.insert(questionnaire_switch).values(is_open=opened, at=tx.now, changed_by=account.id)
    )
    add_audit_entry(tx, "questionnaire_switched", account_id=account.id, data={"open": opened})


@cache
def _document() -> Mapping[str, Any]:
    path = Path(__file__).with_name("questionnaire.json")
    document: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document
