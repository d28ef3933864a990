"""The dialogue manager: an Understanding and a Tracker become the next turn."""

from __future__ import annotations

from dialogue.answer_parts import read_parts
from dialogue.assets import ASSET_FILES, SAFETY_FOLDER, Assets, validate_assets
from dialogue.assistant import Assistant
from dialogue.findings import Finding
from dialogue.knowledge import CONFIDENCES, KnowledgeEntry, Topic
from dialogue.part_table import PartWords
from dialogue.safety_file import SAFETY_FILES
from dialogue.script import Conversation, ScriptSession, turn_as_json
from dialogue.source_ledger import SourceLedger, source_ledger
from dialogue.stories import StoryFailure, StoryResult, run_stories
from dialogue.tracker import SPEECH, Loop, Memory, Tracker
from dialogue.types import (
    Button,
    CaseRequest,
    CaseView,
    EventDraft,
    IncomingMessage,
    Reply,
    Turn,
    TurnContext,
)

__all__ = [
    "ASSET_FILES",
    "CONFIDENCES",
    "SAFETY_FILES",
    "SAFETY_FOLDER",
    "SPEECH",
    "Assets",
    "Assistant",
    "Button",
    "CaseRequest",
    "CaseView",
    "Conversation",
    "EventDraft",
    "Finding",
    "IncomingMessage",
    "KnowledgeEntry",
    "Loop",
    "Memory",
    "PartWords",
    "Reply",
    "ScriptSession",
    "SourceLedger",
    "StoryFailure",
    "StoryResult",
    "Topic",
    "Tracker",
    "Turn",
    "TurnContext",
    "read_parts",
    "run_stories",
    "source_ledger",
    "turn_as_json",
    "validate_assets",
]
