"""Which messages to label first: uncertain ones, unlike each other, that stand for many.

Diverse batches after Zhdanov (2019): of the most uncertain messages a weighted k-means makes as
many clusters as a batch has places, and the message nearest to each centre is taken. So neither
twenty wordings of one question nor one odd message alone fill the first page.
"""

# mypy: allow-untyped-calls
# scikit-learn carries no annotations.

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

BATCH = 25
"""Messages that are chosen together; about what one sitting labels."""

REACH = 3
"""A batch is chosen among so many times as many of the most uncertain messages."""

_DIMENSIONS = 64


def order_by_information(
    texts: Sequence[str],
    uncertainty: Sequence[float],
    *,
    batch: int = BATCH,
    reach: int = REACH,
    random_state: int = 0,
) -> list[int]:
    """Return the places of all ``texts``, the most worth a label first.

    ``uncertainty`` (0..1, see ``learning.turns.uncertainty``) is one number a text; numbers above
    1 put a text before all others. The same input gives the same order.
    """
    import numpy as np

    if not texts:
        return []
    rows = text_features(texts, random_state=random_state)
    doubt = np.asarray(uncertainty, dtype=np.float64)
    left = np.argsort(-doubt, kind="stable")
    chosen: list[int] = []
    while len(left):
        near = left[: batch * reach]
        picked = _representatives(rows[near], doubt[near], min(batch, len(near)), random_state)
        taken = near[picked]
        chosen += taken[np.argsort(-doubt[taken], kind="stable")].tolist()
        left = left[~np.isin(left, taken)]
    return chosen


def text_features(texts: Sequence[str], *, random_state: int = 0) -> Any:
    """Return a row of unit length for each text: latent axes (SVD) of its character n-grams."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize
    from sklearn.utils.extmath import randomized_svd

    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
    # A text of signs alone has no n-gram; the added word gives every text at least one.
    rows = vectorizer.fit_transform([f"{text.casefold()} pesan" for text in texts])
    dimensions = min(_DIMENSIONS, min(rows.shape) - 1)
    if dimensions < 1:
        return np.ones((len(texts), 1))
    axes, sizes, _ = randomized_svd(rows, dimensions, random_state=random_state)
    return normalize(axes * sizes)


def _representatives(rows: Any, doubt: Any, count: int, random_state: int) -> list[int]:
    """Return up to ``count`` places: the nearest row to each centre of a weighted k-means."""
    import numpy as np
    from sklearn.cluster import KMeans

    distinct = len(np.unique(rows.round(6), axis=0))
    clusters = KMeans(min(count, distinct), n_init=1, random_state=random_state)
    numbers = clusters.fit_predict(rows, sample_weight=np.maximum(doubt, 1e-3))
    picked = []
    for number, centre in enumerate(clusters.cluster_centers_):
        members = np.flatnonzero(numbers == number)
        if len(members):
            distance = ((rows[members] - centre) ** 2).sum(axis=1)
            picked.append(int(members[int(distance.argmin())]))
    return picked
