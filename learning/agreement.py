"""Cohen's kappa: how far two people agree beyond what chance would give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Agreement:
    """``kappa`` is None without pairs, or when both always said the one same label."""

    pairs: int
    equal: int
    kappa: float | None


def agreement(pairs: Sequence[tuple[str, str]]) -> Agreement:
    """Return how far the first and the second look agree.

    >>> agreement([("a", "a"), ("b", "b"), ("a", "b"), ("b", "b")]).kappa
    0.5
    """
    count = len(pairs)
    equal = sum(one == other for one, other in pairs)
    if not count:
        return Agreement(0, 0, None)
    first = Counter(one for one, _ in pairs)
    second = Counter(other for _, other in pairs)
    by_chance = sum(first[label] * second[label] for label in first) / count**2
    if by_chance == 1.0:
        return Agreement(count, equal, None)
    return Agreement(count, equal, round((equal / count - by_chance) / (1.0 - by_chance), 6))
