"""Who may see what. The administrator may everything."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec
from urllib.parse import urlsplit

from flask import make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from foundation.errors import ForbiddenError, NotSignedInError
from storage import Account
from web.accounts.session import current_account

P = ParamSpec("P")

_LANDING = {
    "petugas": "/petugas",
    "supervisor": "/petugas",
    "admin": "/petugas",
    "staf_data": "/studio/kotak",
    "auditor": "/laporan",
}


def landing_page(account: Account) -> str:
    """Return the path where the account's work is."""
    return _LANDING[account.role]


def may(account: Account, *roles: str) -> bool:
    """Whether the account has one of the roles or is the administrator's."""
    return account.role == "admin" or account.role in roles


def signed_in() -> Account:
    """Return who makes this request. Raises ``NotSignedInError``."""
    account = current_account()
    if account is None:
        raise NotSignedInError("no staff session")
    return account


def require_role(
    *roles: str,
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Let only these roles into a view.

    A page asked for without a session leads to the sign-in page and back again; everything else
    raises ``NotSignedInError``. A signed-in account of another role raises ``ForbiddenError``.
    """

    def decorate(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            account = current_account()
            if account is None:
                return _to_sign_in()
            if not may(account, *roles):
                raise ForbiddenError(f"role {account.role} on {request.endpoint}")
            return view(*args, **kwargs)

        return guarded

    return decorate


def _to_sign_in() -> ResponseReturnValue:
    if request.headers.get("HX-Request"):
        # A part of a page cannot ask for a password: the whole page goes there.
        answer = make_response("", 401)
        page = urlsplit(request.headers.get("HX-Current-URL", "")).path
        answer.headers["HX-Redirect"] = url_for("accounts.sign_in_page", next=page or None)
        return answer
    if request.method not in ("GET", "HEAD") or _wants_stream():
        raise NotSignedInError("no staff session")
    target = request.full_path.rstrip("?")
    return redirect(url_for("accounts.sign_in_page", next=target), 303)


def _wants_stream() -> bool:
    return request.accept_mimetypes.best == "text/event-stream"
