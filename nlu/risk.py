"""Which confidence suffices for an automatic answer: Learn then Test.

Angelopoulos et al., "Learn then Test" (2021): thresholds are tested from the strictest to the
loosest (fixed sequence), each with an exact binomial (Clopper-Pearson) upper bound on the share
of wrong answers; the loosest before the first failure keeps the promise with probability 1 - δ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

_STEPS = 200
_BAD_LUCK = 2
"""The strictest threshold tested still passes with so many wrong answers: one unlucky message
must not end the sequence at its start."""


@dataclass(frozen=True)
class RiskTarget:
    """At most ``share`` of automatic answers wrong, promised with probability 1 - ``delta``."""

    share: float = 0.045
    delta: float = 0.1


@dataclass(frozen=True)
class Threshold:
    """The confidence from which a message is answered, and what is known about it.

    ``certified`` is false when no threshold kept the promise; ``value`` is then the strictest.
    ``risk`` and ``answered`` are the shares seen on the data that chose it.
    """

    value: float
    certified: bool
    risk: float
    answered: float


def upper_bound(wrong: int, answered: int, delta: float) -> float:
    """Return the Clopper-Pearson upper bound on a share, one-sided at 1 - ``delta``.

    >>> round(upper_bound(0, 100, 0.1), 4)
    0.0228
    """
    from scipy.special import betaincinv

    return 1.0 if wrong >= answered else float(betaincinv(wrong + 1, answered - wrong, 1 - delta))


def choose_threshold(confidence: Floats, right: Flags, target: RiskTarget) -> Threshold:
    """Choose from held-out confidences (one a message, out-of-scope ones included).

    The candidates are quantiles of the confidence, so they do not depend on what was right.
    """
    chosen, certified = 1.0, False
    for candidate in _candidates(confidence, target):
        taken = confidence >= candidate
        wrong = int((~right[taken]).sum())
        passes = upper_bound(wrong, int(taken.sum()), target.delta) <= target.share
        if not passes:
            if not certified:
                chosen = float(candidate)
            break
        chosen, certified = float(candidate), True
    taken = confidence >= chosen
    risk = float((~right[taken]).mean()) if taken.any() else 0.0
    return Threshold(round(chosen, 6), certified, round(risk, 6), round(float(taken.mean()), 6))


def _candidates(confidence: Floats, target: RiskTarget) -> Floats:
    """Quantiles from strict to loose; the strictest leaves enough answers to pass at all."""
    ordered = np.sort(confidence)[::-1]
    strictest = min(_enough(target), max(len(ordered) // 10, 1)) - 1
    places = np.unique(np.linspace(strictest, len(ordered) - 1, _STEPS).astype(int))
    # Rounded down: the threshold kept in the model must still admit the message it came from.
    candidates: Floats = np.floor(ordered[places].astype(np.float64) * 1e6) / 1e6
    return candidates


def _enough(target: RiskTarget) -> int:
    answered = _BAD_LUCK + 1
    while upper_bound(_BAD_LUCK, answered, target.delta) > target.share:
        answered += max(answered // 50, 1)
    return answered
