"""Channels in and out, the gateway where they meet the assistant, and the worker that runs it."""

from connectors.alerts import Alarm, LateCase
from connectors.desk import NOTE_LIMIT, OFFICER_TEXT_LIMIT, Desk
from connectors.desk_files import OpenedFile, open_file
from connectors.desk_post import (
    CALL_NOTE_LIMIT,
    CAPTION_LIMIT,
    CallResult,
    DeskPost,
)
from connectors.drill import Drill
from connectors.gateway import Bundle, Gateway
from connectors.local_socket import LocalServer, ask_worker, socket_folder
from connectors.port import Capabilities, Channel, Health, Sender, SenderTools, TurnPlan
from connectors.pulled import PulledChannel
from connectors.rasa_format import understanding_as_rasa
from connectors.receiving import Received, receive_from
from connectors.registry import channel_of, channels, register, reply_windows, unregister
from connectors.retention import Retention
from connectors.scheduler import Scheduler
from connectors.trackers import load_tracker
from connectors.worker import Worker

__all__ = [
    "CALL_NOTE_LIMIT",
    "CAPTION_LIMIT",
    "NOTE_LIMIT",
    "OFFICER_TEXT_LIMIT",
    "Alarm",
    "Bundle",
    "CallResult",
    "Capabilities",
    "Channel",
    "Desk",
    "DeskPost",
    "Drill",
    "Gateway",
    "Health",
    "LateCase",
    "LocalServer",
    "OpenedFile",
    "PulledChannel",
    "Received",
    "Retention",
    "Scheduler",
    "Sender",
    "SenderTools",
    "TurnPlan",
    "Worker",
    "ask_worker",
    "channel_of",
    "channels",
    "load_tracker",
    "open_file",
    "receive_from",
    "register",
    "reply_windows",
    "socket_folder",
    "understanding_as_rasa",
    "unregister",
]
