# mypy: allow-untyped-calls
# scipy and scikit-learn carry no annotations.

"""From scores to probabilities."""

from __future__ import annotations

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


def fit_temperature(scores: Floats, labels: Numbers) -> float:
    """Return the factor on the scores with the least log loss of their softmax.

    ``scores`` (rows x labels) must come from models that did not see their labels.
    """
    from scipy.optimize import minimize_scalar

    rows = np.arange(len(labels))

    def loss(log_factor: float) -> float:
        chances = softmax(scores * np.float32(np.exp(log_factor)))[rows, labels]
        return float(-np.log(np.maximum(chances, 1e-12).astype(np.float64)).mean())

    found = minimize_scalar(loss, bounds=(-1.0, 4.0), method="bounded", options={"xatol": 1e-4})
    return round(float(np.exp(found.x)), 4)
