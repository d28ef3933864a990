"""Rasa's REST channel as the rest of the code sees it."""

from __future__ import annotations

from connectors.port import Capabilities
from connectors.pulled import PulledChannel
from connectors.rest.messages import CHANNEL, TEXT_LIMIT, parse_inbound

REST = PulledChannel(CHANNEL, Capabilities(pulled=True, text_limit=TEXT_LIMIT), parse=parse_inbound)
"""Its client waits for the turn and takes the replies along."""
