"""A local Graph API that keeps WhatsApp's rules, with a phone-like page to chat on.

For rehearsals and tests without Meta: ``halo whatsapp emulate``. It imports nothing of the
connector, so that neither can hide the other's mistakes.
"""

from connectors.whatsapp_emulator.app import create_app
from connectors.whatsapp_emulator.config import Behaviour, EmulatorConfig
from connectors.whatsapp_emulator.emulator import Emulator, SendRecord
from connectors.whatsapp_emulator.faults import Fault, read_fault
from connectors.whatsapp_emulator.graph_errors import GraphError
from connectors.whatsapp_emulator.handshake import verify_webhook
from connectors.whatsapp_emulator.people import Resident
from connectors.whatsapp_emulator.records import ChatMessage
from connectors.whatsapp_emulator.resident_side import ResidentSide
from connectors.whatsapp_emulator.serving import EmulatorServer
from connectors.whatsapp_emulator.webhook_sender import Post, http_post

__all__ = [
    "Behaviour",
    "ChatMessage",
    "Emulator",
    "EmulatorConfig",
    "EmulatorServer",
    "Fault",
    "GraphError",
    "Post",
    "Resident",
    "ResidentSide",
    "SendRecord",
    "create_app",
    "http_post",
    "read_fault",
    "verify_webhook",
]
