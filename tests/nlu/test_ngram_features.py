"""The n-gram features follow scikit-learn's formulas and survive saving."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from nlu.features import FeatureSpace
from nlu.ngrams import NgramVectorizer

TEXTS = [
    "cara bikin nib online",
    "biaya bikin nib berapa",
    "kapan rapat anggota tahunan",
    "rapat anggota lewat zoom sah tidak",
]
REFERENCE = {
    "character": TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
    "word": TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\w+"),
}


@pytest.mark.parametrize("kind", ["character", "word"])
def test_rows_equal_scikit_learns(kind: str) -> None:
    reference = REFERENCE[kind].fit(TEXTS)
    ours = NgramVectorizer(kind=kind).fit(TEXTS)
    assert list(ours.vocabulary_) == sorted(reference.vocabulary_)
    unseen = ["bikin nib di zoom", "sama sekali lain"]
    expected = reference.transform(TEXTS + unseen).toarray()
    assert np.allclose(ours.transform(TEXTS + unseen).toarray(), expected, atol=1e-6)


@given(st.text(max_size=60))
def test_every_row_has_unit_length_or_is_empty(text: str) -> None:
    columns, weights = NgramVectorizer().fit(TEXTS).row(text)
    assert list(columns) == sorted(set(columns))
    assert not len(columns) or np.isclose(np.dot(weights, weights), 1.0, atol=1e-5)


def test_single_rows_equal_the_matrix() -> None:
    vectors = np.random.default_rng(0).normal(size=(4, 8)).astype(np.float32)
    space = FeatureSpace().fit(TEXTS, vectors)
    matrix = space.ngram_matrix(TEXTS).toarray()
    for row, text in enumerate(TEXTS):
        columns, weights = space.ngram_row(text)
        assert np.allclose(matrix[row, columns], weights)
        assert np.count_nonzero(matrix[row]) == len(columns)


def test_sentence_rows_are_standardised_to_their_weight() -> None:
    vectors = np.random.default_rng(0).normal(3.0, 5.0, size=(500, 8)).astype(np.float32)
    space = FeatureSpace().fit(["a"] * 500, vectors)
    rows = space.sentence_rows(vectors)
    assert np.isclose((rows**2).sum(1).mean(), space.weights.sentence, atol=0.01)


def test_the_share_of_known_words_tells_strange_messages() -> None:
    space = FeatureSpace().fit(TEXTS, None)
    assert space.known_share("rapat nib") == 1.0
    assert space.known_share("rapat xyz") == 0.5
    assert space.known_share("") == 0.0
