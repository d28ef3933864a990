"""Rasa's REST channel: what Rasa's clients send and what they expect back."""

from connectors.rest.channel import REST
from connectors.rest.messages import rasa_messages, sender_of

__all__ = ["REST", "rasa_messages", "sender_of"]
