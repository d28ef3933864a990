"""Rasa's REST channel: what Rasa's clients send and what they expect back."""

from connectors.rest.messages import CHANNEL, parse_inbound, rasa_messages, sender_of

__all__ = ["CHANNEL", "parse_inbound", "rasa_messages", "sender_of"]
