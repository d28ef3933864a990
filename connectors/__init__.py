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
from connectors.gateway import Bundle, Gateway
from connectors.local_socket import LocalServer, ask_worker, socket_folder
from connectors.rasa_format import understanding_as_rasa
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
    "Desk",
    "DeskPost",
    "Gateway",
    "LateCase",
    "LocalServer",
    "OpenedFile",
    "Scheduler",
    "Worker",
    "ask_worker",
    "load_tracker",
    "open_file",
    "socket_folder",
    "understanding_as_rasa",
]
