"""Who the residents on WhatsApp are, as far as Meta tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from storage import Transaction
from storage.whatsapp_tables import contact

CHANNEL: Final = "whatsapp"

# Built once: it is asked for every message that goes out.
_CONTACT: Final = sa.select(contact).where(contact.c.conversation_id == sa.bindparam("wanted"))


@dataclass(frozen=True)
class Contact:
    """The resident as Meta tells. ``phone`` is a number given on request, not vouched for."""

    conversation_id: str
    user_id: str | None
    wa_id: str | None
    name: str
    username: str
    phone: str | None
    opted_out_at: datetime | None
    pair_at: datetime | None
    pair_since: datetime | None

    @property
    def has_phone(self) -> bool:
        """Whether an officer could ring the resident up."""
        return bool(self.wa_id or self.phone)


def contact_of(tx: Transaction, conversation_id: str) -> Contact | None:
    """Return who the conversation is with, ``None`` on another channel or once forgotten."""
    row = tx.connection.execute(_CONTACT, {"wanted": conversation_id}).one_or_none()
    return None if row is None else Contact(**row._mapping)


def change_contact(tx: Transaction, conversation_id: str, **values: Any) -> None:
    """Change columns of the contact; none given changes nothing."""
    if not values:
        return
    tx.connection.execute(
        sa.update(contact).where(contact.c.conversation_id == conversation_id).values(**values)
    )


def same_person(tx: Transaction, one_id: str, other_id: str) -> bool:
    """Whether both conversations are one resident's, perhaps joined later."""
    if one_id == other_id:
        return True
    one, other = contact_of(tx, one_id), contact_of(tx, other_id)
    if one is None or other is None:
        return False
    return one.user_id == other.user_id and one.wa_id == other.wa_id


def conversations_of_resident(tx: Transaction, conversation_id: str) -> list[str]:
    """Return the ids of all conversations of its resident, itself included: some were joined.

    Whoever erases or exports a person's data has to walk all of them.
    """
    known = contact_of(tx, conversation_id)
    if known is None:
        return [conversation_id]
    same = [contact.c.conversation_id == conversation_id]
    if known.user_id:
        same.append(contact.c.user_id == known.user_id)
    if known.wa_id:
        same.append(contact.c.wa_id == known.wa_id)
    statement = (
        sa.select(contact.c.conversation_id)
        .where(sa.or_(*same))
        .order_by(contact.c.conversation_id)
    )
    return list(tx.connection.execute(statement).scalars())


def conversations_of_number(tx: Transaction, wa_id: str) -> list[str]:
    """Return the ids of the conversations of a number (digits, with the country's)."""
    statement = (
        sa.select(contact.c.conversation_id)
        .where(sa.or_(contact.c.wa_id == wa_id, contact.c.phone.in_((wa_id, f"+{wa_id}"))))
        .order_by(contact.c.conversation_id)
    )
    first = list(tx.connection.execute(statement).scalars())
    all_ids = {other for each in first for other in conversations_of_resident(tx, each)}
    return sorted(all_ids)
