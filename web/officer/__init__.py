"""The officers' console at ``/petugas``: the queue, conversations, replies, closing."""

from flask import Blueprint, Flask

from web.officer.actions import Actions, add_actions
from web.officer.calendar_page import add_calendar
from web.officer.desk import DeskFactory
from web.officer.pages import Pages, add_pages
from web.officer.post import PostViews, add_post
from web.officer.supervisor import add_supervision
from web.officer.tools import Tools, add_tools
from web.services import Services

__all__ = ["register"]


def register(app: Flask, services: Services) -> None:
    """Attach the console."""
    desks = DeskFactory(services)
    pages = Pages(desks)
    blueprint = Blueprint("officer", __name__, url_prefix="/petugas")
    add_pages(blueprint, pages)
    actions = Actions(desks, pages)
    add_actions(blueprint, actions)
    add_tools(blueprint, Tools(actions))
    add_post(blueprint, PostViews(actions))
    add_supervision(blueprint)
    add_calendar(blueprint)
    app.register_blueprint(blueprint)
