"""The training report shows the figures, hides identifiers and cannot be broken by a message."""

import re

import pytest

from nlu.evaluation import evaluate_predictions
from nlu.predictions import Prediction
from nlu.report import render_report
from nlu.report.figures import confused_pairs, label_rows, reliability, risk_curve, topic_matrix
from nlu.types import OUT_OF_SCOPE, Intent


def prediction(text: str, expected: str, guessed: str, confidence: float) -> Prediction:
    decision = "answer" if confidence > 0.5 else "clarify"
    return Prediction(text, expected, (Intent(guessed, confidence),), decision, 0.1)


PREDICTIONS = (
    [prediction(f"benar {i}", "merek/biaya_daftar", "merek/biaya_daftar", 0.9) for i in range(30)]
    + [prediction("hp 081234567890 <script>", "merek/biaya_daftar", "minta_cs", 0.4)] * 2
    + [prediction("cuaca", OUT_OF_SCOPE, "minta_cs", 0.6)]
)
FACTS = {
    "examples": 33,
    "labels": 3,
    "data_hash": "a" * 64,
    "seed": 0,
    "embedding": None,
    "risk_target": {"share": 0.03, "delta": 0.1},
    "threshold": {"value": 0.8, "certified": False, "risk": 0.0, "answered": 0.9},
    "libraries": {"numpy": "2"},
}


@pytest.fixture(scope="module")
def page() -> str:
    return render_report(evaluate_predictions(PREDICTIONS), FACTS)


def test_the_main_figures_stand_on_the_page(page: str) -> None:
    assert "90,9 %" in page  # 30 of 33
    assert "Batas risiko belum dapat dijamin" in page
    assert "tanpa model makna kalimat" in page


def test_messages_are_masked_and_escaped(page: str) -> None:
    assert "081234567890" not in page
    assert "[telepon]" in page
    assert "<script>" not in page


def test_the_page_needs_nothing_from_elsewhere(page: str) -> None:
    assert not re.search(r'(src|href)="', page)


def test_curve_and_bins_follow_the_predictions() -> None:
    assert risk_curve(PREDICTIONS)[-1].answered == 1.0
    assert risk_curve(PREDICTIONS)[-1].wrong == pytest.approx(3 / 33)
    assert sum(part.n for part in reliability(PREDICTIONS)) == 33


def test_rows_and_pairs_name_what_is_mixed_up() -> None:
    weakest, *_, strongest = label_rows(PREDICTIONS)
    assert (weakest.label, weakest.recall) == (OUT_OF_SCOPE, 0.0)
    assert strongest.mistaken_for == (("minta_cs", 2),)
    pair = confused_pairs(PREDICTIONS)[0]
    assert (pair.expected, pair.guessed, pair.n) == ("merek/biaya_daftar", "minta_cs", 2)


def test_the_topic_matrix_has_shares() -> None:
    names, rows = topic_matrix(PREDICTIONS)
    merek = rows[names.index("merek")]
    assert merek[names.index("merek")] == pytest.approx(30 / 32)
    assert sum(merek) == pytest.approx(1)
