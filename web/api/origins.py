"""Which sites' pages may embed the widget, and so call the chat API from another origin."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Response, request

from foundation.errors import ForeignOriginError
from foundation.settings import Settings

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
    "Access-Control-Max-Age": "600",
}


@dataclass(frozen=True)
class Origins:
    """The check before and the headers after each request of the chat API."""

    settings: Settings

    def check(self) -> None:
        """Raise ``ForeignOriginError`` for a browser page of a site that is not on the list.

        Programs send no ``Origin`` and pass.
        """
        origin = request.headers.get("Origin")
        if origin and not self._is_ours(origin) and origin not in self.settings.embed_origins:
            raise ForeignOriginError(f"origin {origin[:200]!r}")

    def allow(self, answer: Response) -> Response:
        """Let the browser give the answer to a page of a listed site."""
        answer.headers["Vary"] = "Origin"
        origin = request.headers.get("Origin")
        if origin in self.settings.embed_origins:
            answer.headers["Access-Control-Allow-Origin"] = origin
            answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            if request.method == "OPTIONS":
                answer.headers.update(_PREFLIGHT)
        return answer

    def _is_ours(self, origin: str) -> bool:
        # Browsers set Sec-Fetch-Site themselves; it holds even where a proxy changes the host.
        # The scheme is not compared: a proxy may end TLS without saying so.
        return (
            request.headers.get("Sec-Fetch-Site") == "same-origin"
            or origin == self.settings.public_url
            or urlsplit(origin).netloc == request.host
        )
