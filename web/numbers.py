"""Numbers in addresses, as far as a column can hold them: a larger one is an unknown page."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

from foundation.numbers import LARGEST


class ColumnNumber(IntegerConverter):
    """``<int:name>`` with an upper bound; PostgreSQL would otherwise refuse the statement."""

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, **{"max": LARGEST, **options})


def register(app: Flask) -> None:
    """Bound every ``<int:…>`` of the rules that are added from now on."""
    app.url_map.converters["int"] = ColumnNumber
