"""Channels in and out, the gateway where they meet the assistant, and the worker that runs it."""

from connectors.alerts import Alarm, LateCase
from connectors.desk import NOTE_LIMIT, OFFICER_TEXT_LIMIT, Desk
from connectors.gateway import Bundle, Gateway
from connectors.local_socket import LocalServer, ask_worker, socket_folder
from connectors.rasa_format import understanding_as_rasa
from connectors.trackers import load_tracker
from connectors.upkeep import Upkeep
from connectors.worker import Worker

__all__ = [
    "NOTE_LIMIT",
    "OFFICER_TEXT_LIMIT",
    "Alarm",
    "Bundle",
    "Desk",
    "Gateway",
    "LateCase",
    "LocalServer",
    "Upkeep",
    "Worker",
    "ask_worker",
    "load_tracker",
    "socket_folder",
    "understanding_as_rasa",
]
