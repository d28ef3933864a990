"""The report's tables and curves, computed from predictions. Pure; shares are 0..1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlu.predictions import Prediction

_BINS = 15
_CURVE_POINTS = 80


@dataclass(frozen=True)
class Bin:
    """Messages of similar confidence: how sure the model was, how often it was right."""

    confidence: float
    accuracy: float
    n: int


@dataclass(frozen=True)
class CurvePoint:
    """Answering only from ``threshold`` on: the share answered, and the share of those wrong."""

    threshold: float
    answered: float
    wrong: float


@dataclass(frozen=True)
class LabelRow:
    """One label's figures; ``mistaken_for`` are the labels most often chosen instead."""

    label: str
    n: int
    recall: float
    precision: float
    f1: float
    answered: float
    mistaken_for: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Pair:
    """Messages of one label that were taken for another."""

    expected: str
    guessed: str
    n: int
    examples: tuple[str, ...]


def reliability(predictions: Sequence[Prediction]) -> list[Bin]:
    """Return 15 bins of equal mass by falling confidence."""
    ordered = sorted(predictions, key=lambda p: -p.ranking[0].confidence)
    parts = np.array_split(np.arange(len(ordered)), min(_BINS, len(ordered)))
    return [_bin([ordered[place] for place in part]) for part in parts]


def risk_curve(predictions: Sequence[Prediction]) -> list[CurvePoint]:
    """Return points from answering the surest messages only to answering all."""
    ordered = sorted(predictions, key=lambda p: -p.ranking[0].confidence)
    wrong = np.cumsum([not p.right for p in ordered])
    places = np.unique(np.linspace(0, len(ordered) - 1, _CURVE_POINTS + 1).astype(int))[1:]
    return [
        CurvePoint(
            ordered[place].ranking[0].confidence,
            (int(place) + 1) / len(ordered),
            float(wrong[place]) / (int(place) + 1),
        )
        for place in places
    ]


def label_rows(predictions: Sequence[Prediction]) -> list[LabelRow]:
    """Return one row a true label, the weakest first."""
    guessed = Counter(p.ranking[0].name for p in predictions)
    by_label: dict[str, list[Prediction]] = {}
    for prediction in predictions:
        by_label.setdefault(prediction.expected, []).append(prediction)
    rows = [_label_row(label, own, guessed[label]) for label, own in by_label.items()]
    return sorted(rows, key=lambda row: (row.f1, row.label))


def confused_pairs(predictions: Sequence[Prediction], *, most: int = 40) -> list[Pair]:
    """Return the pairs of labels that are mixed up most often, with up to three messages each."""
    texts: dict[tuple[str, str], list[str]] = {}
    for p in predictions:
        if not p.right:
            texts.setdefault((p.expected, p.ranking[0].name), []).append(p.text)
    pairs = [Pair(*names, len(own), tuple(own[:3])) for names, own in texts.items()]
    return sorted(pairs, key=lambda pair: (-pair.n, pair.expected, pair.guessed))[:most]


def topic(label: str) -> str:
    """Return the topic of a knowledge label; acts count as one topic, ``(tindak)``."""
    head, slash, _ = label.partition("/")
    return head if slash else f"({label})" if label == "di_luar_topik" else "(tindak)"


def topic_matrix(predictions: Sequence[Prediction]) -> tuple[list[str], list[list[float]]]:
    """Return the topics and, row by row, the shares of a topic's messages taken for each."""
    counts = Counter((topic(p.expected), topic(p.ranking[0].name)) for p in predictions)
    names = sorted({name for pair in counts for name in pair})
    totals = {name: sum(counts[name, other] for other in names) for name in names}
    rows = [[counts[a, b] / max(totals[a], 1) for b in names] for a in names]
    return names, rows


def _bin(part: Sequence[Prediction]) -> Bin:
    return Bin(
        confidence=float(np.mean([p.ranking[0].confidence for p in part])),
        accuracy=float(np.mean([p.right for p in part])),
        n=len(part),
    )


def _label_row(label: str, own: Sequence[Prediction], guessed: int) -> LabelRow:
    hits = sum(p.right for p in own)
    others = Counter(p.ranking[0].name for p in own if not p.right)
    return LabelRow(
        label=label,
        n=len(own),
        recall=hits / len(own),
        precision=hits / guessed if guessed else 0.0,
        f1=2 * hits / (len(own) + guessed),
        answered=sum(p.decision == "answer" for p in own) / len(own),
        mistaken_for=tuple(sorted(others.items(), key=lambda item: (-item[1], item[0]))[:3]),
    )
