"""Whom supervisors let see a confidential conversation."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from handoff import grant_access, withdraw_access
from web.accounts import require_role, signed_in
from web.context import services


def add_reader(conversation_id: str) -> ResponseReturnValue:
    """Let an officer see the conversation."""
    number = request.form.get("petugas", "")
    account_id = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    with services().store.write() as tx:
        grant_access(tx, conversation_id, account_id, by=signed_in())
    return _back(conversation_id)


def remove_reader(conversation_id: str, account_id: int) -> ResponseReturnValue:
    """Take the officer's sight of the conversation back."""
    with services().store.write() as tx:
        withdraw_access(tx, conversation_id, account_id, by=signed_in())
    return _back(conversation_id)


def add_secrecy(blueprint: Blueprint) -> None:
    """Attach the views, for supervisors only."""
    above = require_role("supervisor")
    for rule, endpoint, change in (
        ("/percakapan/<conversation_id>/pembaca", "add_reader", above(add_reader)),
        (
            "/percakapan/<conversation_id>/pembaca/<int:account_id>/cabut",
            "remove_reader",
            above(remove_reader),
        ),
    ):
        blueprint.add_url_rule(rule, endpoint, change, methods=["POST"])


def _back(conversation_id: str) -> ResponseReturnValue:
    services().wakeups.publish()
    page = url_for("officer.conversation", conversation_id=conversation_id, lihat="kartu")
    return redirect(page, 303)
