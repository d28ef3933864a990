"""What holds for every answer of the web process: headers, cookies, CSRF, sizes, the proxy."""

from __future__ import annotations

from flask import Flask, Response, request, session
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from foundation.settings import Settings

BODY_LIMIT = 256 * 1024
"""Bytes. The longest message (20,000 characters) is up to 240,000 when JSON-escaped."""

_CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        # blob: the chat shows pictures that it fetched with its token.
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

_HEADERS = {
    "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Same-origin keeps Flask-WTF's referrer check working and tells other sites nothing.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

FILE_BODY_LIMIT = 16 * 1024 * 1024 + BODY_LIMIT
"""Bytes of a form with which staff send a file."""

_FILE_FORMS = frozenset({"officer.send_file"})

_ONE_YEAR = 365 * 24 * 3600


def register(app: Flask, settings: Settings, secret_key: str) -> CSRFProtect:
    """Secure the application and return its CSRF protection, for the areas that need none."""
    on_https = settings.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=secret_key,
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        SESSION_COOKIE_NAME="halo_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=on_https,
    )
    # Before the CSRF check, which reads the form and with it the whole body.
    app.before_request(_allow_staff_files)
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    app.after_request(_add_headers)
    if on_https:
        app.after_request(_demand_https)
    return CSRFProtect(app)  # type: ignore[no-untyped-call]


def _allow_staff_files() -> None:
    if request.endpoint in _FILE_FORMS and session:
        request.max_content_length = FILE_BODY_LIMIT


def _add_headers(answer: Response) -> Response:
    for name, value in _HEADERS.items():
        answer.headers.setdefault(name, value)
    if answer.mimetype == "text/html" and "Cache-Control" not in answer.headers:
        # A page shows the hours of now; one in a session is its reader's alone.
        answer.headers["Cache-Control"] = "no-store" if session else "no-cache"
    if request.endpoint == "static" and "v" in request.args:
        answer.headers["Cache-Control"] = f"public, max-age={_ONE_YEAR}, immutable"
    return answer


def _demand_https(answer: Response) -> Response:
    answer.headers["Strict-Transport-Security"] = f"max-age={_ONE_YEAR}"
    return answer
