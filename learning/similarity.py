"""Near-duplicate messages: the same question written almost the same way is looked at once.

Candidates come from MinHash bands over character 5-grams, so that thousands of messages take
seconds; what belongs together is decided by the exact Jaccard similarity.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Sequence

from foundation.masking import mask_identifiers

NEAR = 0.6
"""Jaccard similarity of the 5-grams from which two messages are one question."""

_GRAM = 5
_BANDS, _ROWS = 24, 3
_PRIME = 4_294_967_311


def grams(text: str) -> frozenset[str]:
    """Return the character 5-grams of the masked, lower-case text with single spaces.

    >>> sorted(grams("NIB?"))
    [' nib?', 'nib? ']
    """
    padded = f" {' '.join(mask_identifiers(text).casefold().split())} "
    return frozenset(padded[i : i + _GRAM] for i in range(max(1, len(padded) - _GRAM + 1)))


def similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the Jaccard similarity (0..1) of two sets of grams."""
    common = len(one & other)
    return common / (len(one) + len(other) - common) if one or other else 1.0


def group_near_duplicates(texts: Sequence[str], *, near: float = NEAR) -> list[int]:
    """Return for each text the place of the first text that it is nearly the same as.

    A text that is like no earlier leader leads itself. The order of ``texts`` decides who leads,
    and every member is like its leader (no chains).

    >>> group_near_duplicates(["cara bikin nib gimana", "cara bikin nib gimana?", "halal"])
    [0, 0, 2]
    """
    all_grams = [grams(text) for text in texts]
    signatures = _signatures(all_grams)
    led: dict[tuple[int, ...], list[int]] = defaultdict(list)
    leaders: list[int] = []
    for place, own in enumerate(all_grams):
        keys = [(band, *signature) for band, signature in enumerate(signatures[place])]
        candidates = {leader for key in keys for leader in led[key]}
        best = max(
            candidates, key=lambda other: (similarity(own, all_grams[other]), -other), default=-1
        )
        if best >= 0 and similarity(own, all_grams[best]) >= near:
            leaders.append(best)
            continue
        leaders.append(place)
        for key in keys:
            led[key].append(place)
    return leaders


def _signatures(all_grams: Sequence[frozenset[str]]) -> list[list[tuple[int, ...]]]:
    import numpy as np

    rng = np.random.default_rng(5)
    size = _BANDS * _ROWS
    factors = rng.integers(1, 1 << 31, size=(size, 1), dtype=np.uint64)
    offsets = rng.integers(0, 1 << 31, size=(size, 1), dtype=np.uint64)
    result = []
    for own in all_grams:
        # CRC instead of hash(): the same on every machine and in every process.
        hashes = np.fromiter((zlib.crc32(g.encode()) for g in own), np.uint64, len(own)) >> 1
        least = ((hashes * factors + offsets) % np.uint64(_PRIME)).min(axis=1)
        bands = least.reshape(_BANDS, _ROWS).tolist()
        result.append([tuple(band) for band in bands])
    return result
