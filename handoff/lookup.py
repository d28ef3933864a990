"""Finding cases by ticket, and the other cases of the same person."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from handoff.access import visible_cases
from handoff.case import Case, case_from_row
from storage import Account, Transaction
from storage.tables import case_
from storage.whatsapp_tables import contact

_TICKET = re.compile(r"\bhk[ \-]?[a-z0-9]{4}[ \-]?[a-z0-9]{4}\b", re.IGNORECASE)
_NOT_TICKET = re.compile(r"[^A-Z0-9]")
LAST_DIGITS = 4


def case_by_ticket(tx: Transaction, ticket: str) -> Case | None:
    """Return the case with this ticket, however it was typed (``hk 7qxm 9rae``)."""
    letters = _NOT_TICKET.sub("", ticket.upper())
    if len(letters) != 10 or not letters.startswith("HK"):
        return None
    written = f"HK-{letters[2:6]}-{letters[6:]}"
    row = tx.connection.execute(select(case_).where(case_.c.ticket == written)).one_or_none()
    return case_from_row(row) if row else None


def phone_ends_with(tx: Transaction, case: Case, digits: str) -> bool:
    """Whether a phone number known for the case ends with these four digits."""
    if len(digits) != LAST_DIGITS or not digits.isdigit():
        return False
    return any(number.endswith(digits) for number in _phones(tx, case))


def case_asked_for(tx: Transaction, text: str) -> Case | None:
    """Return the case of the ticket in a message that also has the phone's last four digits."""
    written = _TICKET.search(text)
    if written is None:
        return None
    rest = text[: written.start()] + " " + text[written.end() :]
    digits = [found for found in re.findall(r"\d+", rest) if len(found) == LAST_DIGITS]
    return case_for_caller(tx, written[0], last_digits=digits[0]) if digits else None


def case_for_caller(tx: Transaction, ticket: str, *, last_digits: str) -> Case | None:
    """Return the case of a ticket to someone who also knows the phone's last four digits.

    Unknown ticket and wrong digits look the same.
    """
    case = case_by_ticket(tx, ticket)
    return case if case and phone_ends_with(tx, case, last_digits) else None


def cases_of_conversations(
    tx: Transaction,
    conversation_ids: Collection[str],
    *,
    limit: int = 20,
    seen_by: Account | None = None,
) -> list[Case]:
    """Return the cases of these conversations (that the account may see), newest first."""
    rows = tx.connection.execute(
        select(case_)
        .where(case_.c.conversation_id.in_(conversation_ids), visible_cases(seen_by))
        .order_by(case_.c.id.desc())
        .limit(limit)
    )
    return [case_from_row(row) for row in rows]


def _phones(tx: Transaction, case: Case) -> list[str]:
    slots: Any = case.card.get("slots") or {}
    numbers = [str(slots.get("no_hp") or "")]
    row = tx.connection.execute(
        select(contact.c.wa_id, contact.c.phone).where(
            contact.c.conversation_id == case.conversation
        )
    ).one_or_none()
    if row:
        numbers += [row.wa_id or "", row.phone or ""]
    return [digits for number in numbers if len(digits := re.sub(r"\D", "", number)) >= 8]
