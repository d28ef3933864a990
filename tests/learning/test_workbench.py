"""The workbench counts what a target means from held-out predictions and from the log."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from foundation.clock import StillClock
from handoff import open_case
from learning import ControlSample, write_live
from learning.workbench import TARGETS, read_traffic, steps, workbench
from service_hours import Calendar
from storage import Store
from tests.learning.learning_kit import SURE, a_chat, a_turn, take_all_in


def test_a_looser_target_answers_more_and_is_wrong_more_often() -> None:
    confidence = [1 - number / 2000 for number in range(2000)]
    right = [0.0 if number > 600 and number % 7 == 0 else 1.0 for number in range(2000)]
    strict, loose = steps({"confidence": confidence, "right": right}, (0.025, 0.08))
    assert strict.certified
    assert loose.certified
    assert strict.answered < loose.answered
    assert strict.wrong <= 0.025
    assert strict.wrong < loose.wrong <= 0.08


def test_too_few_predictions_promise_nothing() -> None:
    [step] = steps({"confidence": [0.9, 0.8], "right": [1.0, 0.0]}, (0.005,))
    assert not step.certified


def test_the_target_in_force_is_one_of_the_choices(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "satu" / "nlu"
    folder.mkdir(parents=True)
    held_out = {"confidence": [0.99, 0.9, 0.5], "right": [1, 1, 0], "outside": [0, 0, 0]}
    (folder / "oof.json").write_text(json.dumps(held_out), encoding="utf-8")
    target = {"risk_target": {"share": 0.0275, "delta": 0.1}}
    (folder / "manifest.json").write_text(json.dumps(target), encoding="utf-8")
    write_live(tmp_path, "satu")
    found = workbench(store, tmp_path, Calendar())
    assert found["target"] == 0.0275
    assert [one["target"] for one in found["steps"]] == sorted({*TARGETS, 0.0275})


def test_traffic_is_counted_per_hour_of_service(store: Store, clock: StillClock) -> None:
    calm = a_chat(store, "warga-2")
    a_turn(store, calm, "berapa pendiri koperasi", ranking=SURE, decision="answer")
    for place in range(2):
        chat = a_chat(store, f"warga-{place + 3}")
        a_turn(store, chat, f"tanya yang sulit {place}")
    with store.write() as tx:
        open_case(tx, chat.id, reason="kurang_yakin", ticket="HK-1", card={}, actor="bot")
        open_case(tx, calm.id, reason="diminta", ticket="HK-2", card={}, actor="bot")
    take_all_in(store, ControlSample(share=0))
    clock.set(clock() + timedelta(hours=2))
    with store.read() as tx:
        traffic = read_traffic(tx, Calendar())
    assert (traffic.hours, traffic.messages, traffic.cases) == (2.0, 1.5, 1.0)
    assert (traffic.asked, traffic.per_unanswered, traffic.officers) == (0.5, 0.5, 0)
