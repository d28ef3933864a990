"""Read receipts and "typing": shown while a resident waits for the assistant's turn."""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from connectors.whatsapp.contacts.people import CHANNEL
from connectors.whatsapp.outbound.graph import Accepted, GraphApi
from storage import Store, Transaction, tables

logger = logging.getLogger(__name__)

_FRESH: Final = timedelta(seconds=20)
"""Older messages will be answered at any moment, or by a person much later."""

_REMEMBERED: Final = 5000
_AT_ONCE: Final = 5


@dataclass
class ReadReceipts:
    """Marks each conversation's newest waiting message once.

    A receipt is a courtesy: when one fails it is logged and forgotten.
    """

    store: Store
    graph: GraphApi
    _marked: OrderedDict[str, None] = field(default_factory=OrderedDict, init=False)

    def work_once(self) -> int:
        """Mark what is new; return how many calls were made."""
        with self.store.read() as tx:
            waiting = _waiting(tx)
        todo = [wamid for wamid in waiting if wamid not in self._marked][:_AT_ONCE]
        for wamid in todo:
            self._marked[wamid] = None
            answer = self.graph.mark_read(wamid, typing=True)
            if not isinstance(answer, Accepted):
                logger.info("a read mark was not taken: %s", answer)
        while len(self._marked) > _REMEMBERED:
            self._marked.popitem(last=False)
        return len(todo)


def _waiting(tx: Transaction) -> list[str]:
    """Return the id of the newest message of each conversation that the assistant will answer."""
    inbox, conversation = tables.inbox, tables.conversation
    newest = (
        sa.select(sa.func.max(inbox.c.id).label("id"))
        .where(inbox.c.channel == CHANNEL, inbox.c.turn_id.is_(None))
        .group_by(inbox.c.conversation_id)
        .subquery()
    )
    statement = (
        sa.select(inbox.c.channel_message_id)
        .join(newest, newest.c.id == inbox.c.id)
        .join(conversation, conversation.c.id == inbox.c.conversation_id)
        .where(
            conversation.c.owner.is_(None),
            inbox.c.received_at > tx.now - _FRESH,
            inbox.c.sent_at > tx.now - timedelta(hours=24),
            inbox.c.channel_message_id.startswith("wamid."),
        )
        .order_by(inbox.c.id)
    )
    return list(tx.connection.execute(statement).scalars())
