# mypy: allow-untyped-calls
# scipy and scikit-learn carry no annotations.

"""Fitting the danger detector: writers held out, calibration, two thresholds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlu.danger.detector import Calibration, DangerDetector, Scores, Thresholds, kind_shares
from nlu.danger.space import Counts, Spellings, count_ngrams
from nlu.danger.texts import ORDINARY, SAFE, DangerText
from nlu.lexicon import Lexicon

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Vectors = Callable[[Sequence[str]], Floats]

FEWEST_DANGEROUS = 20
"""With fewer dangerous texts there is nothing to learn a detector from."""
RECALL, RECALL_OF_ASKING = 0.90, 0.97
"""Shares of the calibration set's dangerous messages that reach the two thresholds."""
_MISSED_BY_FIRST_STAGE = 0.003
"""Share of held-out dangerous messages that may end at the first stage."""
_FOLDS = 3
"""Folds of ordinary messages, and of the texts of a single writer."""


@dataclass(frozen=True)
class Judged:
    """One message with what a detector says that did not learn from it."""

    text: str
    kind: str
    group: str
    probability: float
    told: str
    """The likeliest kind, if it were danger."""
    looked: bool
    """Whether the sentence vector was needed."""


@dataclass(frozen=True)
class DangerTraining:
    """The fitted detector and what was seen of it.

    ``held_out`` are training texts and ordinary messages (group ``biasa``), each judged by a
    detector fitted without its writer (an ordinary one: without its third);
    ``calibration`` are judged by the detector itself.
    """

    detector: DangerDetector
    held_out: tuple[Judged, ...]
    calibration: tuple[Judged, ...]


@dataclass(frozen=True)
class _Task:
    texts: tuple[str, ...]
    kinds: tuple[str, ...]
    groups: tuple[str, ...]
    folds: Numbers
    counts: dict[str, Counts]
    vectors: Floats | None

    @property
    def dangerous(self) -> Flags:
        flags: Flags = np.array([kind != SAFE for kind in self.kinds])
        return flags


