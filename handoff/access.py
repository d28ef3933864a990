"""Who of the staff may see a conversation and its cases. This alone decides; every view asks here.

A report about persons makes its conversation confidential as a whole, for good, also for cases
that are opened in it later: what was said before and after a report tells who reported. Then only
supervisors see it, and those whom a supervisor added. To anybody else it is as if it did not
exist: ``NotFoundError``, never ``ForbiddenError``. The administrator is no exception in the
browser; on the server itself whoever may read the database may read everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ColumnElement, delete, exists, or_, select, true, update

from foundation.errors import InvalidFormError, NotFoundError
from handoff.case import Case, case_from_row
from storage import (
    Account,
    Conversation,
    Transaction,
    add_audit_entry,
    append_event,
    get_account,
    get_conversation,
    insert_if_absent,
    list_accounts,
)
from storage.desk_tables import confidential_access, offer
from storage.tables import attention, case_, conversation

KEEPER = "supervisor"
"""The role that sees every confidential conversation."""

OFFICER_ROLES = ("petugas", "supervisor", "admin")
"""Roles that may own a case, and be added to a confidential one."""


@dataclass(frozen=True)
class Grant:
    """Somebody whom a supervisor added."""

    account_id: int
    name: str
    granted_at: datetime


def visible_cases(officer: Account | None) -> ColumnElement[bool]:
    """Return the condition on ``case_`` for the cases that the account may see.

    ``None`` is the service itself, which counts and looks after all of them.
    """
    return _visible(officer, case_.c.confidential, case_.c.conversation_id)


def visible_conversations(officer: Account | None) -> ColumnElement[bool]:
    """Return the condition on ``conversation`` for those that the account may see."""
    return _visible(officer, conversation.c.confidential, conversation.c.id)


def access_conversation(tx: Transaction, officer: Account, conversation_id: str) -> Conversation:
    """Return a conversation that the account may see. Raises ``NotFoundError`` for any other."""
    found = get_conversation(tx, conversation_id)
    if found is None or not may_see(tx, officer, found):
        raise NotFoundError("no such conversation")
    return found


def access_case(tx: Transaction, officer: Account, case_id: int) -> Case:
    """Return a case that the account may see. Raises ``NotFoundError`` for any other."""
    row = tx.connection.execute(
        select(case_).where(case_.c.id == case_id, visible_cases(officer))
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"case {case_id}")
    return case_from_row(row)


def may_see(tx: Transaction, officer: Account, found: Conversation) -> bool:
    """Whether the account may see this conversation."""
    if not found.confidential or officer.role == KEEPER:
        return True
    return officer.id in {grant.account_id for grant in grants_of(tx, found.id)}


def seers_of(tx: Transaction, conversation_id: str) -> set[int]:
    """Return the active accounts that may own cases and may see the conversation."""
    found = get_conversation(tx, conversation_id)
    if found is None:
        return set()
    return {
        one.id
        for one in list_accounts(tx)
        if one.active and one.role in OFFICER_ROLES and may_see(tx, one, found)
    }


def make_confidential(
    tx: Transaction, conversation_id: str, *, actor: str, turn_id: str | None = None
) -> None:
    """Withdraw the conversation from common view, for good; a second time changes nothing.

    To be called under the lock of the conversation.
    """
    changed = tx.connection.execute(
        update(conversation)
        .where(conversation.c.id == conversation_id, conversation.c.confidential.is_(False))
        .values(confidential=True)
    )
    if changed.rowcount != 1:
        return
    of_it = case_.c.conversation_id == conversation_id
    tx.connection.execute(update(case_).where(of_it).values(confidential=True))
    # They were made for officers who can no longer see the case.
    tx.connection.execute(delete(offer).where(offer.c.case_id.in_(select(case_.c.id).where(of_it))))
    append_event(
        tx, conversation_id, type="made_confidential", actor=actor, data={}, turn_id=turn_id
    )


def share_confidentiality(tx: Transaction, first: str, second: str, *, actor: str) -> None:
    """Make two conversations of one resident confidential where either is, with its grants.

    To be called under the locks of both.
    """
    pair = [one for one in (get_conversation(tx, first), get_conversation(tx, second)) if one]
    if not any(one.confidential for one in pair):
        return
    for one in pair:
        make_confidential(tx, one.id, actor=actor)
    for giver, receiver in ((first, second), (second, first)):
        for row in tx.connection.execute(
            select(confidential_access).where(confidential_access.c.conversation_id == giver)
        ).all():
            values = {**row._mapping, "conversation_id": receiver}
            insert_if_absent(
                tx, confidential_access, values, unique=("conversation_id", "account_id")
            )


def grants_of(tx: Transaction, conversation_id: str) -> list[Grant]:
    """Return whom supervisors added to the conversation, by name."""
    names = {one.id: one.display_name for one in list_accounts(tx)}
    rows = tx.connection.execute(
        select(confidential_access).where(confidential_access.c.conversation_id == conversation_id)
    )
    found = [Grant(row.account_id, names.get(row.account_id, ""), row.granted_at) for row in rows]
    return sorted(found, key=lambda one: (one.name, one.account_id))


def grant_access(tx: Transaction, conversation_id: str, account_id: int, *, by: Account) -> None:
    """Let an officer see a confidential conversation; the deed is written down.

    Raises ``NotFoundError`` unless ``by`` is a supervisor and the conversation is confidential,
    ``InvalidFormError`` for somebody who cannot be added.
    """
    _require_keeper(tx, conversation_id, by)
    receiver = get_account(tx, account_id)
    if receiver is None or not receiver.active or receiver.role not in OFFICER_ROLES:
        raise InvalidFormError(
            f"account {account_id} cannot be added",
            reader_text="Pilih petugas yang akunnya aktif.",
        )
    made = insert_if_absent(
        tx,
        confidential_access,
        {
            "conversation_id": conversation_id,
            "account_id": account_id,
            "granted_at": tx.now,
            "granted_by": by.id,
        },
        unique=("conversation_id", "account_id"),
    )
    if made is not None:
        _note(tx, "access_granted", conversation_id, account_id, by)


def withdraw_access(tx: Transaction, conversation_id: str, account_id: int, *, by: Account) -> None:
    """Take an officer's sight of a confidential conversation back; the deed is written down.

    Raises ``NotFoundError`` unless ``by`` is a supervisor and the conversation is confidential,
    ``InvalidFormError`` while the officer has it.
    """
    if _require_keeper(tx, conversation_id, by).owner == account_id:
        raise InvalidFormError(
            f"account {account_id} has the conversation",
            reader_text="Petugas itu sedang memegang kasusnya. Ambil alih dahulu.",
        )
    gone = tx.connection.execute(
        delete(confidential_access).where(
            confidential_access.c.conversation_id == conversation_id,
            confidential_access.c.account_id == account_id,
        )
    )
    if gone.rowcount:
        _note(tx, "access_withdrawn", conversation_id, account_id, by)


def visible_attention(officer: Account | None) -> ColumnElement[bool]:
    """Return the condition on ``attention`` for the turns that the account may see."""
    if officer is None or officer.role == KEEPER:
        return true()
    hidden = exists().where(
        conversation.c.id == attention.c.conversation_id,
        conversation.c.confidential,
        ~_granted(officer, conversation.c.id),
    )
    return ~hidden


def _visible(
    officer: Account | None, confidential: Column[bool], conversation_id: Column[str]
) -> ColumnElement[bool]:
    if officer is None or officer.role == KEEPER:
        return true()
    return or_(confidential.is_(False), _granted(officer, conversation_id))


def _granted(officer: Account, conversation_id: Column[str]) -> ColumnElement[bool]:
    return exists().where(
        confidential_access.c.conversation_id == conversation_id,
        confidential_access.c.account_id == officer.id,
    )


def _require_keeper(tx: Transaction, conversation_id: str, by: Account) -> Conversation:
    found = get_conversation(tx, conversation_id)
    if found is None or not found.confidential or by.role != KEEPER:
        raise NotFoundError("no such confidential conversation")
    return found


def _note(tx: Transaction, action: str, conversation_id: str, account_id: int, by: Account) -> None:
    data = {"conversation": conversation_id, "to": account_id}
    add_audit_entry(tx, action, account_id=by.id, data=data)
