"""The address of the widget's script."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue


@dataclass(frozen=True)
class ScriptView:
    """Serves one script, compressed where that is understood."""

    plain: bytes
    compressed: bytes
    tag: str

    def script(self) -> ResponseReturnValue:
        """Return the script; pages of other origins may load it too."""
        gzipped = request.accept_encodings.quality("gzip") > 0
        answer = Response(self.compressed if gzipped else self.plain, mimetype="text/javascript")
        if gzipped:
            answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Vary"] = "Accept-Encoding"
        # Embedding pages have no version in their address: five minutes until an update is seen.
        answer.headers["Cache-Control"] = "public, max-age=300"
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        answer.set_etag(f"{self.tag}-gzip" if gzipped else self.tag)
        return answer.make_conditional(request)


def widget_blueprint(script: str) -> Blueprint:
    """Return the blueprint of ``/widget.js``."""
    plain = script.encode()
    view = ScriptView(
        plain=plain,
        compressed=gzip.compress(plain, mtime=0),
        tag=hashlib.sha256(plain).hexdigest()[:16],
    )
    blueprint = Blueprint("widget", __name__)
    blueprint.add_url_rule("/widget.js", "script", view.script)
    return blueprint
