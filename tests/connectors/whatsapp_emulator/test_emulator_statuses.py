"""From accepted to read: SPEC sections 6, 10 and 13."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.whatsapp_emulator import GraphError, ResidentSide
from connectors.whatsapp_emulator.records import RANK
from foundation.clock import StillClock, parse_moment
from tests.connectors.whatsapp_emulator.emulator_kit import (
    Receiver,
    a_resident,
    an_emulator,
    run,
    state_of,
    to,
)

HOUR = 3600


def _names(receiver: Receiver) -> list[str]:
    return [status["status"] for status in receiver.statuses()]


def test_message_is_sent_delivered_and_read_and_carries_our_own_id(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    euis = a_resident(emulator)
    emulator.people.update(euis.user_id, reads="auto")
    message = emulator.send(to(euis, biz_opaque_callback_data="kirim-1"))
    receiver = run(emulator, Receiver(), 5)
    assert _names(receiver) == ["sent", "delivered", "read"]
    assert {status["biz_opaque_callback_data"] for status in receiver.statuses()} == {"kirim-1"}
    assert {status["id"] for status in receiver.statuses()} == {message.id}


def test_without_our_own_id_none_comes_back(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    emulator.send(to(a_resident(emulator)))
    receiver = run(emulator, Receiver(), 2)
    assert all("biz_opaque_callback_data" not in status for status in receiver.statuses())


def test_message_waits_while_the_phone_is_off(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    euis = a_resident(emulator)
    residents = ResidentSide(emulator)
    residents.set_online(euis.user_id, online=False)
    emulator.send(to(euis))
    receiver = run(emulator, Receiver(), 3)
    assert _names(receiver) == ["sent"]
    residents.set_online(euis.user_id, online=True)
    assert _names(run(emulator, receiver, 3)) == ["sent", "delivered"]


def test_phone_that_was_off_for_a_moment_reports_delivery_once(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    euis = a_resident(emulator)
    residents = ResidentSide(emulator)
    emulator.send(to(euis))
    receiver = run(emulator, Receiver(), 0.4)
    residents.set_online(euis.user_id, online=False)
    residents.set_online(euis.user_id, online=True)
    assert _names(run(emulator, receiver, 3)) == ["sent", "delivered"]


def test_message_that_waited_longer_than_thirty_days_is_gone(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    euis = a_resident(emulator)
    residents = ResidentSide(emulator)
    residents.set_online(euis.user_id, online=False)
    emulator.send(to(euis))
    receiver = run(emulator, Receiver(), 1)
    emulator.turn_clock(30 * 24 * HOUR)
    residents.set_online(euis.user_id, online=True)
    assert _names(run(emulator, receiver, 3)) == ["sent"]


def test_message_is_read_when_the_resident_looks(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    euis = a_resident(emulator)
    emulator.send(to(euis))
    receiver = run(emulator, Receiver(), 3)
    assert _names(receiver) == ["sent", "delivered"]
    ResidentSide(emulator).look(euis.user_id)
    assert _names(run(emulator, receiver))[-1] == "read"


def test_resident_who_hides_reading_never_sends_read(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    euis = a_resident(emulator)
    emulator.people.update(euis.user_id, reads="never")
    emulator.send(to(euis))
    receiver = run(emulator, Receiver(), 3)
    ResidentSide(emulator).look(euis.user_id)
    assert "read" not in _names(run(emulator, receiver, 3))


def test_delivered_may_be_left_out(clock: StillClock) -> None:
    emulator = an_emulator(clock, skip_delivered=True)
    euis = a_resident(emulator)
    emulator.people.update(euis.user_id, reads="auto")
    emulator.send(to(euis))
    assert _names(run(emulator, Receiver(), 5)) == ["sent", "read"]
    assert emulator.timeline.delivered_service("2026-11") == 1


def test_window_is_open_for_24_hours_from_the_last_message(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    euis = a_resident(emulator)
    emulator.turn_clock(24 * HOUR - 1)
    last_moment = emulator.send(to(euis))
    receiver = run(emulator, Receiver(), 2)
    assert state_of(emulator, last_moment) == "delivered"
    too_late = emulator.send(to(euis))
    run(emulator, receiver, 2)
    assert state_of(emulator, too_late) == "failed"
    failed = receiver.statuses()[-1]
    assert failed["errors"][0]["code"] == 131047
    assert "pricing" not in failed


def test_breach_of_the_window_can_be_told_in_the_answer(clock: StillClock) -> None:
    emulator = an_emulator(clock, window_breach="answer")
    with pytest.raises(GraphError) as refused:
        emulator.send(to(a_resident(emulator, speaks=False)))
    assert refused.value.code == 131047


def test_template_passes_the_closed_window(clock: StillClock) -> None:
    emulator = an_emulator(clock, window_breach="answer")
    euis = a_resident(emulator, speaks=False)
    parameters = [{"type": "text", "text": text} for text in ("Euis", "T-1")]
    template = {
        "name": "balasan_petugas_siap",
        "language": {"code": "id"},
        "components": [{"type": "body", "parameters": parameters}],
    }
    message = emulator.send(to(euis, "template", template))
    receiver = run(emulator, Receiver(), 3)
    assert state_of(emulator, message) == "delivered"
    assert receiver.statuses()[0]["pricing"]["category"] == "utility"


@pytest.mark.parametrize("kind", ["reaction", "system", "edit", "revoke"])
def test_reactions_and_the_like_do_not_open_the_window(clock: StillClock, kind: str) -> None:
    emulator = an_emulator(clock)
    euis = a_resident(emulator, speaks=False)
    ResidentSide(emulator).say_item(euis.user_id, {"type": kind, kind: {}})
    assert not emulator.people.get(euis.user_id).window_open(emulator.clock())


@pytest.mark.parametrize("known", [True, False])
def test_number_without_whatsapp_fails_with_131026(clock: StillClock, known: bool) -> None:
    emulator = an_emulator(clock)
    euis = a_resident(emulator)
    emulator.people.update(euis.user_id, on_whatsapp=False)
    emulator.send(to(euis if known else "+6281000000999"))
    receiver = run(emulator, Receiver(), 2)
    assert _names(receiver) == ["failed"]
    assert receiver.statuses()[0]["errors"][0]["code"] == 131026
    assert "contacts" not in receiver.values()[-1]


def test_free_messages_are_counted_and_then_charged(clock: StillClock) -> None:
    emulator = an_emulator(clock, free_service_messages=2)
    euis = a_resident(emulator)
    receiver = Receiver()
    for _ in range(3):
        emulator.send(to(euis))
        run(emulator, receiver, 2)
    kinds = [s["pricing"]["type"] for s in receiver.statuses() if s["status"] == "sent"]
    assert kinds == ["free_customer_service", "free_customer_service", "regular"]
    assert emulator.timeline.delivered_service("2026-11") == 3


def test_without_payment_method_delivery_stops_after_the_free_messages(clock: StillClock) -> None:
    emulator = an_emulator(clock, free_service_messages=1, payment_method=False)
    euis = a_resident(emulator)
    receiver = Receiver()
    for _ in range(2):
        assert emulator.send(to(euis)).id
        run(emulator, receiver, 2)
    assert receiver.statuses()[-1]["errors"][0]["code"] == 131042


ACTIONS = st.lists(
    st.sampled_from(["send", "off", "on", "look", "wait", "long", "say", "hide"]), max_size=30
)


@given(actions=ACTIONS)
@settings(max_examples=60, deadline=None)
def test_whatever_happens_statuses_of_a_message_only_move_forward(
    actions: list[str],
) -> None:
    emulator = an_emulator(StillClock(parse_moment("2026-11-24T09:00")))
    euis = a_resident(emulator)
    residents = ResidentSide(emulator)
    happened: dict[str, list[str]] = {}
    receiver = Receiver()
    do: dict[str, Any] = {
        "send": lambda: emulator.send(to(emulator.people.get(euis.user_id))),
        "off": lambda: residents.set_online(euis.user_id, online=False),
        "on": lambda: residents.set_online(euis.user_id, online=True),
        "look": lambda: residents.look(euis.user_id),
        "wait": lambda: run(emulator, receiver, 1),
        "long": lambda: emulator.turn_clock(7 * HOUR),
        "say": lambda: residents.say_text(euis.user_id, "halo"),
        "hide": lambda: emulator.people.update(euis.user_id, reads="auto"),
    }
    for action in actions:
        try:
            do[action]()
        except GraphError as refused:
            assert refused.code == 131056  # noqa: PT017 - the only refusal that may come
    run(emulator, receiver, 5)
    for status in receiver.statuses():
        happened.setdefault(status["id"], []).append(status["status"])
    for names in happened.values():
        assert len(set(names)) == len(names)
        ranks = [RANK[name] for name in names if name != "failed"]
        assert ranks == sorted(ranks)
        assert "failed" not in names or names == ["failed"]
