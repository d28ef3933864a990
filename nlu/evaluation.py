"""Figures of a model on messages with known labels."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from nlu.example import Example
from nlu.predictions import Prediction, from_understanding
from nlu.types import OUT_OF_SCOPE

if TYPE_CHECKING:
    from nlu.model import TrainedModel

_BINS = 15


@dataclass(frozen=True)
class EvaluationReport:
    """The figures of ``halo test nlu``; shares are 0..1.

    ``coverage``: share of in-scope messages decided ``answer``. ``risk``: share of wrong ones
    among all answered, out-of-scope included. ``ece``: calibration error of the first label, 15
    bins of equal mass. ``oos_auroc``, ``latency_ms`` and ``encoder_share`` are None where they
    were not measured.
    """

    accuracy: float
    macro_f1: float
    top3: float
    n: int
    coverage: float
    risk: float
    ece: float
    oos_auroc: float | None = None
    oos_not_answered: float | None = None
    latency_ms: dict[str, float] | None = None
    encoder_share: float | None = None
    predictions: tuple[Prediction, ...] = field(default=(), repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return the figures that were measured, rounded to six places."""
        names = [name for name in self.__dataclass_fields__ if name != "predictions"]
        values = {name: getattr(self, name) for name in names}
        return {name: _rounded(value) for name, value in values.items() if value is not None}


def evaluate(model: TrainedModel, examples: Sequence[Example]) -> EvaluationReport:
    """Understand every example, one by one as in service, and compute the figures.

    Raises ``ValueError`` without examples.
    """
    predictions, milliseconds = [], []
    for example in examples:
        started = time.perf_counter()
        understood = model.understand(example.text)
        milliseconds.append(1000 * (time.perf_counter() - started))
        predictions.append(from_understanding(example, understood))
    asked = sum(model.asks_encoder(example.text) for example in examples)
    p50, p95 = np.percentile(milliseconds, [50, 95])
    return evaluate_predictions(
        predictions,
        latency_ms={"p50": round(float(p50), 2), "p95": round(float(p95), 2)},
        encoder_share=asked / len(predictions),
    )


def evaluate_predictions(
    predictions: Sequence[Prediction],
    *,
    latency_ms: dict[str, float] | None = None,
    encoder_share: float | None = None,
) -> EvaluationReport:
    """Compute the figures. Raises ``ValueError`` without predictions."""
    if not predictions:
        raise ValueError("there is nothing to evaluate")
    answered = [p for p in predictions if p.decision == "answer"]
    inside = [p for p in predictions if p.expected != OUT_OF_SCOPE]
    outside = [p for p in predictions if p.expected == OUT_OF_SCOPE]
    strangeness = [p.out_of_scope for p in predictions]
    is_outside = [p.expected == OUT_OF_SCOPE for p in predictions]
    return EvaluationReport(
        accuracy=_share([p.right for p in predictions]),
        macro_f1=macro_f1(predictions),
        top3=_share([p.expected in {i.name for i in p.ranking[:3]} for p in predictions]),
        n=len(predictions),
        coverage=_share([p.decision == "answer" for p in inside]),
        risk=_share([not p.right for p in answered]),
        ece=calibration_error(
            [p.ranking[0].confidence for p in predictions], [p.right for p in predictions]
        ),
        oos_auroc=area_under_curve(strangeness, is_outside) if outside and inside else None,
        oos_not_answered=_share([not _answered_as_knowledge(p) for p in outside])
        if outside
        else None,
        latency_ms=latency_ms,
        encoder_share=encoder_share,
        predictions=tuple(predictions),
    )


def macro_f1(predictions: Sequence[Prediction]) -> float:
    """Return the mean F1 over all labels that are true or predicted at least once."""
    true = Counter(p.expected for p in predictions)
    guessed = Counter(p.ranking[0].name for p in predictions)
    hits = Counter(p.expected for p in predictions if p.right)
    labels = true.keys() | guessed.keys()
    return float(np.mean([2 * hits[label] / (true[label] + guessed[label]) for label in labels]))


def calibration_error(confidence: Sequence[float], right: Sequence[bool]) -> float:
    """Return the expected calibration error over 15 bins with equally many messages."""
    order = np.argsort(confidence, kind="stable")
    sure, hit = np.asarray(confidence)[order], np.asarray(right, float)[order]
    bins = np.array_split(np.arange(len(sure)), min(_BINS, len(sure)))
    gaps = [abs(sure[b].mean() - hit[b].mean()) * len(b) for b in bins]
    return float(sum(gaps) / len(sure))


def area_under_curve(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """Return the chance that a positive outscores a negative, ties counting half."""
    values, wanted = np.asarray(scores), np.asarray(positive, bool)
    rest = np.sort(values[~wanted])
    below = np.searchsorted(rest, values[wanted], "left")
    not_above = np.searchsorted(rest, values[wanted], "right")
    return float((below + not_above).mean() / 2 / len(rest))


def _answered_as_knowledge(prediction: Prediction) -> bool:
    return prediction.decision == "answer" and prediction.ranking[0].name != OUT_OF_SCOPE


def _share(flags: Sequence[bool]) -> float:
    return float(np.mean(flags)) if flags else 0.0


def _rounded(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value
