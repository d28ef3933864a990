"""What was predicted for messages whose label is known: the ground of all figures and reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlu.example import Example
from nlu.judgement import Judgement
from nlu.risk import Threshold
from nlu.types import OUT_OF_SCOPE, Decision, Intent, Understanding, decide

RANKED = 10
"""Labels kept of a ranking."""


@dataclass(frozen=True)
class Prediction:
    """One message, its true label and what was made of it; ``ranking`` falls in confidence."""

    text: str
    expected: str
    ranking: tuple[Intent, ...]
    decision: Decision
    out_of_scope: float

    @property
    def right(self) -> bool:
        """Whether the first label is the true one."""
        return self.ranking[0].name == self.expected


def from_understanding(example: Example, understood: Understanding) -> Prediction:
    """Return the prediction that an Understanding of an example is."""
    return Prediction(
        text=example.text,
        expected=example.intent,
        ranking=understood.ranking,
        decision=understood.decision,
        out_of_scope=understood.out_of_scope,
    )


def from_judgement(
    examples: Sequence[Example], labels: Sequence[str], judged: Judgement, threshold: Threshold
) -> tuple[Prediction, ...]:
    """Return the predictions of a judgement of examples (same order)."""
    rankings = [rank(chances, labels) for chances in judged.probabilities]
    return tuple(
        Prediction(e.text, e.intent, ranking, decide(ranking, threshold.value), float(ood_score))
        for e, ranking, ood_score in zip(examples, rankings, judged.ood_score, strict=True)
    )


def held_out_rows(predictions: Sequence[Prediction]) -> dict[str, list[float]]:
    """Return confidence, truth (1 right) and scope (1 outside) of each, the surest first."""
    ordered = sorted(predictions, key=lambda p: (-p.ranking[0].confidence, p.text))
    return {
        "confidence": [p.ranking[0].confidence for p in ordered],
        "right": [int(p.right) for p in ordered],
        "outside": [int(p.expected == OUT_OF_SCOPE) for p in ordered],
    }


def rank(chances: np.ndarray, labels: Sequence[str]) -> tuple[Intent, ...]:
    """Return the most likely labels; equally likely ones keep the order of ``labels``."""
    order = np.argsort(-chances, kind="stable")[:RANKED]
    return tuple(Intent(labels[place], round(float(chances[place]), 6)) for place in order)
