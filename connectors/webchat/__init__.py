"""The widget's channel: signed tokens, what comes in, and the events as the widget sees them."""

from connectors.webchat.inbound import CHANNEL, TEXT_LIMIT, parse_inbound
from connectors.webchat.public_events import public_event, public_events
from connectors.webchat.tokens import SessionTokens

__all__ = [
    "CHANNEL",
    "TEXT_LIMIT",
    "SessionTokens",
    "parse_inbound",
    "public_event",
    "public_events",
]
