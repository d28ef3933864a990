"""The feature space of one model: character and word n-grams beside a sentence vector."""

# mypy: allow-untyped-calls
# scipy and scikit-learn carry no annotations.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from nlu.ngrams import NgramVectorizer

Floats = NDArray[np.float32]
Columns = NDArray[np.int64]


@dataclass(frozen=True)
class FeatureWeights:
    """How much each block counts: the expected squared length of its part of a row.

    Chosen by cross-validation on the training data, see ``docs/decisions/0002-nlu-model.md``.
    """

    character: float = 1.0
    word: float = 0.3
    sentence: float = 0.8


DEFAULT_WEIGHTS = FeatureWeights()


_AXES = 192
"""Principal axes kept of the standardised vectors: half of them carry 89 % of their variance, and
the classifier is fitted in two thirds of the time with as many right."""


class FeatureSpace:
    """Learns the n-grams and the vectors' mean, spread and principal axes.

    ``dimension``: how many of a vector's numbers are used, from the first (None: all).
    Learnt: ``characters_``, ``words_`` (vectorizers), ``mean_`` and ``spread_`` (float32, one per
    dimension) and ``axes_`` (float32, dimension x axes); empty when fitted without vectors.
    """

    def __init__(
        self, weights: FeatureWeights = DEFAULT_WEIGHTS, *, dimension: int | None = None
    ) -> None:
        self.weights = weights
        self.dimension = dimension

    def fit(self, texts: Sequence[str], vectors: Floats | None) -> FeatureSpace:
        """Learn from normalised texts and their sentence vectors (texts x length)."""
        self.characters_ = NgramVectorizer(kind="character").fit(texts)
        self.words_ = NgramVectorizer(kind="word").fit(texts)
        none = np.zeros(0, np.float32)
        self.mean_, self.spread_, self.axes_ = none, none, np.zeros((0, 0), np.float32)
        if vectors is not None:
            self._fit_sentence(vectors[:, : self.dimension].astype(np.float64))
        return self

    def _fit_sentence(self, wide: NDArray[np.float64]) -> None:
        """Fit in double precision: sums then do not depend on the order of additions much."""
        self.mean_ = wide.mean(0).astype(np.float32)
        self.spread_ = np.maximum(wide.std(0), 1e-6).astype(np.float32)
        standard = (wide - self.mean_) / self.spread_
        _, axes = np.linalg.eigh(standard.T @ standard)
        self.axes_ = np.ascontiguousarray(axes[:, ::-1][:, :_AXES].astype(np.float32))

    @property
    def ngram_count(self) -> int:
        """The number of n-gram columns."""
        return len(self.characters_.vocabulary_) + len(self.words_.vocabulary_)

    def ngram_row(self, text: str) -> tuple[Columns, Floats]:
        """Return columns and weights of one normalised text."""
        columns, values = self.characters_.row(text)
        more, word_values = self.words_.row(text)
        offset = len(self.characters_.vocabulary_)
        scaled = (values * self._root("character"), word_values * self._root("word"))
        return np.concatenate([columns, more + offset]), np.concatenate(scaled)

    def ngram_matrix(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """Return the rows of normalised texts (texts x n-grams)."""
        blocks = (
            self.characters_.transform(texts) * self._root("character"),
            self.words_.transform(texts) * self._root("word"),
        )
        return sparse.csr_matrix(sparse.hstack(blocks, format="csr", dtype=np.float32))

    def sentence_rows(self, vectors: Floats) -> Floats:
        """Return weighted principal parts of sentence embeddings (texts x axes, or axes)."""
        scale = self._root("sentence") / np.sqrt(np.float32(len(self.mean_)))
        used = vectors[..., : len(self.mean_)]
        rows: Floats = ((used - self.mean_) / self.spread_ @ self.axes_ * scale).astype(np.float32)
        return rows

    def known_share(self, text: str) -> float:
        """Return the share of a normalised text's words that the training texts have (0..1)."""
        words = text.split()
        known = sum(self.words_.knows(word) for word in words)
        return known / len(words) if words else 0.0

    def _root(self, block: str) -> np.float32:
        return np.float32(np.sqrt(getattr(self.weights, block)))
