"""WhatsApp Business through Meta's Cloud API: nothing lost, nobody answered twice.

In: :class:`Ingest` takes a webhook's bytes. Out: :class:`Deliverer` empties the outbox. Between
them :class:`ChannelTurn` gives a turn what is particular to the channel.
"""

from connectors.whatsapp.attachments import Attachment, Attachments, file_payload
from connectors.whatsapp.build import graph_api, make_deliverer, make_ingest
from connectors.whatsapp.contacts.people import (
    CHANNEL,
    Contact,
    contact_of,
    conversations_of_number,
    conversations_of_resident,
)
from connectors.whatsapp.inbound.grouping import GroupedIngest
from connectors.whatsapp.inbound.ingest import Ingest, Report
from connectors.whatsapp.inbound.signature import challenge_of, sign, signature_is_valid
from connectors.whatsapp.outbound.announcing import why_not_announced
from connectors.whatsapp.outbound.deliverer import Deliverer
from connectors.whatsapp.outbound.delivery_status import (
    CHANNEL_EVENTS,
    DeliveryStatus,
    delivery_statuses,
    sentence_for,
)
from connectors.whatsapp.outbound.failures import reason_text
from connectors.whatsapp.outbound.number_health import (
    NumberHealth,
    read_number_health,
    resume_number,
)
from connectors.whatsapp.outbound.resending import resend
from connectors.whatsapp.outbound.templates import (
    TemplateProposal,
    propose_template,
    send_template,
    template_is_waiting,
)
from connectors.whatsapp.outbound.undelivered import UndeliveredReply, undelivered_replies
from connectors.whatsapp.state import ChannelState, channel_state
from connectors.whatsapp.turns import ChannelTurn, plan_turn

__all__ = [
    "CHANNEL",
    "CHANNEL_EVENTS",
    "Attachment",
    "Attachments",
    "ChannelState",
    "ChannelTurn",
    "Contact",
    "Deliverer",
    "DeliveryStatus",
    "GroupedIngest",
    "Ingest",
    "NumberHealth",
    "Report",
    "TemplateProposal",
    "UndeliveredReply",
    "challenge_of",
    "channel_state",
    "contact_of",
    "conversations_of_number",
    "conversations_of_resident",
    "delivery_statuses",
    "file_payload",
    "graph_api",
    "make_deliverer",
    "make_ingest",
    "plan_turn",
    "propose_template",
    "read_number_health",
    "reason_text",
    "resend",
    "resume_number",
    "send_template",
    "sentence_for",
    "sign",
    "signature_is_valid",
    "template_is_waiting",
    "undelivered_replies",
    "why_not_announced",
]
