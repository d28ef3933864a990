"""The channel's own events and how delivery stands, in words for officers.

The console asks :func:`sentence_for` for events that are no message, and
:func:`delivery_statuses` for what became of each message that it shows.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from connectors.whatsapp.contacts.people import CHANNEL
from connectors.whatsapp.outbound.announcing import SPARED
from connectors.whatsapp.outbound.failures import reason_text
from connectors.whatsapp.texts import say, say_first
from storage import OutboxState, StoredEvent, Transaction, tables

CHANNEL_EVENTS: Final = (
    "delivery_failed",
    "delivery_retried",
    "reply_dropped",
    "linked",
    "merged",
    "case_moved",
    "noted",
)
"""The types of events for which there is a sentence."""

_EVIDENT: Final = ("accepted", "sent", "delivered", "read")


@dataclass(frozen=True)
class DeliveryStatus:
    """What became of a message to the resident.

    ``word`` is short, for beside the message ("dibaca"); ``reason`` says why it did not arrive and
    is empty while all is well; ``may_resend``: an officer may put it into the queue again.
    """

    outbox_id: int
    state: OutboxState
    since: datetime
    word: str
    reason: str
    may_resend: bool


def sentence_for(event: StoredEvent) -> str:
    """Return what happened in one Indonesian sentence, empty for every other type of event."""
    data = event.data
    if event.type in ("delivery_failed", "reply_dropped"):
        code = str(data.get("code") or data.get("reason") or "")
        return say(f"kejadian.{event.type}", alasan=reason_text(code))
    if event.type in ("linked", "merged"):
        side = "from" if data.get("from") else "to" if event.type == "linked" else "into"
        return say(f"kejadian.{event.type}_{side}")
    if event.type == "case_moved":
        side = "here" if data.get("here") else "away"
        return say(f"kejadian.case_moved_{side}", tiket=str(data.get("ticket") or ""))
    if event.type == "noted":
        return _noted(event)
    if event.type in CHANNEL_EVENTS:
        return say(f"kejadian.{event.type}")
    return ""


def delivery_statuses(tx: Transaction, event_ids: Collection[int]) -> dict[int, DeliveryStatus]:
    """Return, by event id, what became of the messages that these events show on WhatsApp."""
    outbox = tables.outbox
    rows = tx.connection.execute(
        sa.select(outbox).where(
            outbox.c.event_id.in_(sorted(event_ids)), outbox.c.channel == CHANNEL
        )
    )
    return {row.event_id: _delivery_status(row) for row in rows}


def _delivery_status(row: sa.Row[Any]) -> DeliveryStatus:
    code = str(row.error_code or "")
    return DeliveryStatus(
        outbox_id=row.id,
        state=row.state,
        since=row.state_at,
        word=say(f"nasib.{row.state}"),
        reason=reason_text(code) if code and row.state not in _EVIDENT and code != SPARED else "",
        may_resend=row.state in ("failed", "unknown"),
    )


def _noted(event: StoredEvent) -> str:
    content = event.content or {}
    media = content.get("media") or {}
    kind = str(media.get("type") or event.data.get("kind") or "")
    text = str(content.get("text") or "")
    if kind == "reaction" and not text:
        kind = "reaction_removed"
    return say_first(f"kejadian.noted_{kind}", "kejadian.noted", isi=text)
