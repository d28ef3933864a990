# mypy: allow-untyped-calls
# scipy and scikit-learn carry no annotations.

"""How likely the first label is right, and how far out of distribution the message is.

Both are learnt on out-of-fold scores: what the label probabilities, their spread and the share
of known words say about being right, and about being out of scope.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

_GRID = 101
_FEWEST = 100
_FEWEST_OF_A_KIND = 20


@dataclass(frozen=True)
class Evidence:
    """What is known about messages besides their ranking; one entry a message.

    ``ood_probability`` is that of the out-of-scope class (0 where there is none), ``known`` the
    share of known words.
    """

    top: Floats
    second: Floats
    spread: Floats
    ood_probability: Floats
    known: Floats

    def matrix(self) -> NDArray[np.float64]:
        """Return the evidence as features of a logistic model (messages x features)."""
        columns = (
            _log_odds(self.top),
            _log_odds(self.second),
            self.spread.astype(np.float64),
            _log_odds(self.ood_probability),
            self.known.astype(np.float64),
        )
        return np.stack(columns, axis=1)


def evidence(probabilities: Floats, known: Floats, ood_label: int | None) -> Evidence:
    """Collect the evidence from probabilities (messages x labels) and shares of known words."""
    ordered = np.sort(probabilities, axis=1)[:, ::-1]
    logs = np.log(np.maximum(probabilities, 1e-9))
    none = np.zeros(len(probabilities), np.float32)
    return Evidence(
        top=ordered[:, 0],
        second=ordered[:, 1],
        spread=-(probabilities * logs).sum(1),
        ood_probability=none if ood_label is None else probabilities[:, ood_label],
        known=known,
    )


class Calibrator:
    """A logistic model on the evidence, then made exact by isotonic regression.

    Learnt: ``coefficients_``, ``bias_``; ``knots_`` and ``values_`` (both strictly rising).
    With fewer than 100 messages, or fewer than 20 of either kind, ``coefficients_`` is empty and
    ``fallback`` answers.
    """

    def __init__(self, fallback: Callable[[Evidence], Floats]) -> None:
        self.fallback = fallback

    def fit(self, seen: Evidence, happened: Flags) -> Calibrator:
        """Fit on out-of-fold evidence and whether the event happened."""
        self.coefficients_ = np.zeros(0)
        self.bias_ = 0.0
        self.knots_ = self.values_ = np.array([0.0, 1.0])
        kinds = min(int(happened.sum()), int((~happened).sum()))
        if len(happened) < _FEWEST or kinds < _FEWEST_OF_A_KIND:
            return self
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=1.0, max_iter=1000, tol=1e-8)
        model.fit(seen.matrix(), happened)
        self.coefficients_ = np.round(model.coef_[0], 6)
        self.bias_ = round(float(model.intercept_[0]), 6)
        self._make_exact(self._logistic(seen), happened)
        return self

    def apply(self, seen: Evidence) -> Floats:
        """Return the probability of the event for each message (0..1)."""
        if not len(self.coefficients_):
            return self.fallback(seen)
        chances: Floats = np.interp(self._logistic(seen), self.knots_, self.values_)
        return chances.astype(np.float32)

    def _logistic(self, seen: Evidence) -> NDArray[np.float64]:
        odds = seen.matrix() @ self.coefficients_ + self.bias_
        result: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.clip(odds, -30, 30)))
        return result

    def _make_exact(self, chances: NDArray[np.float64], happened: Flags) -> None:
        from sklearn.isotonic import IsotonicRegression

        isotonic = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
        isotonic.fit(chances, happened.astype(np.float64))
        knots = np.linspace(0.0, 1.0, _GRID)
        stepped = np.pad(isotonic.predict(knots), 2, mode="edge")
        smooth = np.convolve(stepped, np.ones(5) / 5, "valid")
        # A little of the identity keeps the order of messages on isotonic plateaus.
        self.knots_ = knots
        self.values_ = np.round(np.clip(0.97 * smooth + 0.03 * knots, 0.001, 0.999), 6)


def scale_temperature(probabilities: Floats, tops: Floats) -> Floats:
    """Raise each row to the power that makes its largest value ``tops``: the order stays.

    A top below an even share of the labels is taken as just above it.
    """
    least = 1.001 / probabilities.shape[1]
    wanted = np.maximum(tops.astype(np.float64), least)
    logs = np.log(np.maximum(probabilities.astype(np.float64), 1e-12))
    logs -= logs.max(axis=1, keepdims=True)
    low, high = np.full(len(logs), 1e-3), np.full(len(logs), 64.0)
    for _ in range(30):
        middle = (low + high) / 2
        too_flat = 1.0 / np.exp(logs * middle[:, None]).sum(1) < wanted
        low, high = np.where(too_flat, middle, low), np.where(too_flat, high, middle)
    powers = np.exp(logs * ((low + high) / 2)[:, None])
    result: Floats = (powers / powers.sum(1, keepdims=True)).astype(np.float32)
    return result


def _log_odds(chances: Floats) -> NDArray[np.float64]:
    clipped = np.clip(chances.astype(np.float64), 1e-5, 1 - 1e-5)
    result: NDArray[np.float64] = np.log(clipped / (1 - clipped))
    return result
