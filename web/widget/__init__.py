"""``/widget.js``: the chat, for this site and for any page that may embed it."""

from pathlib import Path

from flask import Flask

from web.widget.bundle import build_script
from web.widget.routes import widget_blueprint

__all__ = ["build_script", "register"]


def register(app: Flask) -> None:
    """Attach the script, put together once per process."""
    folder = Path(str(app.static_folder)) / "widget"
    app.register_blueprint(widget_blueprint(build_script(folder)))
