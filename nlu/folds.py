"""Splits examples into folds: every label spread evenly, copies with their original."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def assign_folds(labels: Sequence[int], *, folds: int, seed: int) -> NDArray[np.int64]:
    """Return the fold (0..``folds``-1) of each original example.

    Within a label the examples are shuffled and dealt out in turn, each label beginning at
    another fold, so that folds differ by few examples in size.
    """
    numbers = np.asarray(labels, dtype=np.int64)
    rng = np.random.default_rng(seed)
    result = np.zeros(len(numbers), np.int64)
    start = 0
    for label in np.unique(numbers):
        members = rng.permutation(np.flatnonzero(numbers == label))
        result[members] = (np.arange(len(members)) + start) % folds
        start += len(members)
    return result
