"""The data studio at ``/studio``: the inbox of turns, labelling, labels, words, trends."""

from flask import Blueprint, Flask

from web.services import Services
from web.studio.frame import add_entrance
from web.studio.kotak import add_inbox
from web.studio.labelling import add_labelling
from web.studio.labels import add_labels

__all__ = ["register"]


def register(app: Flask, services: Services) -> None:
    """Attach the studio."""
    blueprint = Blueprint("studio", __name__, url_prefix="/studio")
    add_entrance(blueprint)
    add_inbox(blueprint)
    add_labelling(blueprint)
    add_labels(blueprint)
    app.register_blueprint(blueprint)
