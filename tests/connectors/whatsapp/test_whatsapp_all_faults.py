"""Every kind of trouble in turn in one conversation: the table's action each time, and no more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from connectors.whatsapp import channel_state, undelivered_replies
from connectors.whatsapp_emulator import Fault
from tests.connectors.whatsapp.rehearsal_kit import Rehearsal
from tests.patience import eventually

PATIENCE: Final = 0.2
"""Seconds for which the connector waits for an answer that the emulator holds for longer."""

ARRIVED: Final = ("arrived", None)


@dataclass(frozen=True)
class Trouble:
    """A fault and its action: the row's state and code right after it, and in the end.

    ``sends`` is how often Meta is asked in all; ``shown`` how often the reply reaches the phone;
    ``stops``: nothing more is sent from the number until the token is good again.
    """

    name: str
    fault: Fault
    at_once: tuple[str, str | None]
    in_the_end: tuple[str, str | None]
    sends: int
    shown: int
    stops: bool = False


ALL: Final = (
    Trouble("500", Fault(http=500), ("unknown", None), ("unknown", "no_news"), 1, 0),
    Trouble("500, yet taken", Fault(http=500, accepted=True), ("unknown", None), ARRIVED, 1, 1),
    Trouble("429", Fault(http=429), ("pending", "429"), ARRIVED, 2, 1),
    Trouble("130429", Fault(code=130429), ("pending", "130429"), ARRIVED, 2, 1),
    Trouble("190", Fault(code=190), ("pending", "190"), ARRIVED, 2, 1, stops=True),
    Trouble("131047", Fault(code=131047), ("failed", "131047"), ("failed", "131047"), 1, 0),
    Trouble("131056", Fault(code=131056), ("pending", "131056"), ARRIVED, 2, 1),
    Trouble(
        "131047 told later",
        Fault(code=131047, where="status", accepted=True),
        ("accepted", None),
        ("failed", "131047"),
        1,
        0,
    ),
    Trouble("time-out", Fault(hold=600), ("unknown", None), ("unknown", "no_news"), 1, 0),
    Trouble(
        "time-out, yet taken", Fault(hold=600, accepted=True), ("unknown", None), ARRIVED, 1, 1
    ),
    Trouble("connection cut", Fault(cut=True, accepted=True), ("unknown", None), ARRIVED, 1, 1),
)


def test_all_faults_in_turn_in_one_conversation(rehearsal: Rehearsal) -> None:
    for number, trouble in enumerate(ALL, start=1):
        _meet(rehearsal, number, trouble)
    assert len(rehearsal.fixture.conversations()) == 1
    for number, trouble in enumerate(ALL, start=1):
        assert _outcome(rehearsal, number) == trouble.in_the_end, trouble.name
    accepted = [send.opaque for send in rehearsal.emulator.sends if send.message_id]
    assert len(accepted) == len(set(accepted))
    _everything_unsettled_is_seen(rehearsal)


def _meet(rehearsal: Rehearsal, number: int, trouble: Trouble) -> None:
    asked, arrived = rehearsal.attempts(), _arrived(rehearsal)
    rehearsal.emulator.faults.add(trouble.fault)
    rehearsal.say(f"pertanyaan nomor {number}?")
    _send(rehearsal, trouble.fault)
    row = rehearsal.fixture.row(number)
    assert (row.state, row.error_code) == trouble.at_once, trouble.name
    with rehearsal.fixture.store.read() as tx:
        stopped = channel_state(tx, rehearsal.deliverer.graph.phone_number_id).stopped_code
    assert stopped == (row.error_code if trouble.stops else None), trouble.name
    for _ in range(8):
        rehearsal.settle(rounds=1)
        rehearsal.fixture.clock.advance(minutes=3)
    assert rehearsal.emulator.faults.left() == []
    # An answer that is held is in the emulator's list only when it has left.
    held = trouble.fault.hold > 0
    assert rehearsal.attempts() - asked == trouble.sends - held, trouble.name
    assert _arrived(rehearsal) - arrived == trouble.shown, trouble.name


def _send(rehearsal: Rehearsal, fault: Fault) -> None:
    graph, before = rehearsal.deliverer.graph, len(rehearsal.shown())
    if fault.hold:
        rehearsal.deliverer.graph = replace(graph, answer_seconds=PATIENCE)
    rehearsal.deliverer.work_once()
    rehearsal.deliverer.graph = graph
    if fault.hold:
        # Whoever gave up waiting may have done so before the other side had looked at it.
        eventually(
            lambda: (
                rehearsal.emulator.faults.left() == []
                and len(rehearsal.shown()) - before == fault.accepted
            )
        )


def _arrived(rehearsal: Rehearsal) -> int:
    chat = rehearsal.emulator.chats.of(rehearsal.resident.user_id)
    return sum(message.from_office and message.state in ("delivered", "read") for message in chat)


def _outcome(rehearsal: Rehearsal, number: int) -> tuple[str, str | None]:
    row = rehearsal.fixture.row(number)
    if row.state in ("delivered", "read"):
        return ARRIVED
    return row.state, row.error_code


def _everything_unsettled_is_seen(rehearsal: Rehearsal) -> None:
    """In the list of troubled replies, in the transcript, and by one case in the queue."""
    unsettled = {
        number for number, trouble in enumerate(ALL, start=1) if trouble.in_the_end != ARRIVED
    }
    with rehearsal.fixture.store.read() as tx:
        seen = undelivered_replies(tx, rehearsal.deliverer.graph.phone_number_id)
    assert {reply.outbox_id for reply in seen} == unsettled
    assert all(reply.reason and reply.may_resend for reply in seen)
    told = [event.data["outbox_id"] for event in rehearsal.fixture.events("delivery_failed")]
    assert sorted(told) == sorted(unsettled)
    assert [case.reason for case in rehearsal.fixture.cases()] == ["gagal_kirim"]
