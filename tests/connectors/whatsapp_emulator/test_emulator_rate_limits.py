"""The speed limits of SPEC section 12."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.whatsapp_emulator import GraphError
from connectors.whatsapp_emulator.rate_limits import RecipientRateLimit
from foundation.clock import StillClock, parse_moment
from tests.connectors.whatsapp_emulator.emulator_kit import a_resident, an_emulator, to

START = parse_moment("2026-11-24T09:00")


def test_one_message_every_six_seconds_always_goes(clock: StillClock) -> None:
    limit = RecipientRateLimit()
    for _ in range(700):
        limit.take("a", clock())
        clock.advance(seconds=6)


def test_burst_of_45_goes_and_the_46th_is_131056(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    euis = a_resident(emulator)
    for _ in range(45):
        emulator.send(to(euis))
        clock.advance(seconds=0.1)
    with pytest.raises(GraphError) as refused:
        emulator.send(to(euis))
    assert refused.value.code == 131056


def test_burst_is_paid_back_before_the_next_message(clock: StillClock) -> None:
    limit = RecipientRateLimit()
    for _ in range(20):
        limit.take("a", clock())
    clock.advance(seconds=119)
    with pytest.raises(GraphError):
        limit.take("a", clock())
    clock.advance(seconds=1)
    limit.take("a", clock())


def test_one_resident_does_not_hold_up_another(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    euis = a_resident(emulator)
    asep = a_resident(emulator, name="Asep", wa_id="6281000000104")
    clock.advance(seconds=2)
    for _ in range(45):
        emulator.send(to(euis))
    assert emulator.send(to(asep))


def test_number_and_user_id_of_one_resident_share_the_limit(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    euis = a_resident(emulator)
    for _ in range(45):
        emulator.send(to(euis))
    body = to(euis, recipient=euis.user_id)
    del body["to"]
    with pytest.raises(GraphError):
        emulator.send(body)


def test_eighty_messages_a_second_go_in_and_out_together(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    residents = [
        a_resident(emulator, name=f"Warga {n}", wa_id=f"62810000003{n:02}") for n in range(40)
    ]
    for resident in residents:
        emulator.send(to(resident))
    with pytest.raises(GraphError) as refused:
        emulator.send(to(residents[0]))
    assert refused.value.code == 130429
    clock.advance(seconds=1)
    assert emulator.send(to(residents[0]))


@given(st.lists(st.floats(min_value=0, max_value=40), max_size=200))
@settings(max_examples=100, deadline=None)
def test_no_pattern_of_sending_beats_the_average_rate(pauses: list[float]) -> None:
    limit, now, accepted = RecipientRateLimit(), START, []
    for pause in pauses:
        now += timedelta(seconds=pause)
        try:
            limit.take("a", now)
        except GraphError:
            continue
        accepted.append(now)
    for first, start in enumerate(accepted):
        within = sum(1 for moment in accepted[first:] if moment - start <= timedelta(hours=1))
        assert within <= 600 + 45
