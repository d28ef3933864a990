# mypy: allow-untyped-calls
# scipy and scikit-learn carry no annotations.

"""Logistic regression, fitted by scikit-learn and kept as plain arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Rows = sparse.csr_matrix | Floats

_CERTAIN = 4.0
"""Log odds of what held for every row seen."""


class Logistic:
    """One logistic regression a column: each tells one class from all others.

    ``weigh`` makes both sides of a column count the same, however many rows they have. Learnt:
    ``weights_`` (float16, features x columns) and ``bias_`` (float32, columns). Half precision is
    part of the model: held-out scores are computed with it too.
    """

    def __init__(self, *, cost: float = 1.0, weigh: bool = False, random_state: int = 0) -> None:
        self.cost = cost
        self.weigh = weigh
        self.random_state = random_state

    def fit(self, rows: Rows, columns: Sequence[Flags]) -> Logistic:
        """Fit one regression for each of ``columns`` (one flag a row).

        A column that holds for all rows, or for none, is taken for certain.
        """
        from sklearn.linear_model import LogisticRegression

        # liblinear is made for sparse rows and slow on the dense ones of sentence vectors; with far
        # more n-grams than texts its dual form is the fast one.
        thin = sparse.issparse(rows)
        weights, bias = [], []
        for flags in columns:
            if flags.all() or not flags.any():
                weights.append(np.zeros(rows.shape[1]))
                bias.append(_CERTAIN if flags.all() else -_CERTAIN)
                continue
            model = LogisticRegression(
                C=self.cost,
                solver="liblinear" if thin else "lbfgs",
                dual=thin,
                class_weight="balanced" if self.weigh else None,
                random_state=self.random_state,
                max_iter=300,
                tol=0.01 if thin else 1e-3,
            )
            model.fit(rows, flags)
            weights.append(model.coef_[0])
            bias.append(model.intercept_[0])
        return self.restore(np.stack(weights, 1).astype(np.float16), np.array(bias, np.float32))

    def restore(self, weights: NDArray[np.float16], bias: Floats) -> Logistic:
        """Take over what an earlier fit learnt."""
        self.weights_, self.bias_ = weights, bias
        self._wide = weights.astype(np.float32)
        return self

    def log_odds(self, rows: Rows) -> Floats:
        """Return the log odds of each column (rows x columns)."""
        result: Floats = rows @ self._wide + self.bias_
        return result

    def log_odds_of(self, columns: NDArray[np.int64], values: Floats) -> Floats:
        """Return the log odds (one a column) of one sparse row."""
        result: Floats = values @ self._wide[columns] + self.bias_
        return result
