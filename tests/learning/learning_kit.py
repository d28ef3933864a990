"""Small makers of logged turns, as the gateway writes them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from learning import ControlSample, refresh, take_in
from storage import (
    Conversation,
    Store,
    append_event,
    assign_turn,
    open_conversation,
    receive,
)
from storage.tables import event, projection
from tests.builders import an_inbound
from tests.patience import eventually

_numbers = itertools.count(1)

FOUNDERS, COST = "pendirian_koperasi/jumlah_pendiri", "pendirian_koperasi/biaya"
UNSURE: Sequence[tuple[str, float]] = ((FOUNDERS, 0.4), (COST, 0.35))
SURE: Sequence[tuple[str, float]] = ((FOUNDERS, 0.97), (COST, 0.01))


def a_chat(store: Store, address: str = "warga-1", channel: str = "webchat") -> Conversation:
    with store.write() as tx:
        return open_conversation(tx, channel=channel, address=address)


def a_turn(
    store: Store,
    chat: Conversation,
    text: str,
    *,
    ranking: Sequence[tuple[str, float]] = UNSURE,
    decision: str = "clarify",
    how: str = "nlu",
    resolved: str = "",
) -> tuple[int, str]:
    """Let the resident write and the assistant answer; return the event and the turn's id."""
    number = next(_numbers)
    turn = f"giliran-{number}"
    with store.write() as tx:
        receipt = receive(tx, an_inbound(chat, f"m-{number}", text, sent_at=tx.now))
        assign_turn(tx, [receipt.inbox_id], turn_id=turn)
        data: dict[str, Any] = {
            "inbox_id": receipt.inbox_id,
            "intent": ranking[0][0],
            "confidence": ranking[0][1],
            "ranking": [list(pair) for pair in ranking],
            "decision": "answer" if ranking[0][1] >= 0.8 else decision,
            "resolved": resolved or ranking[0][0],
            "how": how,
            "bundle": "uji",
        }
        understood = append_event(
            tx, chat.id, type="understood", actor="bot", data=data, turn_id=turn
        )
        outcome = {"decision": decision, "answers": [], "bundle": "uji"}
        append_event(tx, chat.id, type="decided", actor="bot", data=outcome, turn_id=turn)
        append_event(
            tx,
            chat.id,
            type="bot",
            actor="bot",
            data={"response": "utter_jawaban", "buttons": []},
            content={"text": "Baik."},
            turn_id=turn,
        )
        return understood.id, turn


def take_all_in(store: Store, control: ControlSample, *, batch: int = 500) -> None:
    """Take the whole log in, however long another transaction of the cluster holds it up."""

    def at_the_end() -> bool:
        take_in(store, control, batch=batch)
        with store.read() as tx:
            newest = tx.connection.execute(sa.select(sa.func.max(event.c.id))).scalar_one()
            query = sa.select(projection.c.id).where(projection.c.name == "learning")
            return bool(tx.connection.execute(query).scalar_one_or_none() == newest)

    eventually(at_the_end)


def look(store: Store, control: ControlSample) -> None:
    """Do what the periodic look does."""
    take_all_in(store, control)
    refresh(store)
