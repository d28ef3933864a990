"""The buttons by which a check begins."""

from __future__ import annotations

from dialogue.checks.table import CheckTable
from dialogue.draft import TurnDraft
from dialogue.types import Button

CHECK = "cek"
"""The intent of a check's buttons: ``/cek{"cek": table, "isian": slot, "nilai": value}``."""


def check_buttons(draft: TurnDraft, label: str) -> list[Button]:
    """Return a button for each check that the answer of ``label`` offers, none within a loop."""
    if draft.loop is not None:
        return []
    checks = draft.assets.checks
    return [
        Button(table.button, f'/{CHECK}{{"cek": "{table.name}"}}')
        for table in checks.of_label(label)
        if is_available(table, draft)
    ]


def is_available(table: CheckTable, draft: TurnDraft) -> bool:
    """Whether nothing that the check tells has been withdrawn."""
    told = {row.label for row in table.rows} | {
        label for row in table.rows for label, _ in row.sources
    }
    entries = (draft.assets.knowledge.get(label) for label in told)
    return all(entry is not None and not entry.withdrawn for entry in entries)


def running(draft: TurnDraft) -> CheckTable | None:
    """Return the check that is running."""
    return draft.assets.checks.of_loop(draft.loop.name) if draft.loop is not None else None
