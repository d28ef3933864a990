"""The danger detector: one message in, a calibrated probability and the kind of danger out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlu.danger.logistic import Logistic
from nlu.danger.space import Counts, DangerSpace, Spellings
from nlu.danger.texts import SAFE
from nlu.types import DangerEstimate, DangerKind, DangerLevel

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_LIKELY_KINDS = 3
_LEAST_CHANCE = 1e-6
_CERTAIN_ODDS = 12.0
"""Log odds beyond which a kind tells no more: one that a held-out detector never learnt has -30."""


@dataclass(frozen=True)
class Thresholds:
    """``danger`` is acted on at once, from ``unsure`` on the resident is asked. 0..1."""

    unsure: float
    danger: float


@dataclass(frozen=True)
class Calibration:
    """A logistic model of what the stages say; ``weights`` are those of :meth:`Scores.evidence`."""

    bias: float
    weights: tuple[float, ...]

    def apply(self, evidence: Floats) -> Floats:
        """Return probabilities for evidence (messages x columns).

        Columns beyond the weights are left out: bundles made before a kind was evidence have fewer.
        """
        used = evidence[:, : len(self.weights)].astype(np.float64)
        odds = used @ np.array(self.weights) + self.bias
        result: Floats = (1.0 / (1.0 + np.exp(-np.clip(odds, -30, 30)))).astype(np.float32)
        return result


@dataclass(frozen=True)
class Scores:
    """What the stages say of messages; ``sentence`` and ``sentence_kinds`` None without vectors.

    ``ngrams`` and ``sentence`` are log odds of danger (one a message), the others those of the
    kinds (messages x kinds): of the n-grams against everything else, of the sentence against the
    other kinds.
    """

    ngrams: Floats
    kinds: Floats
    sentence: Floats | None = None
    sentence_kinds: Floats | None = None

    def evidence(self, *, sentence: bool) -> Floats:
        """Return what calibration looks at (messages x columns).

        Danger, any one kind, the sentence if wanted, and each kind: they are not equally telling.
        """
        any_kind = np.logaddexp.reduce(self.kinds.astype(np.float64), axis=1)
        columns = [self.ngrams, any_kind.astype(np.float32)]
        if sentence and self.sentence is not None:
            columns.append(self.sentence)
        each = np.clip(self.kinds, -_CERTAIN_ODDS, _CERTAIN_ODDS)
        result: Floats = np.column_stack([*columns, each]).astype(np.float32)
        return result


class DangerDetector:
    """Tells danger from everything else, and which kind it is.

    The n-gram stage sees every message; where it is not sure that nobody is in danger, the
    sentence vector is looked at too. Learnt: ``kinds_``, ``space_``, ``alarm_``, ``kind_``,
    ``sentence_`` and ``sentence_kind_`` (None without vectors), ``mean_`` and ``spread_`` of the
    vectors, ``first_`` and ``second_`` (calibrations of the stages), ``look_from_`` (the first
    stage's probability from which the vector is asked for) and ``thresholds_``.
    """

    first_: Calibration
    second_: Calibration
    look_from_: float
    thresholds_: Thresholds

    def __init__(
        self, *, cost: float = 8.0, sentence_cost: float = 0.01, random_state: int = 0
    ) -> None:
        self.cost = cost
        self.sentence_cost = sentence_cost
        self.random_state = random_state

    def fit(
        self,
        counts: dict[str, Counts],
        kinds: Sequence[str],
        vectors: Floats | None,
        places: Numbers,
    ) -> DangerDetector:
        """Fit on the texts at ``places``; ``kinds`` has one entry a text, ``aman`` for no danger.

        Calibrations and thresholds are set by :mod:`nlu.danger.training`, on texts not seen here.
        """
        own = np.array([kinds[place] for place in places])
        dangerous = own != SAFE
        self.kinds_ = tuple(sorted(set(own[dangerous].tolist())))
        columns = [own == kind for kind in self.kinds_]
        self.space_ = DangerSpace().fit(counts, places)
        rows = self.space_.matrix(counts, places)
        self.alarm_ = self._logistic(self.cost).fit(rows, [dangerous])
        self.kind_ = self._logistic(self.cost).fit(rows, columns)
        self.sentence_: Logistic | None = None
        self.sentence_kind_: Logistic | None = None
        self.mean_ = self.spread_ = np.zeros(0, np.float32)
        if vectors is not None:
            wide = vectors[places].astype(np.float64)
            self.mean_ = wide.mean(0).astype(np.float32)
            self.spread_ = np.maximum(wide.std(0), 1e-6).astype(np.float32)
            standard = self._standard(vectors[places])
            self.sentence_ = self._logistic(self.sentence_cost).fit(standard, [dangerous])
            self.sentence_kind_ = self._logistic(self.sentence_cost).fit(
                standard[dangerous], [column[dangerous] for column in columns]
            )
        return self

    def scores(self, counts: dict[str, Counts], vectors: Floats | None, places: Numbers) -> Scores:
        """Return the scores of the counted texts at ``places``."""
        rows = self.space_.matrix(counts, places)
        first, kinds = self.alarm_.log_odds(rows)[:, 0], self.kind_.log_odds(rows)
        if vectors is None or self.sentence_ is None or self.sentence_kind_ is None:
            return Scores(first, kinds)
        standard = self._standard(vectors[places])
        second = self.sentence_.log_odds(standard)[:, 0]
        return Scores(first, kinds, second, self.sentence_kind_.log_odds(standard))

    def scores_of(self, forms: dict[str, str], vector: Floats | None) -> Scores:
        """Return the scores of one message in both spellings (arrays of one row)."""
        columns, values = self.space_.row(forms)
        first = self.alarm_.log_odds_of(columns, values)
        kinds = self.kind_.log_odds_of(columns, values)[None, :]
        if vector is None or self.sentence_ is None or self.sentence_kind_ is None:
            return Scores(first, kinds)
        standard = self._standard(vector[None, :])
        second = self.sentence_.log_odds(standard)[:, 0]
        return Scores(first, kinds, second, self.sentence_kind_.log_odds(standard))

    def probabilities(self, scores: Scores) -> Floats:
        """Return the probability of danger of each message, by the stages it goes through."""
        first = self.first_.apply(scores.evidence(sentence=False))
        if scores.sentence is None:
            return first
        second = self.second_.apply(scores.evidence(sentence=True))
        result: Floats = np.where(first >= self.look_from_, second, first).astype(np.float32)
        return result

    def estimate(
        self, text: str, spellings: Spellings, vector: Callable[[], Floats] | None
    ) -> DangerEstimate:
        """Return the estimate for one message; ``vector`` is called only where it is needed."""
        forms = spellings.of(text)
        scores = self.scores_of(forms, None)
        if vector is not None and self.sentence_ is not None and self.wants_vector(scores):
            scores = self.scores_of(forms, vector())
        chance = round(float(self.probabilities(scores)[0]), 6)
        if chance < self.thresholds_.unsure:
            return DangerEstimate("safe", chance)
        shares = kind_shares(scores.kinds, scores.sentence_kinds)[0]
        ranked = sorted(zip(self.kinds_, shares.tolist(), strict=True), key=lambda pair: -pair[1])
        likely = tuple(DangerKind(kind, round(share, 6)) for kind, share in ranked[:_LIKELY_KINDS])
        level: DangerLevel = "danger" if chance >= self.thresholds_.danger else "unsure"
        return DangerEstimate(level, chance, likely)

    def wants_vector(self, scores: Scores) -> bool:
        """Tell whether the n-grams leave it open that somebody is in danger."""
        return bool(self.first_.apply(scores.evidence(sentence=False))[0] >= self.look_from_)

    def _standard(self, vectors: Floats) -> Floats:
        used = vectors[:, : len(self.mean_)]
        result: Floats = ((used - self.mean_) / self.spread_).astype(np.float32)
        return result

    def _logistic(self, cost: float) -> Logistic:
        return Logistic(cost=cost, weigh=True, random_state=self.random_state)


def kind_shares(ngrams: Floats, sentence: Floats | None) -> Floats:
    """Return how likely each kind is, danger given (messages x kinds), from log odds."""
    odds = ngrams if sentence is None else ngrams + sentence
    each = 1.0 / (1.0 + np.exp(-np.clip(odds.astype(np.float64), -30, 30)))
    each = np.maximum(each, _LEAST_CHANCE)
    result: Floats = (each / each.sum(1, keepdims=True)).astype(np.float32)
    return result
