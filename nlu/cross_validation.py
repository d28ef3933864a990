"""Out-of-fold scores: every example is scored by a model that never saw it."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from nlu.scorer import IntentScorer

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]

_WORTH_PROCESSES = 2000
"""Texts from which several processes pay for their start."""


@dataclass(frozen=True)
class Corpus:
    """Normalised texts with label numbers, and what the labels themselves are called.

    ``names`` has the normalised name of every label; it is one more example in every fit and is
    never scored. ``vectors`` (texts x length) and ``name_vectors`` are None without an embedding
    model; the first ``dimension`` numbers of a vector are the sentence embedding.
    """

    texts: tuple[str, ...]
    labels: Numbers
    vectors: Floats | None
    names: tuple[str, ...]
    name_vectors: Floats | None
    dimension: int | None = None

    @property
    def label_count(self) -> int:
        """The number of labels."""
        return len(self.names)

    def at(self, places: Numbers) -> tuple[list[str], Floats | None]:
        """Return texts and vectors at some places."""
        vectors = None if self.vectors is None else self.vectors[places]
        return [self.texts[place] for place in places], vectors

    def to_learn(self, places: Numbers) -> tuple[list[str], Floats | None, list[int]]:
        """Return texts, vectors and labels at some places, and those of the labels' names."""
        texts, vectors = self.at(places)
        if vectors is not None and self.name_vectors is not None:
            vectors = np.vstack([vectors, self.name_vectors])
        labels = [*self.labels[places].tolist(), *range(self.label_count)]
        return [*texts, *self.names], vectors, labels


@dataclass(frozen=True)
class HeldOut:
    """Scores (each texts x labels) and shares of known words, none of them seen in fitting."""

    ngrams: Floats
    sentence: tuple[Floats, ...]
    known: Floats


def fit_all_and_folds(
    corpus: Corpus, folds: Numbers, *, seed: int, progress: Callable[[int, int], None]
) -> tuple[IntentScorer, HeldOut]:
    """Fit on everything, and on everything but each fold; return the model and held-out scores.

    ``folds`` has one entry a text. The fits run in as many processes as there are
    processors; the result does not depend on how many.
    """
    count = int(folds.max()) + 1
    job = partial(fit_without, corpus, folds, seed)
    results = []
    parallel = len(corpus.texts) >= _WORTH_PROCESSES
    for result in _run(job, [-1, *range(count)], parallel=parallel):
        results.append(result)
        progress(len(results), count + 1)
    final, _, _ = results[0]
    return final, _held_out(corpus, folds, [(places, scores) for _, places, scores in results[1:]])


def _run(
    job: Callable[[int], tuple[IntentScorer, Numbers, HeldOut]],
    numbers: Sequence[int],
    *,
    parallel: bool,
) -> Iterator[tuple[IntentScorer, Numbers, HeldOut]]:
    processes = min(os.cpu_count() or 1, len(numbers)) if parallel else 1
    if processes == 1 or multiprocessing.current_process().daemon:
        yield from map(job, numbers)
        return
    # Spawned, not forked: a fork of a process with torch's threads may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        yield from pool.map(job, numbers)


def fit_without(
    corpus: Corpus, folds: Numbers, seed: int, fold: int
) -> tuple[IntentScorer, Numbers, HeldOut]:
    """Fit without one fold and score it; ``fold`` -1 leaves nothing out.

    Returns the scorer, the places of the fold's texts and their scores.
    """
    seen = np.flatnonzero(folds != fold)
    texts, vectors, labels = corpus.to_learn(seen)
    scorer = IntentScorer(dimension=corpus.dimension, random_state=seed)
    scorer.fit(texts, vectors, labels, corpus.label_count)
    places = np.flatnonzero(folds == fold)
    unseen, unseen_vectors = corpus.at(places)
    ngrams, sentence = scorer.all_scores(unseen, unseen_vectors)
    known = np.array([scorer.space_.known_share(text) for text in unseen], np.float32)
    return scorer, places, HeldOut(ngrams, sentence, known)


def _held_out(corpus: Corpus, folds: Numbers, parts: Sequence[tuple[Numbers, HeldOut]]) -> HeldOut:
    shape = (len(folds), corpus.label_count)
    ngrams, known = np.zeros(shape, np.float32), np.zeros(len(folds), np.float32)
    sentence = tuple(np.zeros(shape, np.float32) for _ in parts[0][1].sentence)
    for places, scores in parts:
        ngrams[places], known[places] = scores.ngrams, scores.known
        for whole, part in zip(sentence, scores.sentence, strict=True):
            whole[places] = part
    return HeldOut(ngrams, sentence, known)
