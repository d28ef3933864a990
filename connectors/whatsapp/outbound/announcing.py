"""Which of the desk's announcements go out: each costs money (SPEC section 13), so few do.

The transcript keeps every announcement; one that is not sent has a dropped row in the outbox whose
code says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from connectors.whatsapp.outbound.failure_policy import WINDOW
from connectors.whatsapp.outbound.failures import WINDOW_CLOSED
from handoff import window_closed
from storage import Conversation

SPARED: Final = "spared"
"""Code of an announcement that the resident does not need here."""

_NOT_NEEDED: Final = frozenset(
    {
        # The officer's own first words carry the name; a promise was given when the case opened.
        "utter_petugas_bergabung",
        "desk_transferred",
        "desk_taken_over",
        # The ticket goes on waiting, as was promised.
        "utter_petugas_melepas",
        "desk_officer_absent",
    }
)
"""Changes of hands. What stays: who answers from now on, that a ticket is closed, a question."""


def why_not_announced(
    conversation: Conversation, data: Mapping[str, Any], now: datetime
) -> str | None:
    """Return the code for which an announcement is not sent, ``None`` when it goes out.

    ``data`` is that of its event ``system``. Outside the 24 hours nothing is tried: a failure
    would only make work for an officer.
    """
    if data.get("response") in _NOT_NEEDED:
        return SPARED
    return WINDOW_CLOSED if window_closed(conversation.last_resident_at, WINDOW, now) else None
