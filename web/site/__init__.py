"""The public site: what the service is, search, readable answers, questions without JavaScript."""

from flask import Flask

from web.services import Services
from web.shared_buckets import limiter_of
from web.site.ask import ask_blueprint
from web.site.frame import site_frame
from web.site.routes import site_blueprint
from web.site.survey import survey_blueprint

__all__ = ["register"]


def register(app: Flask, services: Services) -> None:
    """Attach the public pages, and ``site`` (hours now, WhatsApp) for their common frame."""
    limiter = limiter_of(services)
    app.context_processor(lambda: {"site": site_frame})
    app.register_blueprint(site_blueprint(limiter))
    app.register_blueprint(ask_blueprint(limiter))
    app.register_blueprint(survey_blueprint(limiter))
