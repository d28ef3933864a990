"""One place where errors become answers: JSON for programs, a page for people."""

from __future__ import annotations

import logging

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from foundation.errors import (
    BadMessageError,
    HaloError,
    MessageTooLongError,
    NotFoundError,
    StaleFormError,
    TooManyRequestsError,
)

logger = logging.getLogger(__name__)

_PROGRAM_PATHS = ("/api/", "/webhooks/", "/model/", "/status", "/version", "/readyz", "/healthz")

_OF_STATUS: dict[int, type[HaloError]] = {
    400: BadMessageError,
    404: NotFoundError,
    405: NotFoundError,
    413: MessageTooLongError,
    415: BadMessageError,
}


def register(app: Flask) -> None:
    """Answer every error of this application in one form."""
    app.register_error_handler(HaloError, _halo_error)
    app.register_error_handler(HTTPException, _http_error)


def wants_json() -> bool:
    """Whether a program asks, which is told by the path alone."""
    return request.path.startswith(_PROGRAM_PATHS)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        # A redirect of the routing (a missing slash) is an HTTPException too.
        return error.get_response()
    known: HaloError
    if isinstance(error, CSRFError):
        known = StaleFormError(error.description or "")
    else:
        known = _OF_STATUS.get(error.code, HaloError)(f"HTTP {error.code} on {request.method}")
    answer = _answer(known, error.code)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            answer.headers[name] = value
    return answer


def _halo_error(error: HaloError) -> ResponseReturnValue:
    level = logging.ERROR if error.http_status >= 500 else logging.INFO
    logger.log(level, "%s %s: %s", request.method, request.url_rule, error)
    answer = _answer(error, error.http_status)
    if isinstance(error, TooManyRequestsError):
        answer.headers["Retry-After"] = str(error.retry_after)
    elif error.http_status == 503:
        answer.headers["Retry-After"] = "2"
    elif error.http_status == 401 and wants_json():
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _answer(error: HaloError, status: int) -> Response:
    if wants_json():
        answer = jsonify(error={"code": error.code, "message": error.reader_text})
    elif request.headers.get("HX-Request"):
        answer = make_response(render_template("errors/fragment.html", error=error))
    else:
        answer = make_response(render_template("errors/page.html", error=error, status=status))
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    return answer