def train_detector(
    texts: Sequence[DangerText],
    ordinary: Sequence[str],
    *,
    lexicon: Lexicon,
    vectors: Vectors | None,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> DangerTraining | None:
    """Train on ``texts`` and on ``ordinary`` messages, in which nobody is in danger.

    ``vectors`` gives the sentence vectors (texts x length) that the loaded model would read, None
    without an encoder. Thresholds are chosen on the texts for calibration alone; without any, on
    the held-out ones. Returns None when there are too few dangerous texts to learn from.
    """
    learnt = [text for text in texts if text.part == "latih"]
    if sum(text.dangerous for text in learnt) < FEWEST_DANGEROUS:
        return None
    spellings = Spellings(lexicon)
    written = [text for text in learnt if text.kind != ORDINARY]
    plain = [*ordinary, *(text.text for text in learnt if text.kind == ORDINARY)]
    task = _task(written, plain, spellings, vectors)
    folds = int(task.folds.max()) + 1
    held_out = _held_out(task, seed, lambda done: progress(done, folds + 1))
    detector = DangerDetector(random_state=seed)
    detector.fit(task.counts, task.kinds, task.vectors, np.arange(len(task.texts)))
    _calibrate(detector, held_out, task.dangerous)
    others = [text for text in texts if text.part == "kalibrasi"]
    judged = _judged(detector, held_out, task.texts, task.kinds, task.groups)
    fresh = _judge_fresh(detector, others, spellings, vectors)
    detector.thresholds_ = choose_thresholds(fresh if others else judged)
    progress(folds + 1, folds + 1)
    return DangerTraining(detector, judged, fresh)


def choose_thresholds(judged: Sequence[Judged]) -> Thresholds:
    """Return the highest thresholds that the wanted shares of dangerous messages reach."""
    chances = np.sort([one.probability for one in judged if one.kind != SAFE])
    at = [chances[int(len(chances) * (1.0 - share))] for share in (RECALL_OF_ASKING, RECALL)]
    unsure, danger = (float(np.floor(value * 1e6) / 1e6) for value in at)
    return Thresholds(unsure=unsure, danger=danger)


def _task(
    learnt: Sequence[DangerText],
    ordinary: Sequence[str],
    spellings: Spellings,
    vectors: Vectors | None,
) -> _Task:
    """Put texts and ordinary messages together.

    A fold holds all texts of one writer; ordinary messages have folds of their own.
    """
    writers = sorted({text.writer for text in learnt})
    several = len(writers) > 1
    count = len(writers) if several else _FOLDS
    own = [writers.index(t.writer) if several else at % count for at, t in enumerate(learnt)]
    others = [count + at % _FOLDS for at in range(len(ordinary))]
    everything = (*(text.text for text in learnt), *ordinary)
    return _Task(
        texts=everything,
        kinds=(*(text.kind for text in learnt), *(SAFE for _ in ordinary)),
        groups=(*(text.writer for text in learnt), *(ORDINARY for _ in ordinary)),
        folds=np.array([*own, *others], np.int64),
        counts=count_ngrams([spellings.of(text) for text in everything]),
        vectors=None if vectors is None else vectors(everything),
    )


def _held_out(task: _Task, seed: int, progress: Callable[[int], None]) -> Scores:
    """Return the scores of every text by a detector fitted without the texts of its fold."""
    kinds = tuple(sorted(set(task.kinds) - {SAFE}))
    size = len(task.texts)
    first, own = np.zeros(size, np.float32), np.full((size, len(kinds)), -30, np.float32)
    second, theirs = first.copy(), own.copy()
    for fold in range(int(task.folds.max()) + 1):
        seen, places = np.flatnonzero(task.folds != fold), np.flatnonzero(task.folds == fold)
        detector = DangerDetector(random_state=seed)
        detector.fit(task.counts, task.kinds, task.vectors, seen)
        scores = detector.scores(task.counts, task.vectors, places)
        columns = np.array([kinds.index(kind) for kind in detector.kinds_])
        first[places] = scores.ngrams
        own[np.ix_(places, columns)] = scores.kinds
        if scores.sentence is not None and scores.sentence_kinds is not None:
            second[places] = scores.sentence
            theirs[np.ix_(places, columns)] = scores.sentence_kinds
        progress(fold + 1)
    if task.vectors is None:
        return Scores(first, own)
    return Scores(first, own, second, theirs)


def _calibrate(detector: DangerDetector, held_out: Scores, dangerous: Flags) -> None:
    from sklearn.linear_model import LogisticRegression

    def fitted(evidence: Floats) -> Calibration:
        model = LogisticRegression(C=1.0, max_iter=1000, tol=1e-8)
        model.fit(evidence.astype(np.float64), dangerous)
        weights = tuple(round(float(weight), 6) for weight in model.coef_[0])
        return Calibration(round(float(model.intercept_[0]), 6), weights)

    seen = held_out.evidence(sentence=False)
    detector.first_ = detector.second_ = fitted(seen)
    detector.look_from_ = 2.0
    if held_out.sentence is None:
        return
    detector.second_ = fitted(held_out.evidence(sentence=True))
    chances = np.sort(detector.first_.apply(seen)[dangerous])
    detector.look_from_ = round(float(chances[int(len(chances) * _MISSED_BY_FIRST_STAGE)]), 6)


def _judge_fresh(
    detector: DangerDetector,
    texts: Sequence[DangerText],
    spellings: Spellings,
    vectors: Vectors | None,
) -> tuple[Judged, ...]:
    """Judge texts that the detector never saw."""
    if not texts:
        return ()
    own = [text.text for text in texts]
    rows = vectors(own) if vectors is not None and detector.sentence_ is not None else None
    scores = [
        detector.scores_of(spellings.of(text), None if rows is None else rows[place])
        for place, text in enumerate(own)
    ]
    together = Scores(
        np.concatenate([one.ngrams for one in scores]),
        np.concatenate([one.kinds for one in scores]),
        _joined([one.sentence for one in scores]),
        _joined([one.sentence_kinds for one in scores]),
    )
    kinds = [text.kind if text.dangerous else SAFE for text in texts]
    groups = [ORDINARY if text.kind == ORDINARY else text.writer for text in texts]
    return _judged(detector, together, own, kinds, groups)


def _joined(parts: Sequence[Floats | None]) -> Floats | None:
    present = [part for part in parts if part is not None]
    return np.concatenate(present) if present else None


def _judged(
    detector: DangerDetector,
    scores: Scores,
    texts: Sequence[str],
    kinds: Sequence[str],
    groups: Sequence[str],
) -> tuple[Judged, ...]:
    chances = detector.probabilities(scores)
    looked = detector.first_.apply(scores.evidence(sentence=False)) >= detector.look_from_
    told = kind_shares(scores.kinds, scores.sentence_kinds).argmax(1)
    return tuple(
        Judged(text, kind, group, float(chance), detector.kinds_[most], bool(seen))
        for text, kind, group, chance, most, seen in zip(
            texts, kinds, groups, chances, told, looked, strict=True
        )
    )
