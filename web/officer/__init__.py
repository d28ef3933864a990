"""The officers' console at ``/petugas``: the queue, conversations, replies, closing."""

from flask import Blueprint, Flask

from web.officer.actions import Actions, add_actions
from web.officer.desk import DeskMaker
from web.officer.pages import Pages, add_pages
from web.services import Services

__all__ = ["register"]


def register(app: Flask, services: Services) -> None:
    """Attach the console."""
    desks = DeskMaker(services)
    pages = Pages(desks)
    blueprint = Blueprint("officer", __name__, url_prefix="/petugas")
    add_pages(blueprint, pages)
    add_actions(blueprint, Actions(desks, pages))
    app.register_blueprint(blueprint)
