"""Which conversation a number or a business-scoped user id leads to (SPEC section 7).

Usernames are never a key: they can change hands. A number without its user id is trusted only as
long as no other user id has been seen with it, since numbers are given to new owners.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from connectors.whatsapp.contacts.naming import NewIdentity, Sender
from connectors.whatsapp.contacts.people import CHANNEL, Contact, change_contact, contact_of
from foundation.errors import StoreUnavailableError
from handoff import open_case_of, share_confidentiality
from storage import (
    Conversation,
    Transaction,
    append_event,
    insert_if_absent,
    lock_conversation,
    open_conversation,
    tables,
)
from storage.whatsapp_tables import alias, contact

logger = logging.getLogger(__name__)

_TRIES: Final = 4

# Built once: it is asked for every message that comes in.
_KNOWN: Final = (
    sa.select(alias.c.alias, contact)
    .join(contact, contact.c.conversation_id == alias.c.conversation_id)
    .where(alias.c.alias.in_(sa.bindparam("aliases", expanding=True)))
)


def conversation_of(tx: Transaction, sender: Sender, *, new_id: Callable[[], str]) -> str:
    """Return the id of the sender's conversation; make or join what is needed.

    Two callers at once get the same one. Raises ``StoreUnavailableError`` in the unlikely case
    that others keep changing the same resident.
    """
    for _ in range(_TRIES):
        found = _known(tx, sender.aliases)
        conversation_id = _settle(tx, sender, found, new_id)
        if conversation_id is not None:
            _note(tx, conversation_id, sender, found.get(conversation_id))
            return conversation_id
    raise StoreUnavailableError("a resident's identity kept changing while it was looked up")


def link(
    tx: Transaction, conversation_id: str, identity: NewIdentity, *, new_id: Callable[[], str]
) -> None:
    """Let the conversation go on under a new number or user id; Meta's word is enough to join."""
    for _ in range(_TRIES):
        wanted = (identity.user_id, identity.wa_id, identity.previous_user_id)
        aliases = tuple(name for name in wanted if name)
        found = _known(tx, aliases)
        others = sorted({known.conversation_id for known in found.values()} - {conversation_id})
        if others:
            conversation_id = _join(tx, conversation_id, others[0])
        elif all(
            _point(tx, name, conversation_id) for name in aliases if name not in _names(found)
        ):
            new = {"user_id": identity.user_id, "wa_id": identity.wa_id}
            change_contact(tx, conversation_id, **{key: new[key] for key in new if new[key]})
            return
    raise StoreUnavailableError("a resident's identity kept changing while it was linked")


@dataclass(frozen=True)
class _Known:
    """A conversation that some of the sender's aliases lead to."""

    conversation_id: str
    aliases: frozenset[str]
    contact: Contact


def _names(found: Mapping[str, _Known]) -> set[str]:
    return {name for known in found.values() for name in known.aliases}


def _known(tx: Transaction, aliases: tuple[str, ...]) -> dict[str, _Known]:
    rows = tx.connection.execute(_KNOWN, {"aliases": aliases}).all()
    found: dict[str, _Known] = {}
    for row in rows:
        values = dict(row._mapping)
        name = values.pop("alias")
        at = values["conversation_id"]
        names = frozenset({name}) | (found[at].aliases if at in found else frozenset())
        found[at] = _Known(conversation_id=at, aliases=names, contact=Contact(**values))
    return found


def _settle(
    tx: Transaction, sender: Sender, found: Mapping[str, _Known], new_id: Callable[[], str]
) -> str | None:
    """Return the sender's conversation; ``None`` when it has to be looked up again."""
    by_alias = {name: known for known in found.values() for name in known.aliases}
    by_user = by_alias.get(sender.user_id or "")
    by_number = by_alias.get(sender.wa_id or "")
    if by_user is not None and by_number is not None:
        if by_user.conversation_id == by_number.conversation_id:
            return by_user.conversation_id
        return _both(tx, sender, by_user, by_number)
    if by_user is not None:
        return _pointed(tx, by_user, wa_id=sender.wa_id)
    if by_number is not None:
        if sender.user_id and by_number.contact.user_id:
            return _handed_on(tx, sender, by_number, new_id)
        return _pointed(tx, by_number, user_id=sender.user_id)
    return _new(tx, sender, new_id)


def _pointed(tx: Transaction, known: _Known, **learnt: str | None) -> str | None:
    """Let what the sender has besides lead here too; from now on replies go there."""
    for column, name in learnt.items():
        if name is None:
            continue
        if not _point(tx, name, known.conversation_id):
            return None
        change_contact(tx, known.conversation_id, **{column: name})
    return known.conversation_id


