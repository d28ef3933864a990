"""The document of the API, kept by hand beside this module; a test compares it with the routes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from foundation import __version__

_DOCUMENT: dict[str, Any] = json.loads(
    Path(__file__).with_name("openapi.json").read_text(encoding="utf-8")
)


def openapi_blueprint() -> Blueprint:
    """Return the blueprint of ``/api/openapi.json``."""
    blueprint = Blueprint("openapi", __name__)
    blueprint.add_url_rule("/api/openapi.json", "document", _document)
    return blueprint


def _document() -> ResponseReturnValue:
    return jsonify(_DOCUMENT | {"info": _DOCUMENT["info"] | {"version": __version__}})
