"""The emulator as a Flask application: Graph API, control API, phone page."""

from __future__ import annotations

import threading
from typing import cast
from urllib.parse import urlsplit

from flask import Flask, Response, abort, jsonify, render_template, request
from flask.json.provider import DefaultJSONProvider
from flask.typing import ResponseReturnValue

from connectors.whatsapp_emulator import control_api, graph_api, phone_page
from connectors.whatsapp_emulator.emulator import Emulator
from foundation.addresses import is_own_host
from foundation.clock import indonesian_date, indonesian_time
from foundation.errors import HaloError

_LARGEST_REQUEST = 101 * 1024 * 1024
_POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'"


def create_app(emulator: Emulator, *, stopping: threading.Event | None = None) -> Flask:
    """Return the WSGI application. ``stopping``, once set, ends ordered delays at once."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_REQUEST
    cast(DefaultJSONProvider, app.json).ensure_ascii = False
    app.jinja_env.filters |= {"tanggal": indonesian_date, "jam": indonesian_time}
    app.before_request(_only_from_this_machine)
    app.after_request(_add_headers)
    app.register_error_handler(HaloError, _explain)
    app.register_blueprint(control_api.blueprint(emulator))
    app.register_blueprint(phone_page.blueprint(emulator))
    app.register_blueprint(graph_api.blueprint(emulator, stopping or threading.Event()))
    return app


def _only_from_this_machine() -> None:
    """Refuse what a foreign web page could make a browser send (the pages need no sign-in)."""
    host = urlsplit(f"//{request.host}").hostname or ""
    origin = request.headers.get("Origin")
    if not is_own_host(host) or origin not in (None, request.host_url.rstrip("/")):
        abort(403)


def _add_headers(answer: Response) -> Response:
    answer.headers.setdefault("Content-Security-Policy", _POLICY)
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    # Not "no-referrer": with it, browsers send "Origin: null" along with a form.
    answer.headers.setdefault("Referrer-Policy", "same-origin")
    if request.endpoint != "static":
        answer.headers.setdefault("Cache-Control", "no-store")
    return answer


def _explain(error: HaloError) -> ResponseReturnValue:
    if request.path.startswith("/control/") or request.headers.get("Accept") == "application/json":
        text = {"code": error.code, "message": error.reader_text, "detail": str(error)}
        return jsonify(error=text), error.http_status
    return render_template("problem.html", error=error), error.http_status
