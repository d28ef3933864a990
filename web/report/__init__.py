"""The report page at ``/laporan``."""

from flask import Flask

from web.report.routes import report_blueprint
from web.services import Services

__all__ = ["register"]


def register(app: Flask, services: Services) -> None:
    """Attach the report page."""
    app.register_blueprint(report_blueprint())
