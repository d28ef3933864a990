"""How views reach what was put together for this process."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from web.feed import EventFeed
from web.services import Services

_SERVICES = "halo"
_FEED = "halo_feed"


def attach(app: Flask, services: Services, feed: EventFeed) -> None:
    """Keep the services and the feed with the application."""
    app.extensions[_SERVICES] = services
    app.extensions[_FEED] = feed


def services() -> Services:
    """Return the services of the application that handles this request."""
    return cast(Services, current_app.extensions[_SERVICES])


def feed() -> EventFeed:
    """Return the process's one feed of new events."""
    return cast(EventFeed, current_app.extensions[_FEED])
