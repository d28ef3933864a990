"""Whose name stands under what a command files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from foundation.errors import ForbiddenError, NotFoundError
from storage import Account, Transaction, list_accounts

ADMIN: Final = "admin"


def signing_account(tx: Transaction, name: str, roles: Sequence[str]) -> Account:
    """Return the active account of that name.

    Raises ``NotFoundError`` when there is none, ``ForbiddenError`` when its role is not among
    ``roles``; an admin may everything, as on the pages.
    """
    wanted = name.strip().casefold()
    for account in list_accounts(tx):
        if account.active and account.name.casefold() == wanted:
            if account.role not in (*roles, ADMIN):
                raise ForbiddenError(
                    f"{account.name} is {account.role}, not one of {', '.join(roles)}",
                    reader_text=f"Akun {account.name} tidak berperan {' atau '.join(roles)}.",
                )
            return account
    raise NotFoundError(f"no account {name!r}", reader_text=f"Akun {name} tidak ada.")
