"""Shuffled, doubled webhooks while workers die in the middle of turns: nothing lost, nothing twice.

The full size, with real processes and kill -9, is ``benchmarks/whatsapp_soak.py``.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from connectors import Bundle, Gateway
from foundation.errors import StoreUnavailableError
from nlu.types import Understanding
from storage import due_conversations, tables
from tests.connectors.whatsapp.whatsapp_kit import (
    T0,
    OneLabel,
    WhatsAppFixture,
    envelope,
    text_item,
)

MESSAGES, RESIDENTS, PER_BODY = 150, 10, 2


class Killed(BaseException):
    """Stands in for kill -9 in the middle of a turn."""


@dataclass
class Deadly(OneLabel):
    """A model during whose work the worker dies now and then."""

    chance: Random = field(default_factory=lambda: Random(5))

    def understand(self, text: str) -> Understanding:
        if self.chance.random() < 0.1:
            raise Killed
        return super().understand(text)


def _bodies(random: Random) -> list[dict[str, Any]]:
    items = [
        text_item(
            f"pesan {number}",
            id=f"wamid.soak.{number}",
            number=f"6281000{number % RESIDENTS:05d}",
            user=f"ID.SOAK{number % RESIDENTS}",
            at=T0 + number % 55,
        )
        for number in range(MESSAGES)
    ]
    random.shuffle(items)
    groups = [items[at : at + PER_BODY] for at in range(0, MESSAGES, PER_BODY)]
    bodies = [envelope(messages=group) for group in groups]
    bodies += random.sample(bodies, len(bodies) // 5)
    random.shuffle(bodies)
    return bodies


def _work(fixture: WhatsAppFixture, gateway: Gateway, done: threading.Event) -> None:
    while True:
        finished = done.is_set()
        with fixture.store.read() as tx:
            due = due_conversations(tx, settle={}, limit=5)
        for name in due:
            try:
                gateway.take_turn(name)
            except (Killed, StoreUnavailableError):
                continue
        if finished and not due:
            return


def _flood(fixture: WhatsAppFixture) -> None:
    done = threading.Event()
    mortal = replace(fixture.gateway(), bundle=Bundle("tes", fixture.assets, Deadly()))
    workers = [threading.Thread(target=_work, args=(fixture, mortal, done)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for body in _bodies(Random(3)):
        while fixture.post(body).status_code != 200:
            pass
    done.set()
    for worker in workers:
        worker.join()


def test_nothing_is_lost_and_nothing_happens_twice(any_fixture: WhatsAppFixture) -> None:
    _flood(any_fixture)
    _every_message_is_in_exactly_one_turn_in_order(any_fixture)
    _every_turn_has_one_reply_and_no_conversation_has_a_gap(any_fixture)


def _every_message_is_in_exactly_one_turn_in_order(flooded: WhatsAppFixture) -> None:
    with flooded.store.read() as tx:
        inbox = tx.connection.execute(tables.inbox.select()).all()
    assert len(inbox) == MESSAGES
    assert {row.channel_message_id for row in inbox} == {
        f"wamid.soak.{number}" for number in range(MESSAGES)
    }
    assert all(row.turn_id for row in inbox)
    turns: dict[str, list[Any]] = {}
    by_id = {row.id: row for row in inbox}
    for event in flooded.events("understood"):
        assert event.turn_id is not None
        turns.setdefault(event.turn_id, []).append(by_id[event.data["inbox_id"]])
    understood = Counter(row.id for rows in turns.values() for row in rows)
    assert set(understood.values()) == {1}
    assert len(understood) == MESSAGES
    for turn_id, rows in turns.items():
        assert {row.turn_id for row in rows} == {turn_id}
        assert rows == sorted(rows, key=lambda row: (row.sent_at, row.id))


def _every_turn_has_one_reply_and_no_conversation_has_a_gap(flooded: WhatsAppFixture) -> None:
    outbox = flooded.outbox()
    turns = Counter(row["turn"] for row in outbox)
    assert set(turns.values()) == {1}
    assert set(turns) == {row["turn"] for row in flooded.inbox()}
    assert len(flooded.conversations()) == RESIDENTS
    for name in flooded.conversations():
        seqs = [event.seq for event in flooded.events(conversation=name)]
        assert seqs == list(range(1, len(seqs) + 1))
