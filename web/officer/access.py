"""Before every view of the console: what it is about must be something that the officer may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, request

from foundation.errors import NotFoundError
from handoff import access_case, access_conversation, attention_item
from storage import Account, Transaction, get_outbox_row
from web.accounts import may
from web.accounts.session import current_account
from web.context import services

ROLES = ("petugas", "supervisor")
"""Who works at the console."""


def add_access(blueprint: Blueprint) -> None:
    """Let no view of the blueprint begin for a case or conversation that the officer may not see.

    The transaction that changes something asks again; this one makes that no view can forget to,
    and that a form with mistakes in it does not tell that the case exists.
    """
    blueprint.before_request(_check)


def _check() -> None:
    account = current_account()
    if account is None or not may(account, *ROLES):
        return  # the view's own guard turns them away, whatever they ask for
    asked = {name: value for name, value in (request.view_args or {}).items() if name in _LOOKS}
    if asked:
        with services().store.read() as tx:
            for name, value in asked.items():
                _LOOKS[name](tx, account, value)


def _case(tx: Transaction, account: Account, case_id: int) -> None:
    access_case(tx, account, case_id)


def _conversation(tx: Transaction, account: Account, conversation_id: str) -> None:
    access_conversation(tx, account, conversation_id)


def _attention(tx: Transaction, account: Account, item_id: int) -> None:
    attention_item(tx, item_id, account)


def _outbox(tx: Transaction, account: Account, outbox_id: int) -> None:
    row = get_outbox_row(tx, outbox_id)
    if row is None:
        raise NotFoundError(f"outbox row {outbox_id}")
    access_conversation(tx, account, row.conversation)


_LOOKS: Mapping[str, Callable[[Transaction, Account, Any], None]] = {
    "case_id": _case,
    "conversation_id": _conversation,
    "item_id": _attention,
    "outbox_id": _outbox,
}
"""How each argument of an address is looked at, by its name."""
