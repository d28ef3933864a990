"""Who of the staff may do what with the office's records; pages and commands keep to it."""

from __future__ import annotations

from typing import Final

VIEWERS: Final = ("supervisor", "staf_data", "auditor", "petugas")
"""Who may see the figures and the records."""

TEAM: Final = ("supervisor", "petugas")
"""Who confirms and notes records, enters questionnaires and says how far follow-ups are."""

READERS: Final = ("supervisor", "staf_data", "auditor")
"""Who may read transcripts, with identifiers masked; every look is noted."""

LEAD: Final = ("supervisor",)
"""Who writes and approves evaluations and runs the checks."""
