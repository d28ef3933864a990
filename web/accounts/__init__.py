"""Staff accounts on the web: signing in and out, sessions, roles."""

from flask import Flask

from web.accounts.roles import landing_page, may, require_role, signed_in
from web.accounts.routes import sign_in_blueprint
from web.accounts.session import LIFETIME, current_account
from web.services import Services
from web.shared_buckets import limiter_of

__all__ = ["current_account", "landing_page", "may", "register", "require_role", "signed_in"]


def register(app: Flask, services: Services) -> None:
    """Attach ``/masuk`` and ``/keluar``, and ``staff`` (who is signed in) for all templates."""
    app.permanent_session_lifetime = LIFETIME
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    # A console stays open all day: the token lives as long as the session that it is bound to.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.register_blueprint(sign_in_blueprint(services.clock, limiter_of(services)))
    app.context_processor(lambda: {"staff": current_account})
