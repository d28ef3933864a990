"""Canned replies: texts that supervisors keep and officers insert, with blanks to be filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from foundation.errors import InvalidFormError, NotFoundError
from storage import Transaction, add_audit_entry
from storage.desk_tables import canned_reply

BLANKS = ("nama", "petugas", "tiket", "jam")
"""What ``{…}`` may stand for: the resident's and the officer's name, the ticket, the time."""

TITLE_LIMIT, TEXT_LIMIT = 80, 2000
_BLANK = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class CannedReply:
    """A text to be inserted. Inactive ones are kept, not offered."""

    id: int
    title: str
    text: str
    active: bool


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its blanks filled; one without a value is left for the officer to see.

    >>> fill_in("Selamat pagi, {nama}. Tiket {tiket}.", {"tiket": "HK-1"})
    'Selamat pagi, {nama}. Tiket HK-1.'
    """
    return _BLANK.sub(lambda found: values.get(found[1], "") or found[0], text)


def list_canned(
    tx: Transaction, *, search: str = "", all_of_them: bool = False
) -> list[CannedReply]:
    """Return the replies by title; with ``search`` only those that have all its words."""
    rows = tx.connection.execute(select(canned_reply).order_by(canned_reply.c.title))
    words = search.casefold().split()
    found = (CannedReply(row.id, row.title, row.text, row.active) for row in rows)
    return [
        reply
        for reply in found
        if (reply.active or all_of_them)
        and all(word in f"{reply.title} {reply.text}".casefold() for word in words)
    ]


def save_canned(
    tx: Transaction, *, title: str, text: str, account_id: int, reply_id: int | None = None
) -> int:
    """Add a reply or change one; return its id.

    Raises ``InvalidFormError`` for an empty, overlong or taken title, a bad text, an unknown blank.
    """
    title, text = " ".join(title.split()), text.strip()
    _check(title, text)
    same = tx.connection.execute(
        select(canned_reply.c.id).where(canned_reply.c.title == title)
    ).scalar_one_or_none()
    if same is not None and same != reply_id:
        raise InvalidFormError("title is taken", reader_text=f"Judul “{title}” sudah dipakai.")
    values = {
        "title": title,
        "text": text,
        "active": True,
        "changed_at": tx.now,
        "changed_by": account_id,
    }
    if reply_id is None:
        statement = insert(canned_reply).values(**values).returning(canned_reply.c.id)
        reply_id = tx.connection.execute(statement).scalar_one()
    else:
        _change(tx, reply_id, values)
    add_audit_entry(
        tx, "canned_saved", account_id=account_id, data={"id": reply_id, "title": title}
    )
    return reply_id


def retire_canned(tx: Transaction, reply_id: int, *, account_id: int) -> None:
    """Offer a reply no longer. Raises ``NotFoundError``."""
    values = {"active": False, "changed_at": tx.now, "changed_by": account_id}
    _change(tx, reply_id, values)
    add_audit_entry(tx, "canned_retired", account_id=account_id, data={"id": reply_id})


def _change(tx: Transaction, reply_id: int, values: Mapping[str, object]) -> None:
    statement = update(canned_reply).where(canned_reply.c.id == reply_id).values(**values)
    if tx.connection.execute(statement).rowcount != 1:
        raise NotFoundError(f"canned reply {reply_id}")


def _check(title: str, text: str) -> None:
    problem = ""
    unknown = sorted({found[1] for found in _BLANK.finditer(text)} - set(BLANKS))
    if not 0 < len(title) <= TITLE_LIMIT:
        problem = f"Judul harus 1–{TITLE_LIMIT} karakter."
    elif not 0 < len(text) <= TEXT_LIMIT:
        problem = f"Isi balasan harus 1–{TEXT_LIMIT} karakter."
    elif unknown:
        known = ", ".join(f"{{{name}}}" for name in BLANKS)
        problem = f"Isian {{{unknown[0]}}} tidak dikenal. Yang dapat dipakai: {known}."
    if problem:
        raise InvalidFormError(problem, reader_text=problem)
