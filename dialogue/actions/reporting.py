"""Reports of a wrong: accepted beside an answer, and told further while the form asks."""

from __future__ import annotations

from dialogue.draft import TurnDraft
from dialogue.forms import REPORT, add_telling, start_form
from dialogue.reading import Reading

_ENOUGH_WORDS = 8


def add_to_report(reading: Reading, draft: TurnDraft) -> None:
    """Keep what is told further for the report that is being taken."""
    if reading.how in ("nlu", "context"):
        add_telling(reading.text, draft)
        draft.utter("utter_laporan_ditambah")


def accept_report(reading: Reading, draft: TurnDraft) -> None:
    """Begin the report that was offered beside an answer; what was told is not asked again."""
    told = draft.question
    long = len(told.split()) >= _ENOUGH_WORDS and "?" not in told
    draft.utter("utter_lapor")
    start_form(REPORT, reading, draft, account=told if long else None)
