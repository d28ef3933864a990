# mypy: allow-untyped-calls
# scipy and scikit-learn carry no annotations.

"""The detector's features: n-grams of a message as written and as normalised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from nlu.danger.cues import DangerCues
from nlu.lexicon import Lexicon
from nlu.ngrams import NgramVectorizer, character_ngrams, word_ngrams
from nlu.normalize import Normalizer
from nlu.scan import scan

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]

BLOCKS = ("raw.character", "raw.word", "normal.character", "normal.word", "cue.word")
"""As written, as normalised (which brings spellings together and may drop a hint), and the cues
alone."""
_LEAST_TEXTS = 2
"""N-grams of one text alone teach nothing about other texts."""
_ANALYSERS = {"character": character_ngrams, "word": word_ngrams}


class Spellings:
    """Gives a message as written (folded) and as normalised. Nothing is respelled by guessing."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._emoji = lexicon.emoji
        self._normalizer = Normalizer(lexicon)
        self._cues = DangerCues(lexicon.danger)

    def of(self, text: str) -> dict[str, str]:
        """Return the spelling for each prefix of :data:`BLOCKS`."""
        tokens = [token.text for token in scan(text, self._emoji)]
        return {
            "raw": " ".join(tokens),
            "normal": self._normalizer.normalize(text).text,
            "cue": self._cues.row(tokens),
        }


@dataclass(frozen=True)
class Counts:
    """How often each n-gram stands in each text: ``rows`` (texts x ``names``) of one block."""

    names: tuple[str, ...]
    rows: sparse.csr_matrix


def count_ngrams(spelt: Sequence[dict[str, str]]) -> dict[str, Counts]:
    """Return the counts of every block for texts in both spellings."""
    return {block: _count(block, spelt) for block in BLOCKS}


def _count(block: str, spelt: Sequence[dict[str, str]]) -> Counts:
    spelling, _, kind = block.partition(".")
    column: dict[str, int] = {}
    columns: list[int] = []
    values: list[int] = []
    starts = [0]
    for forms in spelt:
        for name, times in Counter(_ANALYSERS[kind](forms[spelling])).items():
            columns.append(column.setdefault(name, len(column)))
            values.append(times)
        starts.append(len(columns))
    shape = (len(spelt), len(column))
    data = np.asarray(values, np.float32)
    return Counts(tuple(column), sparse.csr_matrix((data, columns, starts), shape=shape))


class DangerSpace:
    """Rows of n-gram weights, each block of unit length.

    Learnt: ``blocks_``, one :class:`NgramVectorizer` a block.
    """

    def fit(self, counts: dict[str, Counts], places: Numbers) -> DangerSpace:
        """Learn n-grams and their rarity from the texts at ``places`` alone."""
        self.blocks_ = {}
        self._kept: dict[str, Numbers] = {}
        for block, counted in counts.items():
            frequency = np.asarray((counted.rows[places] > 0).sum(0)).ravel()
            kept = np.flatnonzero(frequency >= _LEAST_TEXTS)
            kept = kept[np.argsort([counted.names[place] for place in kept], kind="stable")]
            idf = np.log((1.0 + len(places)) / (1.0 + frequency[kept])) + 1.0
            names = [counted.names[place] for place in kept]
            vectorizer = NgramVectorizer(kind=block.partition(".")[2])
            self.blocks_[block] = vectorizer.restore(names, idf.astype(np.float32))
            self._kept[block] = kept
        return self

    def restore(self, blocks: dict[str, NgramVectorizer]) -> DangerSpace:
        """Take over what an earlier fit learnt."""
        self.blocks_ = {block: blocks[block] for block in BLOCKS}
        return self

    @property
    def width(self) -> int:
        """The number of columns."""
        return sum(len(block.vocabulary_) for block in self.blocks_.values())

    def row(self, forms: dict[str, str]) -> tuple[Numbers, Floats]:
        """Return columns and weights of one message in both spellings."""
        columns, values, offset = [], [], 0
        for block, vectorizer in self.blocks_.items():
            own, weights = vectorizer.row(forms[block.partition(".")[0]])
            columns.append(own + offset)
            values.append(weights)
            offset += len(vectorizer.vocabulary_)
        return np.concatenate(columns), np.concatenate(values)

    def matrix(self, counts: dict[str, Counts], places: Numbers) -> sparse.csr_matrix:
        """Return the rows of the counted texts at ``places``, as :meth:`row` would make them."""
        made = []
        for block, vectorizer in self.blocks_.items():
            rows = counts[block].rows[places][:, self._kept[block]].tocsr()
            rows.data = (1.0 + np.log(rows.data)).astype(np.float32)
            rows = rows @ sparse.diags(vectorizer.idf_)
            length = np.sqrt(np.asarray(rows.multiply(rows).sum(1)).ravel())
            made.append(sparse.diags(1.0 / np.maximum(length, 1e-9)) @ rows)
        return sparse.csr_matrix(sparse.hstack(made, format="csr", dtype=np.float32))
