"""The figures of the evaluation are the ones of the contract."""

import numpy as np
import pytest
from sklearn.metrics import f1_score, roc_auc_score

from nlu.evaluation import area_under_curve, calibration_error, evaluate_predictions, macro_f1
from nlu.predictions import Prediction
from nlu.types import OUT_OF_SCOPE, Decision, Intent, decide


def prediction(
    expected: str, guessed: str, confidence: float, decision: Decision, ood_score: float = 0.0
) -> Prediction:
    rest = (1 - confidence) / 2
    ranking = (Intent(guessed, confidence), Intent("lain/a", rest), Intent("lain/b", rest))
    return Prediction("pesan", expected, ranking, decision, ood_score)


FOUR = [
    prediction("a/b", "a/b", 0.9, "answer"),
    prediction("a/b", "sapa", 0.8, "answer"),
    prediction("lain/b", "a/b", 0.4, "clarify", 0.3),
    prediction(OUT_OF_SCOPE, OUT_OF_SCOPE, 0.9, "answer", 0.9),
]


def test_coverage_counts_in_scope_messages_and_risk_all_answers() -> None:
    report = evaluate_predictions(FOUR)
    assert report.accuracy == 0.5
    assert report.top3 == 0.75
    assert report.coverage == pytest.approx(2 / 3)
    assert report.risk == pytest.approx(1 / 3)
    assert report.oos_auroc == 1.0
    assert report.oos_not_answered == 1.0


def test_without_out_of_scope_messages_there_is_no_auroc() -> None:
    assert "oos_auroc" not in evaluate_predictions(FOUR[:3]).to_json()


def test_an_out_of_scope_message_answered_as_knowledge_is_counted() -> None:
    wrong = prediction(OUT_OF_SCOPE, "a/b", 0.95, "answer")
    assert evaluate_predictions([*FOUR, wrong]).oos_not_answered == 0.5


def test_figures_agree_with_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    true, guessed = rng.integers(0, 9, 400), rng.integers(0, 11, 400)
    rows = [prediction(str(t), str(g), 0.5, "answer") for t, g in zip(true, guessed, strict=True)]
    assert macro_f1(rows) == pytest.approx(f1_score(true, guessed, average="macro"))
    scores, positive = rng.integers(0, 6, 400) / 6, rng.random(400) < 0.3
    expected = roc_auc_score(positive, scores)
    assert area_under_curve(scores.tolist(), positive.tolist()) == pytest.approx(expected)


def test_calibration_error_of_honest_and_boastful_confidence() -> None:
    rng = np.random.default_rng(0)
    sure = rng.random(20_000)
    right = rng.random(20_000) < sure
    assert calibration_error(sure.tolist(), right.tolist()) < 0.02
    assert calibration_error([1.0] * 100, [True, False] * 50) == pytest.approx(0.5)


def test_no_predictions_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing"):
        evaluate_predictions([])


@pytest.mark.parametrize(
    ("confidences", "names", "expected"),
    [
        ([0.9, 0.05, 0.03], ["a", "b", "c"], "answer"),
        ([0.4, 0.2, 0.1], ["a", "b", "c"], "clarify"),
        ([0.3, 0.1, 0.05], ["a", "b", "c"], "handoff"),
        ([0.6, 0.2, 0.1], [OUT_OF_SCOPE, "a", "b"], "handoff"),
    ],
)
def test_decisions(confidences: list[float], names: list[str], expected: str) -> None:
    ranking = [Intent(name, c) for name, c in zip(names, confidences, strict=True)]
    assert decide(ranking, 0.8) == expected
