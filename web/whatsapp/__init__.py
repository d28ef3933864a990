"""WhatsApp's webhook."""

from web.whatsapp.routes import register

__all__ = ["register"]
