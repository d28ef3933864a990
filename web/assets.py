"""Addresses of static files that change with their content, so that they are cached for good."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask


def register(app: Flask) -> None:
    """Add ``?v=<hash of the content>`` to every ``url_for("static", …)``."""
    folder = Path(str(app.static_folder))

    @app.url_defaults
    def _add_version(endpoint: str, values: dict[str, Any]) -> None:
        filename = values.get("filename")
        if endpoint == "static" and filename and "v" not in values:
            path = folder / str(filename)
            if path.is_file():
                values["v"] = _digest(path, path.stat().st_mtime_ns)


@cache
def _digest(path: Path, _changed_at: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
