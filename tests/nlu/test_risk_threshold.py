"""The answering threshold keeps its promise, or says that it cannot."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from nlu.risk import RiskTarget, choose_threshold, upper_bound


@given(st.integers(0, 200), st.integers(1, 2000))
def test_the_bound_is_clopper_pearsons(wrong: int, more: int) -> None:
    answered = wrong + more
    bound = upper_bound(wrong, answered, 0.1)
    assert binom.cdf(wrong, answered, bound) == pytest.approx(0.1, abs=1e-6)


def simulate(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    confidence = rng.beta(4, 1, n).astype(np.float32)
    return confidence, rng.random(n) < confidence


@cache
def _many() -> tuple[np.ndarray, np.ndarray]:
    return simulate(12345, 400_000)


def true_risk(threshold: float) -> float:
    confidence, _ = _many()
    return float((1 - confidence[confidence >= threshold]).mean())


def test_the_promise_is_kept_in_nine_of_ten_draws() -> None:
    target = RiskTarget(share=0.05, delta=0.1)
    chosen = [choose_threshold(*simulate(seed, 3000), target) for seed in range(100)]
    assert sum(one.certified for one in chosen) >= 90
    broken = sum(one.certified and true_risk(one.value) > target.share for one in chosen)
    assert broken <= 16  # at most 10 expected; more than 16 would happen once in fifty


def test_more_data_answers_more() -> None:
    shares = [choose_threshold(*simulate(1, n), RiskTarget()).answered for n in (3000, 100_000)]
    assert shares[1] > shares[0]


def test_nothing_certified_takes_the_strictest_and_says_so() -> None:
    confidence = np.linspace(0.2, 0.9, 1000).astype(np.float32)
    chosen = choose_threshold(confidence, np.zeros(1000, bool), RiskTarget())
    assert not chosen.certified
    assert chosen.answered <= 0.11


def test_too_few_messages_certify_nothing() -> None:
    confidence = np.linspace(0.2, 0.9, 30).astype(np.float32)
    assert not choose_threshold(confidence, np.ones(30, bool), RiskTarget()).certified


def test_all_right_answers_everything() -> None:
    confidence = np.linspace(0.2, 0.9, 1000).astype(np.float32)
    chosen = choose_threshold(confidence, np.ones(1000, bool), RiskTarget())
    assert chosen.certified
    assert chosen.answered == 1.0
