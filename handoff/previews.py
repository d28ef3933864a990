"""A few words of each conversation, for the lists that officers choose from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from storage import Transaction
from storage.tables import conversation, event, event_content, inbox

_REACH = 20
"""Events; the replies of a turn follow its decision closely."""


@dataclass(frozen=True)
class Preview:
    """Where a conversation is held, its last ``seq``, the resident's last message with words."""

    channel: str
    last_seq: int
    words: str


@dataclass(frozen=True)
class TurnWords:
    """What the resident wrote and what the assistant said in one turn, in order."""

    resident: tuple[str, ...] = ()
    bot: tuple[str, ...] = ()


def previews(tx: Transaction, conversation_ids: Collection[str]) -> dict[str, Preview]:
    """Return the previews of the conversations by id; unknown ids are left out."""
    newest = (
        select(func.max(inbox.c.id))
        .where(inbox.c.conversation_id.in_(conversation_ids), inbox.c.text != "")
        .group_by(inbox.c.conversation_id)
    )
    rows = tx.connection.execute(
        select(conversation.c.id, conversation.c.channel, conversation.c.last_seq, inbox.c.text)
        .outerjoin(inbox, (inbox.c.conversation_id == conversation.c.id) & inbox.c.id.in_(newest))
        .where(conversation.c.id.in_(conversation_ids))
    )
    return {row.id: Preview(row.channel, row.last_seq, row.text or "") for row in rows}


def unanswered(tx: Transaction, conversation_ids: Collection[str]) -> set[str]:
    """Return those conversations where the resident had the last word, the bot's aside."""
    last = (
        select(event.c.conversation_id, func.max(event.c.seq).label("seq"))
        .where(
            event.c.conversation_id.in_(conversation_ids),
            event.c.type.in_(("user", "officer", "case_claimed")),
        )
        .group_by(event.c.conversation_id)
        .subquery()
    )
    rows = tx.connection.execute(
        select(event.c.conversation_id)
        .join(
            last,
            (last.c.conversation_id == event.c.conversation_id) & (last.c.seq == event.c.seq),
        )
        .where(event.c.type == "user")
    )
    return set(rows.scalars())


def words_of_turns(tx: Transaction, decided_ids: Collection[int]) -> dict[int, TurnWords]:
    """Return the words of the turns with these ``decided`` events, by the event's id."""
    if not decided_ids:
        return {}
    decided = event.alias("decided")
    said = event.alias("said")
    resident = tx.connection.execute(
        select(decided.c.id, inbox.c.text)
        .join(
            inbox,
            (inbox.c.conversation_id == decided.c.conversation_id)
            & (inbox.c.turn_id == decided.c.turn_id),
        )
        .where(decided.c.id.in_(decided_ids))
        .order_by(inbox.c.sent_at, inbox.c.id)
    ).all()
    bot = tx.connection.execute(
        select(decided.c.id, event_content.c.content["text"].as_string().label("text"))
        .join(
            said,
            (said.c.conversation_id == decided.c.conversation_id)
            & (said.c.turn_id == decided.c.turn_id)
            & said.c.seq.between(decided.c.seq, decided.c.seq + _REACH)
            & (said.c.type == "bot"),
        )
        .join(event_content, event_content.c.event_id == said.c.id)
        .where(decided.c.id.in_(decided_ids))
        .order_by(said.c.seq)
    ).all()
    return {
        number: TurnWords(resident=_texts(resident, number), bot=_texts(bot, number))
        for number in decided_ids
    }


def _texts(rows: Sequence[Any], number: int) -> tuple[str, ...]:
    return tuple(row.text for row in rows if row.id == number and row.text)
