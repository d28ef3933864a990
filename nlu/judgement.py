"""From scores to a judgement: calibrated ranking, confidence, OOD score; and when to skip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlu.confidence import Calibrator, Evidence, evidence, scale_temperature
from nlu.probability import combine, fit_factors
from nlu.risk import RiskTarget, choose_threshold

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

SKIP_TARGET = RiskTarget(share=0.02, delta=0.1)
"""The n-grams may answer alone where at most this share of their first labels is wrong."""


@dataclass(frozen=True)
class Judgement:
    """What is thought of some messages.

    ``probabilities`` (messages x labels) sum to 1 and their largest is ``confidence``;
    ``ood_score`` is the out-of-scope score (0..1).
    """

    probabilities: Floats
    confidence: Floats
    ood_score: Floats


class Stage:
    """The calibration of one or two classifiers' scores.

    Learnt on scores that did not see their labels: ``factors_`` (one for each classifier that is
    used; the second is left out unless it helps), ``right_`` (is the first label right?),
    ``ood_`` (is the message out of scope?).
    """

    def __init__(self, ood_label: int | None) -> None:
        self.ood_label = ood_label

    def fit(self, scores: tuple[Floats, ...], known: Floats, labels: Numbers, used: Flags) -> Stage:
        """Fit on scores (each messages x labels), shares of known words and label numbers.

        Factors are fitted on all messages; the rest on those in ``used``, the ones that this
        stage will decide.
        """
        self.factors_ = self._best_factors(scores, labels)
        scores, known, labels = tuple(s[used] for s in scores), known[used], labels[used]
        probabilities = combine(scores, self.factors_)
        seen = evidence(probabilities, known, self.ood_label)
        self.right_ = Calibrator(fallback=fallback_right).fit(
            seen, probabilities.argmax(1) == labels
        )
        none = -1 if self.ood_label is None else self.ood_label
        self.ood_ = Calibrator(fallback=fallback_ood_score).fit(seen, labels == none)
        return self

    def judge(self, scores: tuple[Floats, ...], known: Floats) -> Judgement:
        """Judge messages by their scores (each messages x labels) and shares of known words."""
        probabilities = combine(scores, self.factors_)
        seen = evidence(probabilities, known, self.ood_label)
        scaled = scale_temperature(probabilities, self.right_.apply(seen))
        return Judgement(scaled, scaled.max(axis=1), self.ood_.apply(seen))

    def _best_factors(self, scores: tuple[Floats, ...], labels: Numbers) -> tuple[float, ...]:
        """Return the factors of the first classifier, or of all where that has more right."""
        alone, together = fit_factors(scores[:1], labels), fit_factors(scores, labels)
        hits = [int((combine(scores, f).argmax(1) == labels).sum()) for f in (alone, together)]
        return together if hits[1] > hits[0] else alone


class Cascade:
    """The n-gram stage, and behind it the sentence stage for messages it is not certain about.

    Learnt: ``ngrams_``, ``sentence_`` (None without sentence vectors), ``skip_from_`` (the
    n-grams' confidence from which the encoder is not asked).
    """

    def __init__(self, ood_label: int | None) -> None:
        self.ood_label = ood_label

    def fit(
        self, ngrams: Floats, sentence: tuple[Floats, ...], known: Floats, labels: Numbers
    ) -> Cascade:
        """Fit both stages on scores that did not see their labels."""
        everything = np.ones(len(labels), np.bool_)
        self.ngrams_ = Stage(self.ood_label).fit((ngrams,), known, labels, everything)
        self.sentence_: Stage | None = None
        self.skip_from_ = 0.0
        if not sentence:
            return self
        first = self.ngrams_.judge((ngrams,), known)
        right = first.probabilities.argmax(1) == labels
        skip = choose_threshold(first.confidence, right, SKIP_TARGET)
        self.skip_from_ = skip.value if skip.certified else 2.0
        asked = first.confidence < self.skip_from_
        if not asked.any():
            return self
        self.sentence_ = Stage(self.ood_label).fit(sentence, known, labels, asked)
        return self

    def is_certain(self, first: Judgement) -> Flags:
        """Tell for which messages the n-grams' judgement stands without the encoder."""
        if self.sentence_ is None:
            return np.ones(len(first.confidence), np.bool_)
        certain: Flags = first.confidence >= self.skip_from_
        return certain

    def judge(self, ngrams: Floats, sentence: tuple[Floats, ...], known: Floats) -> Judgement:
        """Judge messages whose scores of both stages are at hand (each messages x labels)."""
        first = self.ngrams_.judge((ngrams,), known)
        if self.sentence_ is None:
            return first
        second = self.sentence_.judge(sentence, known)
        certain = self.is_certain(first)
        return Judgement(
            np.where(certain[:, None], first.probabilities, second.probabilities),
            np.where(certain, first.confidence, second.confidence),
            np.where(certain, first.ood_score, second.ood_score),
        )


def fallback_right(seen: Evidence) -> Floats:
    """Return the top probability: what is known of being right without calibration."""
    return seen.top


def fallback_ood_score(seen: Evidence) -> Floats:
    """Return the doubt: without out-of-scope examples, what is not surely known may be one."""
    doubt: Floats = np.maximum(seen.ood_probability, 1.0 - seen.top)
    return doubt
