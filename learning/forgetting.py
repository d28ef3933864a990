"""A conversation that became confidential leaves learning: its turns, labels and examples."""

from __future__ import annotations

import sqlalchemy as sa

from storage import Transaction, undo_edit
from storage.learning_tables import learning_judgement, learning_turn
from storage.tables import event

_ACTOR = "sistem"


def forget_conversation(tx: Transaction, conversation_id: str) -> None:
    """Take the conversation's turns out of the inbox, and back what people made of them.

    Bundles that were trained before keep what they learnt; the next training reads none of it.
    """
    judgement = learning_judgement.c
    rows = tx.connection.execute(
        sa.select(judgement.id, judgement.edit_id)
        .join(event, event.c.id == judgement.event_id)
        .where(event.c.conversation_id == conversation_id, judgement.undone_at.is_(None))
    ).all()
    for row in rows:
        if row.edit_id is not None:
            undo_edit(tx, row.edit_id, author=_ACTOR)
    tx.connection.execute(
        sa.update(learning_judgement)
        .where(judgement.id.in_([row.id for row in rows]))
        .values(undone_at=tx.now, awaits=False)
    )
    # By the log's index: the inbox has none by conversation.
    of_it = sa.select(event.c.id).where(event.c.conversation_id == conversation_id)
    tx.connection.execute(sa.delete(learning_turn).where(learning_turn.c.event_id.in_(of_it)))
