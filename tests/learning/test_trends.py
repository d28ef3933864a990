"""Trends: shares of a week, the risk of the control sample, drift against chance, rising topics."""

from __future__ import annotations

from datetime import timedelta

import pytest

from foundation.clock import StillClock
from learning import ControlSample, Labeller, SecondLook, label_turns, read_trends
from learning.trends import divergence, drift, rising_topics, wilson
from storage import Store, append_event
from tests.learning.learning_kit import COST, FOUNDERS, SURE, a_chat, a_turn, take_all_in
from tests.web.staff import an_account

ALL = ControlSample(share=1.0)


def test_a_week_counts_what_was_understood_and_what_was_wrong(
    store: Store, clock: StillClock
) -> None:
    chat = a_chat(store)
    ids = [a_turn(store, chat, f"pendiri {n}", ranking=SURE, decision="answer")[0] for n in "abc"]
    a_turn(store, chat, "ongkosnya", decision="clarify")
    _, wrong = a_turn(store, chat, "minimal berapa", ranking=SURE, decision="answer")
    with store.write() as tx:
        label = {"turn_id": wrong, "label": COST}
        append_event(tx, chat.id, type="intent_labelled", actor="petugas:1", data=label)
    take_all_in(store, ALL)
    rina = an_account(store, "rina", "staf_data")
    with store.write() as tx:
        by = Labeller(rina, "b1", SecondLook(share=0.0))
        label_turns(tx, ids[:2], FOUNDERS, by)
        label_turns(tx, ids[2:], COST, Labeller(rina, "b2", SecondLook(share=0.0)))
    clock.advance(hours=1)
    with store.read() as tx:
        week = read_trends(tx).weeks[-1]
    assert week.turns == 5
    assert week.understood == pytest.approx(3 / 5)
    assert week.coverage == pytest.approx(4 / 5)
    assert (week.checked, week.wrong) == (3, 1)
    assert week.risk == pytest.approx(1 / 3)
    assert week.risk_low is not None
    assert week.risk_high is not None
    assert week.risk_low < 1 / 3 < week.risk_high


def test_wilson_holds_zero_and_all() -> None:
    assert wilson(0, 0) is None
    none = wilson(0, 50)
    every = wilson(50, 50)
    assert none is not None
    assert every is not None
    assert none[0] == 0.0
    assert 0.05 < none[1] < 0.08
    assert every == pytest.approx((1 - none[1], 1.0))


def test_divergence_is_zero_for_equal_and_one_for_disjoint() -> None:
    assert divergence([3, 5], [6, 10]) == pytest.approx(0.0, abs=1e-12)
    assert divergence([1, 0], [0, 7]) == pytest.approx(1.0)


def test_drift_tells_a_change_from_chance() -> None:
    even = {f"t{n}": 20 for n in range(10)}
    alike = {f"t{n}": 20 + (n % 3) - 1 for n in range(10)}
    other = {**even, "t0": 120}
    quiet, usual = drift(even, alike)
    assert quiet < usual
    moved, usual = drift(even, other)
    assert moved > usual


def test_only_a_clear_rise_is_told() -> None:
    calm = {"izin/a": 10, "halal/a": 10, "pajak/a": 1}
    last = {"izin/a": 12, "halal/a": 20, "halal/b": 15, "pajak/a": 3}
    found = rising_topics([calm, calm, calm, calm, last, {}])
    assert [(one.topic, one.now, one.before) for one in found] == [("halal", 35, 10.0)]
    assert rising_topics([calm, last, {}]) == []


def test_weeks_begin_on_monday_in_wib(store: Store, clock: StillClock) -> None:
    a_turn(store, a_chat(store), "ongkosnya")
    take_all_in(store, ALL)
    with store.read() as tx:
        weeks = read_trends(tx, weeks=3).weeks
    assert [week.first.isoformat() for week in weeks] == ["2026-11-09", "2026-11-16", "2026-11-23"]
    assert [week.turns for week in weeks] == [0, 0, 1]
    clock.advance(days=timedelta(days=7).days)
    with store.read() as tx:
        assert [week.turns for week in read_trends(tx, weeks=2).weeks] == [1, 0]
