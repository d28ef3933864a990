"""Small makers for the tests of the office's figures."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select

from reports import Figures, catch_up, evaluation, read_figures
from service_hours import Calendar
from storage import Store, append_event, receive
from storage.tables import event, projection
from tests.builders import a_conversation, an_inbound
from tests.patience import eventually

DAY = date(2026, 11, 24)
CALENDAR = Calendar()
CONTEXT = evaluation.EvaluationContext(CALENDAR)


def say(store: Store, address: str, number: int = 0, channel: str = "webchat") -> str:
    conversation = a_conversation(store, address, channel=channel)
    with store.write() as tx:
        receive(tx, an_inbound(conversation, f"{address}-{tx.now.timestamp()}-{number}"))
    return conversation.id


def decide(store: Store, conversation_id: str, decision: str = "answer", **data: Any) -> None:
    with store.write() as tx:
        append_event(
            tx,
            conversation_id,
            type="decided",
            actor="bot",
            data={"decision": decision, **data},
        )


def figures(store: Store, first: date = DAY, last: date = DAY) -> Figures:
    caught_up(store)
    with store.read() as tx:
        return read_figures(tx, first, last, with_answers=True)


def caught_up(store: Store) -> None:
    """Count to the end of the log. PostgreSQL holds the newest events back while others write."""

    def at_the_end() -> bool:
        catch_up(store, CALENDAR)
        with store.read() as tx:
            newest = tx.connection.execute(select(func.max(event.c.id))).scalar_one()
            counted = tx.connection.execute(select(projection.c.id)).scalar_one()
        return bool(counted == (newest or 0))

    eventually(at_the_end)
