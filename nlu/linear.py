"""A linear one-against-the-rest classifier: fitted by scikit-learn, kept as plain arrays."""

# mypy: allow-untyped-calls
# scipy and scikit-learn carry no annotations.

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float32]


class LinearClassifier:
    """Linear support vectors with squared hinge loss, one against the rest.

    Learnt: ``weights_`` (float16, features x labels), ``bias_`` (float32, labels). Half
    precision is part of the model: out-of-fold scores are computed with it too.
    """

    def __init__(self, *, cost: float = 1.0, random_state: int = 0) -> None:
        self.cost = cost
        self.random_state = random_state

    def fit(self, rows: sparse.csr_matrix, labels: Sequence[int], count: int) -> LinearClassifier:
        """Fit on label numbers 0..``count``-1; a label that does not occur is never chosen."""
        from sklearn.svm import LinearSVC

        svm = LinearSVC(C=self.cost, dual=True, tol=0.1, random_state=self.random_state)
        svm.fit(rows.astype(np.float64), np.asarray(labels))
        weights, bias = svm.coef_, svm.intercept_
        if len(svm.classes_) == 2:
            weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
        present = np.asarray(svm.classes_, dtype=np.int64)
        self.weights_ = np.zeros((rows.shape[1], count), np.float16)
        self.weights_[:, present] = weights.T.astype(np.float16)
        self.bias_ = np.full(count, _NEVER, np.float32)
        self.bias_[present] = bias.astype(np.float32)
        return self

    def scores(self, rows: sparse.csr_matrix) -> Floats:
        """Return the labels' scores (rows x labels)."""
        result: Floats = rows @ self.weights_.astype(np.float32) + self.bias_
        return result


_NEVER = np.float32(-8.0)
"""Far below any score that occurs, near enough that temperatures keep it finite."""
