"""The human queue: cases from the moment a person is wanted until an officer is done."""

from handoff.attention import (
    AttentionItem,
    attention_item,
    attention_list,
    attention_of,
    dismiss_attention,
    note_attention,
    step_in,
)
from handoff.cases import (
    Case,
    CaseState,
    Outcome,
    Reason,
    claim,
    expire,
    get_case,
    latest_case,
    open_case,
    open_case_of,
    release,
    resolve,
    return_to_bot,
)
from handoff.previews import Preview, TurnWords, previews, unanswered, words_of_turns
from handoff.queue import QueueCounts, cases_of_officer, position, queue_counts, waiting_cases
from handoff.tickets import new_ticket

__all__ = [
    "AttentionItem",
    "Case",
    "CaseState",
    "Outcome",
    "Preview",
    "QueueCounts",
    "Reason",
    "TurnWords",
    "attention_item",
    "attention_list",
    "attention_of",
    "cases_of_officer",
    "claim",
    "dismiss_attention",
    "expire",
    "get_case",
    "latest_case",
    "new_ticket",
    "note_attention",
    "open_case",
    "open_case_of",
    "position",
    "previews",
    "queue_counts",
    "release",
    "resolve",
    "return_to_bot",
    "step_in",
    "unanswered",
    "waiting_cases",
    "words_of_turns",
]
