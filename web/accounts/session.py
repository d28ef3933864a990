"""The staff session: a signed cookie that says who signed in, when, and with which password.

Nothing of it is believed without a look at the account: one that was deactivated, or whose
password changed, is signed out everywhere at its next request.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import g, session

from storage import Account, get_account
from web.context import services

LIFETIME = timedelta(hours=12)
"""Counted from signing in; a working day, after which the password is asked for again."""

_ACCOUNT = "account"
_PASSWORD = "password"  # noqa: S105 - the name of a cookie field
_SINCE = "since"


def begin_session(account: Account, now: datetime) -> None:
    """Sign the account in. Whatever the cookie held before is gone, its CSRF token included."""
    session.clear()
    session.permanent = True
    session.update(session_values(account, now))
    g.signed_in = account


def session_values(account: Account, now: datetime) -> dict[str, int | str]:
    """Return what the cookie holds from signing in on."""
    return {
        _ACCOUNT: account.id,
        _PASSWORD: _fingerprint(account),
        _SINCE: int(now.timestamp()),
    }


def end_session() -> None:
    """Sign out."""
    session.clear()
    g.signed_in = None


def current_account() -> Account | None:
    """Return who makes this request, or None; looked up once per request."""
    if "signed_in" not in g:
        g.signed_in = _look_up()
    account: Account | None = g.signed_in
    return account


def _look_up() -> Account | None:
    account_id, since = session.get(_ACCOUNT), session.get(_SINCE)
    if not isinstance(account_id, int) or not isinstance(since, int):
        return None
    with services().store.read() as tx:
        account = get_account(tx, account_id)
        age = tx.now.timestamp() - since
    if account is None or not account.active or age >= LIFETIME.total_seconds():
        return None
    return account if session.get(_PASSWORD) == _fingerprint(account) else None


def _fingerprint(account: Account) -> str:
    return account.password_changed_at.isoformat()
