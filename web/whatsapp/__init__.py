"""WhatsApp's webhook."""

from web.whatsapp.routes import register, whatsapp_metrics

__all__ = ["register", "whatsapp_metrics"]
