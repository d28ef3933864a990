# mypy: allow-untyped-calls
# scipy and scikit-learn carry no annotations.

"""From scores to probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]


def softmax(scores: Floats) -> Floats:
    """Return probabilities (rows x labels), computed in double precision."""
    shifted = scores.astype(np.float64) - scores.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    result: Floats = (exponentials / exponentials.sum(1, keepdims=True)).astype(np.float32)
    return result


def combine(scores: Sequence[Floats], factors: Sequence[float]) -> Floats:
    """Return the probabilities of the weighted sum of classifiers' scores (each rows x labels).

    The classifiers that have no factor are left out.
    """
    parts = (np.float32(f) * one for one, f in zip(scores, factors, strict=False))
    return softmax(sum(parts, np.zeros_like(scores[0])))


def fit_factors(scores: Sequence[Floats], labels: Numbers) -> tuple[float, ...]:
    """Return one factor for each classifier's scores: those with the least log loss together.

    ``scores`` (each rows x labels) must come from models that did not see their labels.
    """
    from scipy.optimize import minimize

    rows = np.arange(len(labels))

    def loss(log_factors: NDArray[np.float64]) -> float:
        chances = combine(scores, np.exp(log_factors).tolist())[rows, labels]
        return float(-np.log(np.maximum(chances, 1e-12).astype(np.float64)).mean())

    start = np.array([_TYPICAL[min(place, 1)] for place in range(len(scores))])
    options = {"xatol": 1e-3, "fatol": 1e-6, "initial_simplex": _simplex(start)}
    found = minimize(loss, start, method="Nelder-Mead", options=options)
    return tuple(round(float(factor), 5) for factor in np.exp(np.clip(found.x, *_BOUNDS)))


def _simplex(start: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.vstack([start, start + np.eye(len(start))])


_TYPICAL = (0.8, -3.5)
"""Logarithms near which the factors of a margin and of a discriminant are usually found."""
_BOUNDS = (-9.0, 4.0)
