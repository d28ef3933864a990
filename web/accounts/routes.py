"""Signing in and out."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from foundation.clock import Clock
from handoff import leave
from storage import Account, add_audit_entry, list_accounts, sign_in, sign_in_name
from web.accounts.local_target import local_target
from web.accounts.roles import landing_page
from web.accounts.session import begin_session, current_account, end_session
from web.accounts.throttle import SignInThrottle
from web.context import services
from web.ratelimit import Limit, RateLimiter

logger = logging.getLogger(__name__)

_TRIES = Limit(burst=30, per_second=0.5)
"""Per address, whatever the names: looking at a password is slow on purpose."""

_NAME_LIMIT = 80
"""Characters of a name that are kept; accounts have at most 40."""


@dataclass(frozen=True)
class SignInViews:
    """The two pages of this area, what slows guessing down, and what keeps the hashing bounded."""

    throttle: SignInThrottle
    limiter: RateLimiter

    def page(self) -> ResponseReturnValue:
        """Show the form; whoever is signed in already goes on to the work."""
        account = current_account()
        if account is not None:
            return redirect(_onward(account), 303)
        return _form()

    def submit(self) -> ResponseReturnValue:
        """Check name and password. Unknown name and wrong password get the same answer."""
        address = request.remote_addr or ""
        self.limiter.spend_for_address("sign-in", address, _TRIES)
        name = request.form.get("username", "")
        password = request.form.get("password", "")
        if not name.strip() or not password:
            return _form(problem="kosong", status=422)
        key = (sign_in_name(name)[:_NAME_LIMIT], address)
        wait = self.throttle.begin(key)
        if wait:
            logger.warning("sign-in refused: too many failures")
            return _form(problem="tunggu", status=429, wait=wait)
        account = sign_in(services().store, name, password, hasher=services().hasher)
        if account is None:
            logger.warning("sign-in failed")
            _note_failure(key[0])
            return _form(problem="salah", status=401)
        self.throttle.succeeded(key)
        begin_session(account, services().clock())
        with services().store.write() as tx:
            add_audit_entry(tx, "signed_in", account_id=account.id, data={"address": address})
        logger.info("account %d (%s) signed in", account.id, account.role)
        return redirect(_onward(account), 303)


def sign_out() -> ResponseReturnValue:
    """End the session and show the sign-in page."""
    account = current_account()
    if account is not None:
        logger.info("account %d signed out", account.id)
        with services().store.write() as tx:
            leave(tx, account.id)
            add_audit_entry(tx, "signed_out", account_id=account.id)
    end_session()
    return redirect(url_for("accounts.sign_in_page", keluar="1"), 303)


def sign_in_blueprint(clock: Clock, limiter: RateLimiter) -> Blueprint:
    """Return the blueprint of ``/masuk`` and ``/keluar``."""
    desk = SignInViews(SignInThrottle(clock), limiter)
    blueprint = Blueprint("accounts", __name__)
    blueprint.add_url_rule("/masuk", "sign_in_page", desk.page, methods=["GET"])
    blueprint.add_url_rule("/masuk", "sign_in", desk.submit, methods=["POST"])
    blueprint.add_url_rule("/keluar", "sign_out", sign_out, methods=["POST"])
    return blueprint


def _note_failure(name: str) -> None:
    """Write a failed sign-in down; a name that nobody has may be a mistyped password."""
    with services().store.write() as tx:
        known = next((one for one in list_accounts(tx) if one.name == name), None)
        add_audit_entry(
            tx,
            "sign_in_failed",
            account_id=known.id if known else None,
            data={"address": request.remote_addr or ""},
        )


def _onward(account: Account) -> str:
    return local_target(request.values.get("next")) or landing_page(account)


def _form(
    *, problem: str = "", status: int = 200, wait: timedelta = timedelta()
) -> ResponseReturnValue:
    seconds = ceil(wait.total_seconds())
    page = render_template(
        "accounts/masuk.html",
        problem=problem,
        wait_seconds=seconds,
        username=request.form.get("username", "")[:_NAME_LIMIT],
        next=local_target(request.values.get("next")) or "",
        signed_out=request.args.get("keluar") == "1",
    )
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    if seconds:
        answer.headers["Retry-After"] = str(seconds)
    return answer
