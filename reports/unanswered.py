"""Questions that got no answer, the most frequent first, with identifiers masked."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from foundation.masking import mask_identifiers
from storage import Transaction
from storage.office_tables import report_unanswered
from storage.tables import conversation, event, event_content

_NO_WORD = re.compile(r"[\W_]+")
_LONGEST = 160


@dataclass(frozen=True)
class UnansweredQuestion:
    """A question as it was first written (masked), and how often it came in the period."""

    text: str
    times: int


def top_unanswered(
    tx: Transaction, first: date, last: date, *, limit: int = 10
) -> list[UnansweredQuestion]:
    """Return what was most often met by a question back or a hand-over.

    Texts that differ only in case, spacing and signs are one question. Erased ones are gone,
    and confidential conversations are never quoted.
    """
    rows = tx.connection.execute(
        sa.select(event_content.c.content)
        .join(report_unanswered, report_unanswered.c.event_id == event_content.c.event_id)
        .join(event, event.c.id == event_content.c.event_id)
        .join(conversation, conversation.c.id == event.c.conversation_id)
        .where(report_unanswered.c.date >= first, report_unanswered.c.date <= last)
        .where(conversation.c.confidential.is_(False))
        .order_by(event_content.c.event_id)
    ).scalars()
    times: Counter[str] = Counter()
    wording: dict[str, str] = {}
    for content in rows:
        text = " ".join(mask_identifiers(str(content.get("question") or "")).split())
        key = _NO_WORD.sub(" ", text.casefold()).strip()
        if key:
            times[key] += 1
            wording.setdefault(key, text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
    return [UnansweredQuestion(wording[key], number) for key, number in times.most_common(limit)]
