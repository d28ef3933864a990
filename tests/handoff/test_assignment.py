"""Offers: longest waiting first, ending WhatsApp windows before, never beyond capacity."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from handoff import OFFER_FOR, Free, Offer, Waiting, in_order, plan_offers
from tests.builders import NINE_O_CLOCK as NOW


def waiting(number: int, minutes: int, *, window: int | None = None, prefer: int | None = None):
    ends = None if window is None else NOW + timedelta(minutes=window)
    return Waiting(number, NOW - timedelta(minutes=minutes), ends, prefer)


def test_the_longest_waiting_comes_first_and_an_ending_window_before_it() -> None:
    cases = [waiting(1, 5), waiting(2, 50), waiting(3, 1, window=30), waiting(4, 9, window=600)]
    assert [case.id for case in in_order(cases, NOW)] == [3, 2, 4, 1]


def test_a_window_that_has_ended_gives_no_priority() -> None:
    cases = [waiting(1, 5), waiting(2, 3, window=-1)]
    assert [case.id for case in in_order(cases, NOW)] == [1, 2]


def test_the_least_loaded_officer_is_offered_first_and_the_backlog_is_drained() -> None:
    officers = [Free(1, room=1, load=3), Free(2, room=3, load=0)]
    made = plan_offers([waiting(n, 60 - n) for n in range(1, 9)], officers, [], now=NOW)
    assert [(offer.case_id, offer.officer_id) for offer in made] == [(1, 2), (2, 2), (3, 2), (4, 1)]
    assert {offer.until for offer in made} == {NOW + OFFER_FOR}


def test_an_offer_that_was_let_pass_goes_to_the_next_and_then_round_again() -> None:
    officers = [Free(1, 4, 0), Free(2, 4, 0)]
    passed = [Offer(1, 1, NOW)]
    [second] = plan_offers([waiting(1, 9)], officers, passed, now=NOW)
    assert second.officer_id == 2
    both = [*passed, Offer(1, 2, NOW + timedelta(minutes=1))]
    assert plan_offers([waiting(1, 9)], officers, both, now=NOW) == []
    [third] = plan_offers([waiting(1, 9)], officers, both, now=NOW + timedelta(minutes=1))
    assert third.officer_id == 1


def test_who_had_the_earlier_case_is_asked_first() -> None:
    officers = [Free(1, 4, 0), Free(2, 4, 2)]
    [made] = plan_offers([waiting(1, 9, prefer=2)], officers, [], now=NOW)
    assert made.officer_id == 2


MOMENTS = st.integers(-200, 200).map(lambda minutes: NOW + timedelta(minutes=minutes))


@given(
    cases=st.lists(
        st.builds(Waiting, st.integers(1, 12), MOMENTS, st.none() | MOMENTS),
        max_size=12,
        unique_by=lambda case: case.id,
    ),
    officers=st.lists(
        st.builds(Free, st.integers(1, 5), st.integers(0, 4), st.integers(0, 4)),
        max_size=5,
        unique_by=lambda officer: officer.id,
    ),
    offers=st.lists(
        st.builds(Offer, st.integers(1, 12), st.integers(1, 6), MOMENTS),
        max_size=10,
        unique_by=lambda offer: (offer.case_id, offer.officer_id),
    ),
    now=MOMENTS,
)
def test_no_case_is_offered_twice_and_nobody_beyond_their_room(
    cases: list[Waiting], officers: list[Free], offers: list[Offer], now: datetime
) -> None:
    made = plan_offers(cases, officers, offers, now=now)
    running = [offer for offer in offers if offer.until > now]
    assert len({offer.case_id for offer in made}) == len(made)
    assert not {offer.case_id for offer in made} & {offer.case_id for offer in running}
    for officer in officers:
        new = sum(offer.officer_id == officer.id for offer in made)
        held = sum(offer.officer_id == officer.id for offer in running)
        assert new == 0 or new + held <= officer.room
    # Nobody has room left while a case stands without an offer.
    left = sum(
        max(0, o.room - sum(x.officer_id == o.id for x in (*made, *running))) for o in officers
    )
    without = {c.id for c in cases} - {o.case_id for o in (*made, *running)}
    assert not left or not without
