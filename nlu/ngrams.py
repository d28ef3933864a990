"""TF-IDF of word and character n-grams: the same code fits, transforms and is saved as text.

scikit-learn's `TfidfVectorizer` would have to be unpickled; this one is a sorted list of
n-grams and an array of inverse document frequencies. Weights follow the same formulas
(sublinear term frequency, smooth idf, unit length).
"""

# mypy: allow-untyped-calls
# scipy and scikit-learn carry no annotations.

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

_WORD = re.compile(r"\w+")


def word_ngrams(text: str) -> list[str]:
    """Return the words and the pairs of neighbouring words.

    >>> word_ngrams("cara bikin nib")
    ['cara', 'bikin', 'nib', 'cara bikin', 'bikin nib']
    """
    words = _WORD.findall(text)
    return words + [f"{a} {b}" for a, b in itertools.pairwise(words)]


def character_ngrams(text: str, *, shortest: int = 2, longest: int = 5) -> list[str]:
    """Return the character n-grams inside words, each word with a space on either side.

    >>> character_ngrams("nib", longest=3)
    [' n', 'ni', 'ib', 'b ', ' ni', 'nib', 'ib ']
    """
    grams: list[str] = []
    for word in text.split():
        padded = f" {word} "
        for size in range(shortest, min(longest, len(padded)) + 1):
            grams += [padded[at : at + size] for at in range(len(padded) - size + 1)]
    return grams


_ANALYSERS = {"word": word_ngrams, "character": character_ngrams}


class NgramVectorizer:
    """Rows of unit length in the space of one kind of n-gram.

    ``kind`` is ``word`` or ``character``. Learnt: ``vocabulary_`` (n-grams, sorted) and ``idf_``
    (float32, one per n-gram). N-grams not seen in fitting are left out.
    """

    def __init__(self, *, kind: str = "character") -> None:
        self.kind = kind

    def fit(self, texts: Sequence[str]) -> NgramVectorizer:
        """Learn the n-grams of ``texts`` and how many texts have each."""
        analyse = _ANALYSERS[self.kind]
        frequency: Counter[str] = Counter()
        for text in texts:
            frequency.update(set(analyse(text)))
        names = sorted(frequency)
        counts = np.array([frequency[name] for name in names], dtype=np.float64)
        idf = np.log((1.0 + len(texts)) / (1.0 + counts)) + 1.0
        return self.restore(names, idf.astype(np.float32))

    def restore(self, vocabulary: Sequence[str], idf: NDArray[np.float32]) -> NgramVectorizer:
        """Take over what an earlier fit learnt."""
        self.vocabulary_ = tuple(vocabulary)
        self.idf_ = idf
        self._column = {name: number for number, name in enumerate(self.vocabulary_)}
        return self

    def knows(self, ngram: str) -> bool:
        """Tell whether the training texts have the n-gram."""
        return ngram in self._column

    def row(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the known n-grams' columns (rising) and weights (unit length) of one text."""
        known = Counter(map(self._column.get, _ANALYSERS[self.kind](text)))
        known.pop(None, None)
        columns = np.array(sorted(c for c in known if c is not None), dtype=np.int64)
        counts = np.array([known[int(c)] for c in columns], dtype=np.float32)
        weights = (1.0 + np.log(np.maximum(counts, 1.0))) * self.idf_[columns]
        length = float(np.sqrt(np.dot(weights, weights)))
        return columns, (weights / length if length else weights).astype(np.float32)

    def transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """Return the rows of ``texts`` as a float32 matrix (texts x n-grams)."""
        rows = [self.row(text) for text in texts]
        starts = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns = np.concatenate([c for c, _ in rows]) if rows else np.zeros(0, np.int64)
        weights = np.concatenate([w for _, w in rows]) if rows else np.zeros(0, np.float32)
        shape = (len(rows), len(self.vocabulary_))
        return sparse.csr_matrix((weights, columns, starts), shape=shape)
