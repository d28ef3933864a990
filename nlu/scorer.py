# mypy: allow-untyped-calls
# scipy and scikit-learn carry no annotations.

"""Linear classifiers over one feature space: n-grams, n-grams with the sentence, sentence alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from nlu.discriminant import SentenceDiscriminant
from nlu.features import DEFAULT_WEIGHTS, FeatureSpace, FeatureWeights
from nlu.linear import LinearClassifier

Floats = NDArray[np.float32]
Row = tuple[NDArray[np.int64], Floats]


class IntentScorer:
    """Scores every label for normalised texts.

    The n-gram classifier answers where it is certain, so that the encoder can be skipped; the
    others see the sentence vector too. Learnt: ``space_``, ``ngrams_``, ``joint_`` and
    ``sentence_`` (both None when fitted without vectors).
    """

    def __init__(
        self,
        *,
        weights: FeatureWeights = DEFAULT_WEIGHTS,
        dimension: int | None = None,
        cost: float = 1.0,
        random_state: int = 0,
    ) -> None:
        self.weights = weights
        self.dimension = dimension
        self.cost = cost
        self.random_state = random_state

    def fit(
        self, texts: Sequence[str], vectors: Floats | None, labels: Sequence[int], count: int
    ) -> IntentScorer:
        """Fit on normalised texts, their sentence vectors (or None) and label numbers."""
        self.space_ = FeatureSpace(self.weights, dimension=self.dimension).fit(texts, vectors)
        rows = self.space_.ngram_matrix(texts)
        self.ngrams_ = self._new().fit(rows, labels, count)
        self.joint_: LinearClassifier | None = None
        self.sentence_: SentenceDiscriminant | None = None
        if vectors is not None:
            self.joint_ = self._new().fit(self._joined(rows, vectors), labels, count)
            self.sentence_ = SentenceDiscriminant().fit(vectors, labels, count)
        return self

    def all_scores(
        self, texts: Sequence[str], vectors: Floats | None
    ) -> tuple[Floats, tuple[Floats, ...]]:
        """Return n-gram scores, and those with the sentence (each texts x labels)."""
        rows = self.space_.ngram_matrix(texts)
        ngrams = self.ngrams_.scores(rows)
        if self.joint_ is None or self.sentence_ is None or vectors is None:
            return ngrams, ()
        joint = self.joint_.scores(self._joined(rows, vectors))
        return ngrams, (joint, self.sentence_.scores(vectors))

    def ngram_scores(self, row: Row) -> Floats:
        """Return the n-gram scores (1 x labels) of one row of ``space_.ngram_row``."""
        return self._row_scores(self.ngrams_, row)[None]

    def sentence_scores(self, row: Row, vector: Floats) -> tuple[Floats, ...]:
        """Return the scores with the sentence (each 1 x labels) of one row and its vector."""
        if self.joint_ is None:
            return ()
        part = self.space_.sentence_rows(vector)
        weights = self.joint_.weights_[self.space_.ngram_count :].astype(np.float32)
        joint = (self._row_scores(self.joint_, row) + part @ weights)[None]
        if self.sentence_ is None:
            return (joint,)
        return joint, self.sentence_.scores(vector)[None]

    def _row_scores(self, classifier: LinearClassifier, row: Row) -> Floats:
        columns, values = row
        scores: Floats = values @ classifier.weights_[columns].astype(np.float32)
        return scores + classifier.bias_

    def _joined(self, rows: sparse.csr_matrix, vectors: Floats) -> sparse.csr_matrix:
        sentence = sparse.csr_matrix(self.space_.sentence_rows(vectors))
        return sparse.csr_matrix(sparse.hstack([rows, sentence], format="csr", dtype=np.float32))

    def _new(self) -> LinearClassifier:
        return LinearClassifier(cost=self.cost, random_state=self.random_state)
