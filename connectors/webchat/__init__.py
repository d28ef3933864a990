"""The widget's channel: signed tokens, what comes in, and the events as the widget sees them."""

from connectors.webchat.continuing import (
    WhatsAppLink,
    new_continuation_code,
    new_receipt,
    whatsapp_link,
)
from connectors.webchat.files import (
    FILE_LIMIT,
    TALK_LIMIT,
    IncomingFile,
    check_file,
    file_message,
    own_file,
    too_large,
)
from connectors.webchat.inbound import CHANNEL, TEXT_LIMIT, parse_inbound
from connectors.webchat.public_events import public_event, public_events
from connectors.webchat.ratings import Rating, parse_rating, rate
from connectors.webchat.tokens import SessionTokens
from connectors.webchat.visitors import Visitor, note_visitor, read_visitor, sign_visitor

__all__ = [
    "CHANNEL",
    "FILE_LIMIT",
    "TALK_LIMIT",
    "TEXT_LIMIT",
    "IncomingFile",
    "Rating",
    "SessionTokens",
    "Visitor",
    "WhatsAppLink",
    "check_file",
    "file_message",
    "new_continuation_code",
    "new_receipt",
    "note_visitor",
    "own_file",
    "parse_inbound",
    "parse_rating",
    "public_event",
    "public_events",
    "rate",
    "read_visitor",
    "sign_visitor",
    "too_large",
    "whatsapp_link",
]
