"""The web processes: public site, widget, chat API, officers' console, reports, health."""

from __future__ import annotations

from typing import cast

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from web import (
    accounts,
    api,
    assets,
    context,
    errors,
    filters,
    numbers,
    officer,
    ops,
    report,
    security,
    site,
    studio,
    whatsapp,
    widget,
)
from web.feed import EventFeed
from web.services import LiveBundle, Services

__all__ = ["EventFeed", "LiveBundle", "Services", "create_app"]


def create_app(services: Services) -> Flask:
    """Return the WSGI application of one web process.

    Call it after forking and after gevent's patches. The store must have been migrated.
    """
    app = Flask(__name__)
    provider = cast(DefaultJSONProvider, app.json)
    provider.ensure_ascii, provider.sort_keys = False, False
    filters.register(app)
    numbers.register(app)
    context.attach(app, services, EventFeed(services.store, services.wakeups))
    csrf = security.register(app, services.settings, services.secret_key)
    errors.register(app)
    assets.register(app)
    ops.register(app)
    api.register(app, services, csrf)
    widget.register(app)
    site.register(app, services)
    accounts.register(app, services)
    officer.register(app, services)
    report.register(app, services)
    studio.register(app, services)
    whatsapp.register(app, services)
    return app
