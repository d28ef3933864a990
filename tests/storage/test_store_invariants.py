"""Whatever happens in whatever order: seq has no gap, each message is in at most one turn."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from foundation.errors import EpochConflictError
from storage import (
    Conversation,
    Store,
    append_event,
    assign_turn,
    get_conversation,
    list_inbox,
    read_events,
    receive,
    record_failure,
    unguessable_id,
    unprocessed,
)
from tests.builders import NINE_O_CLOCK, a_conversation, an_inbound

CONVERSATIONS = st.integers(0, 1)
MESSAGES = st.integers(0, 5)
IDS = st.lists(st.integers(0, 7), max_size=4)


class _OnPurposeError(Exception):
    """Raised on purpose in the middle of a transaction."""


class Talk(RuleBasedStateMachine):
    """Two conversations, with a model of what must be in the store."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.run_id = unguessable_id()
        self.conversations: list[Conversation] = [
            a_conversation(store, f"{self.run_id}-{number}") for number in range(2)
        ]
        with store.read() as tx:
            self.first_row = max((row["id"] for row in list_inbox(tx, limit=10**6)), default=0)
        self.events = [0, 0]
        self.received: dict[tuple[int, int], tuple[int, int]] = {}
        self.turns: dict[int, str] = {}

    def _message(self, conversation: int, message: int) -> Any:
        return an_inbound(
            self.conversations[conversation],
            f"{self.run_id}-{conversation}-{message}",
            sent_at=NINE_O_CLOCK + timedelta(seconds=message % 3),
        )

    @rule(conversation=CONVERSATIONS, message=MESSAGES)
    def message_arrives(self, conversation: int, message: int) -> None:
        with self.store.write() as tx:
            receipt = receive(tx, self._message(conversation, message))
        known = self.received.get((conversation, message))
        assert receipt.duplicate == (known is not None)
        if known is None:
            self.events[conversation] += 1
            assert receipt.seq == self.events[conversation]
            self.received[conversation, message] = (receipt.inbox_id, receipt.seq)
        else:
            assert known == (receipt.inbox_id, receipt.seq)

    @rule(conversation=CONVERSATIONS)
    def something_is_written(self, conversation: int) -> None:
        with self.store.write() as tx:
            append_event(
                tx, self.conversations[conversation].id, type="system", actor="bot", data={}
            )
        self.events[conversation] += 1

    @rule(picks=IDS)
    def worker_commits_a_turn(self, picks: list[int]) -> None:
        everything = [inbox_id for inbox_id, _ in self.received.values()]
        wanted = {everything[pick % len(everything)] for pick in picks if everything}
        free = wanted.isdisjoint(self.turns)
        turn_id = unguessable_id()
        try:
            with self.store.write() as tx:
                append_event(tx, self.conversations[0].id, type="decided", actor="bot", data={})
                assign_turn(tx, wanted, turn_id=turn_id)
        except EpochConflictError:
            assert not free
            return
        assert free
        self.events[0] += 1
        self.turns |= dict.fromkeys(wanted, turn_id)

    @rule(conversation=CONVERSATIONS, message=MESSAGES)
    def everything_is_rolled_back(self, conversation: int, message: int) -> None:
        with pytest.raises(_OnPurposeError), self.store.write() as tx:
            self._do_much_and_fail(tx, conversation, message)

    def _do_much_and_fail(self, tx: Any, conversation: int, message: int) -> None:
        receive(tx, self._message(conversation, message))
        waiting = [m.id for m in unprocessed(tx, self.conversations[conversation].id)]
        record_failure(tx, waiting, error="H000")
        assign_turn(tx, waiting, turn_id="gone")
        raise _OnPurposeError

    @invariant()
    def seq_has_no_gap(self) -> None:
        with self.store.read() as tx:
            for conversation, count in zip(self.conversations, self.events, strict=True):
                events = read_events(tx, conversation.id)
                assert [event.seq for event in events] == list(range(1, count + 1))
                known = get_conversation(tx, conversation.id)
                assert known is not None
                assert known.last_seq == count

    @invariant()
    def each_message_is_in_its_one_turn(self) -> None:
        with self.store.read() as tx:
            rows = list_inbox(tx, limit=10_000, after=self.first_row)
            waiting = {m.id for c in self.conversations for m in unprocessed(tx, c.id)}
        assert {row["id"] for row in rows} == {inbox_id for inbox_id, _ in self.received.values()}
        assert {row["id"]: row["turn"] for row in rows if row["turn"]} == self.turns
        assert {row["attempts"] for row in rows} <= {0}
        assert waiting == {row["id"] for row in rows} - set(self.turns)


def test_any_interleaving_keeps_seq_gapless_and_turns_apart(store: Store) -> None:
    run_state_machine_as_test(
        lambda: Talk(store),  # type: ignore[arg-type]
        settings=settings(
            max_examples=15,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
