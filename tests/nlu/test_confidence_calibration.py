"""Confidence means probability, and making it so never changes the order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nlu.confidence import Calibrator, evidence, scale_temperature
from nlu.evaluation import calibration_error
from nlu.judgement import Cascade, fallback_right
from nlu.probability import fit_factors, softmax

LABELS = 12
OUTSIDE = 11


def draw(n: int, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Scores whose softmax at factor 3 is the true chance of each label."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(0, 0.8, (n, LABELS)).astype(np.float32)
    chances = softmax(3 * scores).astype(np.float64)
    chances /= chances.sum(1, keepdims=True)
    return scores, np.array([rng.choice(LABELS, p=p) for p in chances])


def test_the_temperature_is_found() -> None:
    scores, labels = draw(6000)
    assert abs(fit_factors([scores], labels)[0] - 3) < 0.15


def test_a_fitted_calibrator_is_calibrated_on_new_messages() -> None:
    known = np.ones(6000, np.float32)
    fitted = None
    for seed in (1, 2):
        scores, labels = draw(6000, seed=seed)
        probabilities = softmax(5 * scores)  # over-confident on purpose
        seen, right = evidence(probabilities, known, OUTSIDE), probabilities.argmax(1) == labels
        if fitted is None:
            fitted = Calibrator(fallback=fallback_right).fit(seen, right)
        else:
            before = calibration_error(probabilities.max(1), right)
            after = calibration_error(fitted.apply(seen), right)
            assert before > 0.1
            assert after < 0.03


def test_too_little_evidence_falls_back_on_the_top_probability() -> None:
    scores, labels = draw(50)
    probabilities = softmax(scores)
    seen = evidence(probabilities, np.ones(50, np.float32), None)
    calibrator = Calibrator(fallback=fallback_right).fit(seen, probabilities.argmax(1) == labels)
    assert np.array_equal(calibrator.apply(seen), probabilities.max(1))


@given(
    arrays(np.float32, (3, 7), elements=st.floats(-4, 4, width=32)),
    arrays(np.float32, 3, elements=st.floats(0.0, 0.75, width=32)),
)
def test_temperature_scaling_reaches_the_top_and_keeps_the_order(
    scores: np.ndarray, tops: np.ndarray
) -> None:
    before = softmax(scores)
    after = scale_temperature(before, tops)
    assert np.allclose(after.sum(1), 1, atol=1e-5)
    for old, new, top in zip(before, after, tops, strict=True):
        order = np.argsort(-old, kind="stable")
        assert np.all(np.diff(new[order]) <= 1e-6)
        lone = np.sum(old >= old.max() * 0.999) == 1
        if lone and 1 / 7 < top < 0.99 and old.max() > 0.2:
            assert abs(new.max() - top) < 0.01


def test_the_encoder_is_skipped_only_where_the_ngrams_are_nearly_always_right() -> None:
    scores, labels = draw(6000)
    helped = scores.copy()
    helped[np.arange(6000), labels] += 0.7
    first = scores.copy()
    first[:3000][np.arange(3000), labels[:3000]] += 4
    cascade = Cascade(OUTSIDE).fit(first, (helped,), np.ones(6000, np.float32), labels)
    judged = cascade.ngrams_.judge((first,), np.ones(6000, np.float32))
    skipped = cascade.is_certain(judged)
    assert 0.3 < skipped.mean() < 0.7
    assert (judged.probabilities.argmax(1) == labels)[skipped].mean() > 0.98
