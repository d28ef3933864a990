"""The connector against the emulator, over real HTTP: the whole way, there and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from connectors.whatsapp_emulator import Fault
from tests.connectors.whatsapp.rehearsal_kit import Rehearsal


def test_a_question_is_answered_read_and_ticked(rehearsal: Rehearsal) -> None:
    rehearsal.say("berapa orang minimal bikin koperasi?")
    rehearsal.settle()
    assert rehearsal.fixture.row().state in ("delivered", "read")
    assert len(rehearsal.shown()) == 1


def test_a_button_on_the_phone_comes_back_as_its_choice(rehearsal: Rehearsal) -> None:
    rehearsal.say("berapa orang minimal bikin koperasi?")
    rehearsal.settle()
    buttons = rehearsal.fixture.events("bot")[0].data["buttons"]
    payload = next(b["payload"] for b in buttons if b["title"] == "Chat dengan CS")
    rehearsal.phone.choose(rehearsal.resident.user_id, rehearsal.shown()[0], payload)
    rehearsal.settle()
    assert [case.reason for case in rehearsal.fixture.cases()] == ["diminta"]


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (Fault(http=500), "unknown"),
        (Fault(http=500, accepted=True), "delivered"),
        (Fault(cut=True, accepted=True), "delivered"),
        (Fault(code=131047), "failed"),
        (Fault(code=131026, where="status", accepted=True), "failed"),
        (Fault(code=190), "pending"),
    ],
    ids=str,
)
def test_each_fault_ends_as_the_table_says(rehearsal: Rehearsal, fault: Fault, state: str) -> None:
    rehearsal.emulator.faults.add(fault)
    rehearsal.say("berapa orang minimal?")
    rehearsal.settle(rounds=4)
    row = rehearsal.fixture.row()
    assert row.state == state or (state, row.state) == ("delivered", "read")
    assert rehearsal.attempts() == 1


@pytest.mark.parametrize("code", [131056, 130429, 131016])
def test_what_passes_is_sent_in_the_end_and_once(rehearsal: Rehearsal, code: int) -> None:
    rehearsal.emulator.faults.add(Fault(code=code, times=2))
    rehearsal.say("berapa orang minimal?")
    for _ in range(10):
        rehearsal.settle(rounds=1)
        rehearsal.fixture.clock.advance(seconds=60)
    assert rehearsal.fixture.row().state in ("delivered", "read")
    assert len(rehearsal.shown()) == 1
    assert rehearsal.attempts() == 3


def test_no_accepted_message_is_ever_sent_twice(rehearsal: Rehearsal) -> None:
    """Every kind of trouble in turn, while residents keep asking."""
    faults = [
        Fault(http=500, accepted=True),
        Fault(cut=True, accepted=True),
        Fault(code=131016),
        Fault(http=503),
        Fault(code=131056),
        Fault(code=130429),
        Fault(cut=True),
    ]
    for number, fault in enumerate(faults):
        rehearsal.emulator.faults.add(fault)
        rehearsal.say(f"pertanyaan {number}")
        rehearsal.settle(rounds=2)
        rehearsal.fixture.clock.advance(minutes=3)
    for _ in range(6):
        rehearsal.settle(rounds=1)
        rehearsal.fixture.clock.advance(minutes=5)
    accepted = [send.opaque for send in rehearsal.emulator.sends if send.message_id]
    assert len(accepted) == len(set(accepted))
    assert len(rehearsal.shown()) <= len(faults)
    states = {row["id"]: row["state"] for row in rehearsal.fixture.outbox()}
    assert set(states.values()) <= {"delivered", "read", "unknown"}
    unsettled = sum(state == "unknown" for state in states.values())
    assert unsettled == 2
    assert len(rehearsal.fixture.events("delivery_failed")) == unsettled
    assert len(rehearsal.fixture.cases()) == 1


def test_after_the_window_nothing_is_sent(rehearsal: Rehearsal) -> None:
    rehearsal.say("berapa orang minimal?")
    rehearsal.fixture.clock.advance(hours=24)
    rehearsal.settle()
    assert rehearsal.shown() == []
    assert rehearsal.fixture.row().error_code == "131047"


def test_webhooks_that_come_twice_and_out_of_order_change_nothing(rehearsal: Rehearsal) -> None:
    rehearsal.emulator.change_behaviour({"duplicates": 1.0, "shuffle": 2.0, "batch": 3})
    for number in range(6):
        rehearsal.phone.say_text(rehearsal.resident.user_id, f"pesan {number}")
        rehearsal.fixture.clock.advance(seconds=1)
    for _ in range(8):
        rehearsal.settle(rounds=1)
    assert len(rehearsal.fixture.inbox()) == 6
    assert {row["state"] for row in rehearsal.fixture.inbox()} == {"processed"}
    assert {row["state"] for row in rehearsal.fixture.outbox()} <= {"delivered", "read"}


def test_a_store_that_fails_gets_the_webhook_again(rehearsal: Rehearsal) -> None:
    answers = iter([503, 503])

    def sometimes(body: bytes, headers: Mapping[str, str]) -> int:
        return next(answers, 0) or rehearsal.post(body, headers)

    rehearsal.phone.say_text(rehearsal.resident.user_id, "halo")
    for _ in range(40):
        rehearsal.emulator.settle(sometimes)
        rehearsal.fixture.clock.advance(minutes=1)
    assert len(rehearsal.fixture.inbox()) == 1


def test_a_wrong_token_stops_and_a_right_one_goes_on(rehearsal: Rehearsal) -> None:
    graph = rehearsal.deliverer.graph
    rehearsal.deliverer.graph = replace(graph, access_token="salah")
    rehearsal.deliverer.failure_policy = replace(
        rehearsal.deliverer.failure_policy, access_token="salah"
    )
    rehearsal.say("berapa orang minimal?")
    rehearsal.settle()
    assert rehearsal.fixture.row().state == "pending"
    rehearsal.fixture.clock.advance(minutes=20)
    rehearsal.settle()
    assert rehearsal.fixture.row().state == "pending"
    rehearsal.deliverer.graph = graph
    rehearsal.settle()
    assert rehearsal.fixture.row().state in ("delivered", "read")


def test_typing_is_shown_while_the_answer_is_on_its_way(rehearsal: Rehearsal) -> None:
    rehearsal.phone.say_text(rehearsal.resident.user_id, "berapa orang?")
    rehearsal.emulator.settle(rehearsal.post)
    rehearsal.deliverer.work_once()
    assert rehearsal.resident.user_id in rehearsal.emulator.typing_since
