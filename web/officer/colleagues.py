"""To whom a case may be given."""

from __future__ import annotations

from dataclasses import dataclass

from handoff import OFFICER_ROLES, may_see, officers_on_duty
from storage import Conversation, Transaction, list_accounts


@dataclass(frozen=True)
class Colleague:
    """An active officer; ``ready`` says that they take cases now, ``load`` how many they have."""

    id: int
    name: str
    ready: bool
    load: int


def colleagues(
    tx: Transaction, *, without: int = 0, of: Conversation | None = None
) -> tuple[Colleague, ...]:
    """Return everybody who may own a case (``of`` this conversation) but ``without``.

    Whoever is ready comes first.
    """
    on_duty = {officer.id: officer for officer in officers_on_duty(tx)}
    found = []
    for account in list_accounts(tx):
        if not account.active or account.role not in OFFICER_ROLES or account.id == without:
            continue
        if of is not None and not may_see(tx, account, of):
            continue
        officer = on_duty.get(account.id)
        ready = officer is not None and officer.ready(tx.now)
        load = officer.load if officer else 0
        found.append(Colleague(account.id, account.display_name, ready, load))
    return tuple(sorted(found, key=lambda one: (not one.ready, one.load, one.name)))