def _point(tx: Transaction, name: str, conversation_id: str) -> bool:
    """Let an unknown alias lead to the conversation; False when somebody else was quicker."""
    values = {"alias": name, "conversation_id": conversation_id, "at": tx.now}
    return insert_if_absent(tx, alias, values, unique=("alias",)) is not None


def _new(tx: Transaction, sender: Sender, new_id: Callable[[], str]) -> str | None:
    made = open_conversation(tx, channel=CHANNEL, address=sender.aliases[0], new_id=new_id).id
    values = {
        "conversation_id": made,
        "user_id": sender.user_id,
        "wa_id": sender.wa_id,
        "name": sender.name,
        "username": sender.username,
    }
    insert_if_absent(tx, contact, values, unique=("conversation_id",))
    return made if all(_point(tx, name, made) for name in sender.aliases) else None


def _both(tx: Transaction, sender: Sender, by_user: _Known, by_number: _Known) -> str | None:
    if by_number.contact.user_id is None:
        # Known by number alone until now: the first message with both joins the two.
        return _join(tx, by_user.conversation_id, by_number.conversation_id)
    _repoint(tx, sender, by_user.conversation_id, by_number)
    return by_user.conversation_id


def _handed_on(
    tx: Transaction, sender: Sender, former: _Known, new_id: Callable[[], str]
) -> str | None:
    """Begin anew: the number's new owner must not see the former one's conversation."""
    made = _new(tx, Sender(sender.user_id, None, sender.name, sender.username), new_id)
    if made is not None:
        _repoint(tx, sender, made, former)
    return made


def _repoint(tx: Transaction, sender: Sender, conversation_id: str, former: _Known) -> None:
    logger.info("a number that led to another user id leads to a new conversation from now on")
    tx.connection.execute(
        sa.update(alias)
        .where(alias.c.alias == sender.wa_id)
        .values(conversation_id=conversation_id, at=tx.now)
    )
    if former.contact.wa_id == sender.wa_id:
        change_contact(tx, former.conversation_id, wa_id=None)
    change_contact(tx, conversation_id, wa_id=sender.wa_id)


def _join(tx: Transaction, one_id: str, other_id: str) -> str:
    """Make one conversation of two, both locked in id order; return the one that goes on."""
    pair = [lock_conversation(tx, name) for name in sorted((one_id, other_id))]
    led_to = set(
        tx.connection.execute(
            sa.select(alias.c.conversation_id).where(
                alias.c.conversation_id.in_((one_id, other_id))
            )
        ).scalars()
    )
    if len(led_to) == 1:
        # Somebody else joined them while we waited for the locks.
        return str(led_to.pop())
    stays, goes = sorted(pair, key=lambda conversation: _rank(tx, conversation))
    tx.connection.execute(
        sa.update(alias)
        .where(alias.c.conversation_id == goes.id)
        .values(conversation_id=stays.id, at=tx.now)
    )
    _share(tx, stays, goes)
    share_confidentiality(tx, stays.id, goes.id, actor="system")
    append_event(tx, goes.id, type="merged", actor="system", data={"into": stays.id})
    append_event(tx, stays.id, type="merged", actor="system", data={"from": goes.id})
    return stays.id


def _rank(tx: Transaction, conversation: Conversation) -> tuple[bool, bool, datetime, str]:
    """Sort key: a conversation with an officer goes on, then one with a case, then the older."""
    return (
        conversation.owner is None,
        open_case_of(tx, conversation.id) is None,
        conversation.created_at,
        conversation.id,
    )


def _share(tx: Transaction, stays: Conversation, goes: Conversation) -> None:
    """Give both what either knows: replies that wait in the one that goes can still be sent."""
    first, second = contact_of(tx, stays.id), contact_of(tx, goes.id)
    if first is None or second is None:
        return
    known = {
        "user_id": first.user_id or second.user_id,
        "wa_id": first.wa_id or second.wa_id,
        "name": first.name or second.name,
        "username": first.username or second.username,
        "phone": first.phone or second.phone,
        "opted_out_at": max(filter(None, (first.opted_out_at, second.opted_out_at)), default=None),
    }
    moments = filter(None, (stays.last_resident_at, goes.last_resident_at))
    spoke_at = max(moments, default=None)
    for conversation in (stays, goes):
        change_contact(tx, conversation.id, **known)
        tx.connection.execute(
            sa.update(tables.conversation)
            .where(tables.conversation.c.id == conversation.id)
            .values(last_resident_at=spoke_at)
        )


def _note(tx: Transaction, conversation_id: str, sender: Sender, known: _Known | None) -> None:
    """Keep the names. A known number is left alone: a late message may carry a former one."""
    if known is None:
        return
    before = known.contact
    told = {"name": sender.name, "username": sender.username}
    changed = {key: value for key, value in told.items() if value and value != getattr(before, key)}
    if changed:
        change_contact(tx, conversation_id, **changed)
