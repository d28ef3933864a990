"""WhatsApp Business through Meta's Cloud API: nothing lost, nobody answered twice.

In: :class:`Ingest` takes a webhook's bytes. Out: :class:`Deliverer` empties the outbox. Between
them :class:`ChannelTurn` gives a turn what is particular to the channel.
"""

from connectors.whatsapp.announcing import why_not_announced
from connectors.whatsapp.attachments import Attachment, Attachments, file_payload
from connectors.whatsapp.build import graph_api, make_deliverer, make_ingest
from connectors.whatsapp.charges import FREE_SERVICE_MESSAGES, delivered_messages
from connectors.whatsapp.deliverer import Deliverer
from connectors.whatsapp.grouping import GroupedIngest
from connectors.whatsapp.ingest import Ingest, Report
from connectors.whatsapp.line import Line, line_of, resume_line
from connectors.whatsapp.people import CHANNEL, Contact, contact_of, conversations_of_resident
from connectors.whatsapp.resending import resend
from connectors.whatsapp.signature import challenge_of, sign, signature_is_valid
from connectors.whatsapp.state import ChannelState, channel_state
from connectors.whatsapp.turns import ChannelTurn, plan_turn

__all__ = [
    "CHANNEL",
    "FREE_SERVICE_MESSAGES",
    "Attachment",
    "Attachments",
    "ChannelState",
    "ChannelTurn",
    "Contact",
    "Deliverer",
    "GroupedIngest",
    "Ingest",
    "Line",
    "Report",
    "challenge_of",
    "channel_state",
    "contact_of",
    "conversations_of_resident",
    "delivered_messages",
    "file_payload",
    "graph_api",
    "line_of",
    "make_deliverer",
    "make_ingest",
    "plan_turn",
    "resend",
    "resume_line",
    "sign",
    "signature_is_valid",
    "why_not_announced",
]
