"""The programs' side: the widget's chat API, Rasa's addresses, and the document of both."""

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from web.api.chat import chat_blueprint
from web.api.openapi import openapi_blueprint
from web.api.rasa import rasa_blueprint
from web.services import Services
from web.shared_buckets import limiter_of

__all__ = ["register"]


def register(app: Flask, services: Services, csrf: CSRFProtect) -> None:
    """Attach the API. None of it looks at cookies, so none of it needs a CSRF token."""
    limiter = limiter_of(services)
    for blueprint in (
        chat_blueprint(services, limiter),
        rasa_blueprint(limiter),
        openapi_blueprint(),
    ):
        csrf.exempt(blueprint)  # type: ignore[no-untyped-call]
        app.register_blueprint(blueprint)
