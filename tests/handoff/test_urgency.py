"""Urgent cases: at the head of the queue, sounding until a person acknowledges, and drills."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors import Drill
from foundation.clock import StillClock
from foundation.errors import ForbiddenError
from handoff import (
    Case,
    Free,
    Waiting,
    acknowledge,
    alerts_due,
    claim,
    get_case,
    mark_urgent_alert,
    open_case,
    plan_offers,
    position,
    queue_counts,
    release,
    take_over,
    to_ask,
    urgency_of,
    urgent_cases,
    waiting_cases,
)
from storage import Account, Store, create_account, latest_audit_entries, read_events
from tests.builders import a_conversation
from tests.query_plans import plans_of, reads_of_whole_tables, statements_of


@pytest.fixture
def ani(store: Store) -> Account:
    with store.write() as tx:
        return create_account(tx, "ani", "kata-sandi-panjang", "petugas", display_name="Ani")


def _case(store: Store, name: str, *, danger: str = "") -> Case:
    conversation = a_conversation(store, name)
    with store.write() as tx:
        return open_case(
            tx,
            conversation.id,
            reason="bahaya" if danger else "diminta",
            ticket=f"HK-{name}",
            card={},
            actor="bot",
            urgent=bool(danger),
            danger=danger,
        )


def test_urgent_cases_come_before_those_that_wait_longer(store: Store, clock: StillClock) -> None:
    names = []
    for name, danger in (("a", ""), ("b", ""), ("c", "kdrt"), ("d", "kekerasan")):
        names.append(_case(store, name, danger=danger))
        clock.advance(minutes=5)
    with store.read() as tx:
        waiting = waiting_cases(tx)
        places = [position(tx, case) for case in waiting]
    assert [case.ticket for case in waiting] == ["HK-c", "HK-d", "HK-a", "HK-b"]
    assert places == [1, 2, 3, 4]


def test_an_urgent_case_is_offered_first(clock: StillClock) -> None:
    now = clock()
    waiting = [
        Waiting(1, now - timedelta(hours=2)),
        Waiting(2, now - timedelta(hours=1), window_ends=now + timedelta(minutes=30)),
        Waiting(3, now, urgent=True),
    ]
    [offer] = plan_offers(waiting, [Free(7, room=1, load=0)], [], now=now)
    assert offer.case_id == 3


def test_a_confidential_case_is_offered_only_to_who_may_see_it(clock: StillClock) -> None:
    waiting = [Waiting(1, clock(), only=frozenset({8}))]
    [offer] = plan_offers(waiting, [Free(7, 1, 0), Free(8, 1, 3)], [], now=clock())
    assert offer.officer_id == 8
    assert plan_offers(waiting, [Free(7, 1, 0)], [], now=clock()) == []


def test_the_first_acknowledgement_counts_with_name_and_time(
    store: Store, clock: StillClock, ani: Account
) -> None:
    case = _case(store, "a", danger="kdrt")
    clock.advance(seconds=90)
    with store.write() as tx:
        other = create_account(tx, "budi", "kata-sandi-panjang", "petugas")
        assert acknowledge(tx, case, officer_id=ani.id, actor=f"officer:{ani.id}")
        assert not acknowledge(tx, case, officer_id=other.id, actor=f"officer:{other.id}")
    with store.read() as tx:
        [urgent] = urgent_cases(tx, ani)
        last = read_events(tx, case.conversation)[-1]
        [entry] = latest_audit_entries(tx, limit=1)
    assert (urgent.by, urgent.acknowledged_at, urgent.sounds) == ("Ani", clock(), False)
    assert (last.type, last.data["seconds"]) == ("urgency_acknowledged", 90)
    assert (entry.action, entry.account_id) == ("urgency_acknowledged", ani.id)


def test_whoever_claims_it_has_acknowledged_it(store: Store, ani: Account) -> None:
    case = _case(store, "a", danger="kdrt")
    with store.write() as tx:
        claim(tx, case.id, officer_id=ani.id, actor="officer:1")
    with store.read() as tx:
        assert not urgent_cases(tx, ani)[0].sounds


def test_it_sounds_again_when_it_goes_back_into_the_queue(
    store: Store, clock: StillClock, ani: Account
) -> None:
    case = _case(store, "a", danger="kdrt")
    with store.write() as tx:
        mark_urgent_alert(tx, case.id)
        claim(tx, case.id, officer_id=ani.id, actor="officer:1")
        release(tx, case.id, actor="timer")
    with store.read() as tx:
        assert urgent_cases(tx, ani)[0].sounds
        # Supervisors are told again at once.
        assert [one.case.id for one in alerts_due(tx, every=timedelta(hours=1))] == [case.id]


def test_danger_of_another_kind_sounds_again_the_same_does_not(store: Store, ani: Account) -> None:
    case = _case(store, "a", danger="bunuh_diri")
    with store.write() as tx:
        acknowledge(tx, case, officer_id=ani.id, actor="officer:1")
    for danger, kind, sounds in (
        ("bunuh_diri", "bunuh_diri", False),
        ("lanjutan", "bunuh_diri", False),
        ("kekerasan", "kekerasan", True),
    ):
        _case(store, "a", danger=danger)
        with store.read() as tx:
            urgent = urgency_of(tx, [case.id])[case.id]
        assert (urgent.kind, urgent.sounds) == (kind, sounds)


def test_a_case_that_waits_already_becomes_urgent(store: Store) -> None:
    ordinary = _case(store, "a")
    assert _case(store, "a", danger="kdrt").id == ordinary.id
    with store.read() as tx:
        assert get_case(tx, ordinary.id).urgent


def test_an_urgent_case_is_never_closed_for_want_of_an_answer(
    store: Store, clock: StillClock
) -> None:
    _case(store, "a", danger="kdrt")
    ordinary = _case(store, "b")
    clock.advance(hours=30)
    with store.read() as tx:
        assert [case.id for case in to_ask(tx)] == [ordinary.id]


def test_a_supervisor_who_takes_it_over_has_acknowledged_it(store: Store) -> None:
    case = _case(store, "a", danger="kdrt")
    with store.write() as tx:
        boss = create_account(tx, "bos", "kata-sandi-panjang", "supervisor")
        take_over(tx, case.id, officer_id=boss.id, actor="officer:1")
    with store.read() as tx:
        assert not urgent_cases(tx, boss)[0].sounds


def test_a_drill_is_urgent_and_counted_nowhere(store: Store, ani: Account) -> None:
    with store.write() as tx:
        boss = create_account(tx, "bos", "kata-sandi-panjang", "supervisor")
    ordinary = _case(store, "a")
    drill = Drill(store, boss, lambda: "HK-LATI-HAN2")
    case = drill.start()
    with store.read() as tx:
        assert [one.id for one in waiting_cases(tx)] == [case.id, ordinary.id]
        assert urgent_cases(tx, ani)[0].case.drill
        assert queue_counts(tx).waiting == 1
        assert position(tx, get_case(tx, ordinary.id)) == 1
    assert drill.clear() == 1
    with store.read() as tx:
        assert urgent_cases(tx, ani) == []
    with pytest.raises(ForbiddenError):
        Drill(store, ani, lambda: "HK-LATI-HAN3").start()


def test_no_list_of_urgent_cases_reads_whole_tables(store: Store, ani: Account) -> None:
    case = _case(store, "a", danger="kdrt")

    def use() -> None:
        with store.read() as tx:
            waiting_cases(tx, seen_by=ani)
            queue_counts(tx, seen_by=ani)
            urgent_cases(tx, ani)
            alerts_due(tx, every=timedelta(minutes=10))
            position(tx, case)
        with store.write() as tx:
            mark_urgent_alert(tx, case.id)
            acknowledge(tx, case, officer_id=ani.id, actor="officer:1")

    plans = plans_of(store, statements_of(use))
    growing = ("case_", "case_urgency", "conversation", "event")
    assert reads_of_whole_tables(store, plans, growing) == {}
    # The queue is read in its order, without sorting.
    [queue] = [s for s in plans if "ORDER BY case_.priority" in s]
    assert "ix_case__queue" in plans[queue]
    assert "TEMP B-TREE" not in plans[queue]
