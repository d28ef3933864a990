"""The gate: who gets worse is blocked, with a reason that can be read; who does not, passes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from learning import FailedStory, gate
from nlu import Prediction
from nlu.types import Intent

LABELS = [f"topik{number}/kunci{key}" for number in range(5) for key in range(4)]


def _prediction(number: int, *, right: bool, answered: bool = True) -> Prediction:
    label = LABELS[number % len(LABELS)]
    guess = Intent(label if right else "lain/sekali", 0.9)
    return Prediction(f"pesan {number}", label, (guess,), "answer" if answered else "handoff", 0.0)


def _set(wrong: Sequence[int] = (), *, n: int = 200, silent: bool = True) -> list[Prediction]:
    """Predictions; the wrong ones are not answered unless ``silent`` is false."""
    bad = set(wrong)
    return [
        _prediction(i, right=i not in bad, answered=i not in bad or not silent) for i in range(n)
    ]


def _verdict(before: Any, after: Any, stories: Sequence[FailedStory] = (), **more: Any) -> Any:
    values = {"stories": 3, "target": 0.03, "critical": (), "name_of": str.upper, **more}
    return gate(before, after, stories, **values)


def _kinds(verdict: Any) -> set[str]:
    return {block["kind"] for block in verdict["blocks"]}


def test_the_same_model_passes() -> None:
    verdict = _verdict(_set([3, 4]), _set([3, 4]))
    assert verdict["passed"]
    assert verdict["blocks"] == []


def test_a_little_noise_passes_and_its_losses_are_shown() -> None:
    verdict = _verdict(_set([3, 4, 5]), _set([4, 5, 6, 7]))
    assert verdict["passed"]
    assert sorted(row["text"] for row in verdict["changes"] if row["lost"]) == [
        "pesan 6",
        "pesan 7",
    ]


def test_a_significant_loss_is_blocked_in_plain_words() -> None:
    verdict = _verdict(_set(), _set(range(0, 60, 3)))
    assert "overall" in _kinds(verdict)
    text = verdict["blocks"][0]["text"]
    assert "200" in text
    assert "180" in text
    assert "turun" in text
    assert verdict["overall"]["interval"][1] < 0


def test_a_loss_in_one_topic_is_blocked_by_its_name() -> None:
    others_won = [number for number in range(200) if number % len(LABELS) >= 4][:8]
    lost = [number for number in range(200) if number % len(LABELS) < 4][:8]
    verdict = _verdict(_set(others_won), _set(lost))
    assert _kinds(verdict) == {"topic"}
    assert "TOPIK0" in verdict["blocks"][0]["text"]


@pytest.mark.parametrize(("critical", "kinds"), [((), set()), ((LABELS[0],), {"label"})])
def test_a_label_is_gated_only_when_it_is_critical(critical: Any, kinds: set[str]) -> None:
    lost = [0, 20, 40, 60, 80]
    same_topic_won = [1, 21, 41, 61, 81]
    verdict = _verdict(_set(same_topic_won), _set(lost), critical=critical)
    assert _kinds(verdict) == kinds
    assert LABELS[0] in {row["key"] for row in verdict["labels"]}


def test_wrong_answers_above_the_target_are_blocked() -> None:
    wrong = list(range(0, 70, 10))
    verdict = _verdict(_set(wrong, silent=False), _set(wrong, silent=False))
    assert _kinds(verdict) == {"wrong_answers"}
    assert "3,5 %" in verdict["blocks"][0]["text"]


def test_one_failed_conversation_is_enough() -> None:
    verdict = _verdict(_set(), _set(), [FailedStory("biaya NIB", "baris 3")])
    assert _kinds(verdict) == {"conversation"}
    assert "biaya NIB" in verdict["blocks"][0]["text"]


def test_shuffled_labels_are_blocked_on_every_count() -> None:
    order = LABELS.copy()
    random.Random(7).shuffle(order)
    after = []
    for number in range(200):
        label = LABELS[number % len(LABELS)]
        guess = Intent(order[number % len(LABELS)], 0.9)
        after.append(Prediction(f"pesan {number}", label, (guess,), "answer", 0.0))
    verdict = _verdict(_set(), after)
    assert {"overall", "topic", "wrong_answers"} <= _kinds(verdict)


def test_without_a_live_bundle_only_conversations_and_wrong_answers_count() -> None:
    assert _verdict([], _set())["passed"]
    assert not _verdict([], _set(range(9), silent=False))["passed"]


def test_nothing_to_measure_with_is_not_a_pass() -> None:
    assert _kinds(_verdict([], [])) == {"no_gold"}
