"""The data studio at ``/studio``: turns, labels, words, trends, training, gate, versions."""

from flask import Blueprint, Flask

from web.services import Services
from web.studio.answers import add_answers
from web.studio.frame import add_entrance
from web.studio.gate import add_gate
from web.studio.import_export import add_import_export
from web.studio.inbox import add_inbox
from web.studio.labelling import add_labelling
from web.studio.labels import add_labels
from web.studio.lexicon import add_lexicon
from web.studio.threshold import add_threshold
from web.studio.training import add_training
from web.studio.trends import add_trends
from web.studio.versions import add_versions
from web.studio.withdrawn import add_withdrawn

__all__ = ["register"]


def register(app: Flask, services: Services) -> None:
    """Attach the studio."""
    blueprint = Blueprint("studio", __name__, url_prefix="/studio")
    add_entrance(blueprint)
    add_inbox(blueprint)
    add_labelling(blueprint)
    add_labels(blueprint)
    add_import_export(blueprint)
    add_answers(blueprint)
    add_lexicon(blueprint)
    add_trends(blueprint)
    add_training(blueprint)
    add_gate(blueprint)
    add_versions(blueprint)
    add_threshold(blueprint)
    add_withdrawn(blueprint)
    app.register_blueprint(blueprint)
