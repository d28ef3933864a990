# mypy: allow-untyped-calls
# scipy and scikit-learn carry no annotations.

"""Two linear classifiers over one feature space: n-grams alone, and n-grams with the sentence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from nlu.features import DEFAULT_WEIGHTS, FeatureSpace, FeatureWeights
from nlu.linear import LinearClassifier

Floats = NDArray[np.float32]


class IntentScorer:
    """Scores every label for normalised texts.

    The n-gram classifier answers where it is certain, so that the encoder can be skipped; the
    joint one sees the sentence vector too. Learnt: ``space_``, ``ngrams_``, ``joint_`` (None when
    fitted without vectors).
    """

    def __init__(
        self,
        *,
        weights: FeatureWeights = DEFAULT_WEIGHTS,
        cost: float = 1.0,
        random_state: int = 0,
    ) -> None:
        self.weights = weights
        self.cost = cost
        self.random_state = random_state

    def fit(
        self, texts: Sequence[str], vectors: Floats | None, labels: Sequence[int], count: int
    ) -> IntentScorer:
        """Fit on normalised texts, their sentence vectors (or None) and label numbers."""
        self.space_ = FeatureSpace(self.weights).fit(texts, vectors)
        rows = self.space_.ngram_matrix(texts)
        self.ngrams_ = self._new().fit(rows, labels, count)
        self.joint_: LinearClassifier | None = None
        if vectors is not None:
            self.joint_ = self._new().fit(self._joined(rows, vectors), labels, count)
        return self

    def all_scores(
        self, texts: Sequence[str], vectors: Floats | None
    ) -> tuple[Floats, Floats | None]:
        """Return n-gram scores and joint scores (texts x labels)."""
        rows = self.space_.ngram_matrix(texts)
        ngrams = self.ngrams_.scores(rows)
        if self.joint_ is None or vectors is None:
            return ngrams, None
        return ngrams, self.joint_.scores(self._joined(rows, vectors))

    def ngram_scores(self, row: tuple[NDArray[np.int64], Floats]) -> Floats:
        """Return the n-gram scores (labels) of one row of ``space_.ngram_row``."""
        return self._row_scores(self.ngrams_, row)

    def joint_scores(self, row: tuple[NDArray[np.int64], Floats], vector: Floats) -> Floats:
        """Return the joint scores (labels) of one row and its sentence vector."""
        assert self.joint_ is not None, "fitted without vectors"  # noqa: S101
        sentence = self.space_.sentence_rows(vector)
        weights = self.joint_.weights_[self.space_.ngram_count :].astype(np.float32)
        return self._row_scores(self.joint_, row) + sentence @ weights

    def _row_scores(
        self, classifier: LinearClassifier, row: tuple[NDArray[np.int64], Floats]
    ) -> Floats:
        columns, values = row
        scores: Floats = values @ classifier.weights_[columns].astype(np.float32)
        return scores + classifier.bias_

    def _joined(self, rows: sparse.csr_matrix, vectors: Floats) -> sparse.csr_matrix:
        sentence = sparse.csr_matrix(self.space_.sentence_rows(vectors))
        return sparse.csr_matrix(sparse.hstack([rows, sentence], format="csr", dtype=np.float32))

    def _new(self) -> LinearClassifier:
        return LinearClassifier(cost=self.cost, random_state=self.random_state)
