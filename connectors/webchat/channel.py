"""The widget's channel as the rest of the code sees it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connectors.port import Capabilities
from connectors.pulled import PulledChannel
from connectors.webchat.inbound import CHANNEL, TEXT_LIMIT, parse_inbound
from storage import Inbound


def _parse(raw: Any, *, conversation_id: str, message_id: str, now: datetime) -> Inbound:
    """Return the message; the widget gives its id itself, in the body."""
    return parse_inbound(raw, conversation_id=conversation_id, now=now)


WEBCHAT = PulledChannel(CHANNEL, Capabilities(pulled=True, text_limit=TEXT_LIMIT), parse=_parse)
"""Its widget streams the events."""
