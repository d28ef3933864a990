"""Training: from examples to a model, the same bytes for the same data, tables and seed."""

from __future__ import annotations

import json
import logging
import platform
import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from foundation.errors import TrainingDataError
from nlu.cross_validation import Corpus, fit_all_and_folds
from nlu.data import TrainingData
from nlu.embedding.model import Embedding
from nlu.evaluation import EvaluationReport, evaluate_predictions
from nlu.example import Example
from nlu.folds import assign_folds
from nlu.judgement import Cascade, Judgement
from nlu.lexicon import Lexicon
from nlu.model import ModelParts, TrainedModel, readable
from nlu.normalize import Normalizer
from nlu.persistence import HELD_OUT, MANIFEST, REPORT, RUN, make_manifest, to_json, version_of
from nlu.predictions import from_judgement, held_out_rows
from nlu.report import render_report
from nlu.risk import RiskTarget, choose_threshold
from nlu.saved_parts import parts_to_files
from nlu.spelling import build_vocabulary
from nlu.types import OUT_OF_SCOPE

_log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
"""Called with the stage (``normalise``, ``embed``, ``fit``, ``report``), done and total."""

FOLDS = 5
DEFAULT_TARGET = RiskTarget()
_LIBRARIES = ("numpy", "scipy", "scikit-learn", "torch", "tokenizers", "safetensors", "wordfreq")


@dataclass(frozen=True)
class _Task:
    data: TrainingData
    labels: tuple[str, ...]
    lexicon: Lexicon
    tables: dict[str, bytes]
    vocabulary: frozenset[str]
    texts: tuple[str, ...]
    names: tuple[str, ...]
    embedding: Embedding | None
    seed: int
    target: RiskTarget


def train(
    data: TrainingData,
    *,
    lexicon_dir: Path,
    embedding: Embedding | None,
    seed: int = 0,
    progress: Progress = lambda stage, done, total: None,
    target: RiskTarget = DEFAULT_TARGET,
) -> TrainedModel:
    """Train on all of ``data``; thresholds and calibration come from out-of-fold predictions.

    ``embedding`` None trains with n-grams alone, and the manifest says so. Raises
    :class:`TrainingDataError` when there are fewer than two labels.
    """
    with threadpool_limits(1):
        # One BLAS thread: sums then do not depend on how many processors there are.
        return _train(data.unique(), lexicon_dir, embedding, seed, progress, target)


def build_corpus(
    data: TrainingData, *, lexicon_dir: Path, embedding: Embedding | None
) -> tuple[tuple[str, ...], Corpus]:
    """Return the labels in order, and the normalised texts as :func:`train` learns from them.

    Texts keep the order of ``data``.
    """
    task = _prepare(data, lexicon_dir, embedding, 0, DEFAULT_TARGET)
    return task.labels, _corpus(task, lambda stage, done, total: None)


def _train(
    data: TrainingData,
    lexicon_dir: Path,
    embedding: Embedding | None,
    seed: int,
    progress: Progress,
    target: RiskTarget,
) -> TrainedModel:
    started = time.perf_counter()
    task = _prepare(data, lexicon_dir, embedding, seed, target)
    progress("normalise", 1, 1)
    corpus = _corpus(task, progress)
    embedded = time.perf_counter()
    parts, judged = _fit(task, corpus, progress)
    fitted = time.perf_counter()
    predictions = from_judgement(task.data.examples, task.labels, judged, parts.threshold)
    report = evaluate_predictions(predictions)
    seconds = {
        "normalise_and_embed": round(embedded - started, 1),
        "fit": round(fitted - embedded, 1),
        "total": round(time.perf_counter() - started, 1),
    }
    return _assemble(task, parts, report, seconds)


def _prepare(
    data: TrainingData,
    lexicon_dir: Path,
    embedding: Embedding | None,
    seed: int,
    target: RiskTarget,
) -> _Task:
    labels = data.labels
    if len(labels) < 2:
        where = data.examples[0] if data.examples else Example("", "")
        place = f"{where.file or 'data latih'}:{where.line}"
        raise TrainingDataError(f"{place}: perlu dua label atau lebih, ada {len(labels)}")
    lexicon = Lexicon.load(lexicon_dir)
    plain = Normalizer(lexicon)
    texts = [readable(example.text) for example in data.examples]
    vocabulary = build_vocabulary([plain.normalize(text).text for text in texts])
    repairing = Normalizer(lexicon, vocabulary)
    return _Task(
        data=data,
        labels=labels,
        lexicon=lexicon,
        tables={path.name: path.read_bytes() for path in sorted(lexicon_dir.glob("*.tsv"))},
        vocabulary=vocabulary,
        texts=tuple(repairing.normalize(text).text for text in texts),
        names=tuple(plain.normalize(_spoken(label)).text for label in labels),
        embedding=embedding,
        seed=seed,
        target=target,
    )


def _corpus(task: _Task, progress: Progress) -> Corpus:
    vectors = name_vectors = dimension = None
    if task.embedding is None:
        _log.warning("TRAINING WITHOUT SENTENCE EMBEDDINGS: n-grams alone understand less")
    else:
        vectors = task.embedding.vectors(
            task.texts, lambda done, total: progress("embed", done, total)
        )
        name_vectors = task.embedding.vectors(task.names)
        dimension = task.embedding.dimension
    number = {label: place for place, label in enumerate(task.labels)}
    labels = np.array([number[example.intent] for example in task.data.examples], np.int64)
    return Corpus(task.texts, labels, vectors, task.names, name_vectors, dimension)


def _spoken(label: str) -> str:
    """Return a label's name as words: it says what the label means, so it is learnt from too."""
    return re.sub(r"[/_]+", " ", readable(label))


def _fit(task: _Task, corpus: Corpus, progress: Progress) -> tuple[ModelParts, Judgement]:
    folds = assign_folds(corpus.labels.tolist(), folds=FOLDS, seed=task.seed)
    scorer, unseen = fit_all_and_folds(
        corpus, folds, seed=task.seed, progress=lambda done, total: progress("fit", done, total)
    )
    ood_label = task.labels.index(OUT_OF_SCOPE) if OUT_OF_SCOPE in task.labels else None
    cascade = Cascade(ood_label).fit(unseen.ngrams, unseen.sentence, unseen.known, corpus.labels)
    if cascade.sentence_ is None or len(cascade.sentence_.factors_) < 2:
        scorer.sentence_ = None
    judged = cascade.judge(unseen.ngrams, unseen.sentence, unseen.known)
    right = judged.probabilities.argmax(1) == corpus.labels
    threshold = choose_threshold(judged.confidence, right, task.target)
    if not threshold.certified:
        _log.warning(
            "no threshold keeps %.1f %% wrong answers; the strictest is taken",
            100 * task.target.share,
        )
    parts = ModelParts(
        labels=task.labels,
        scorer=scorer,
        cascade=cascade,
        threshold=threshold,
        lexicon=task.lexicon,
        lexicon_files=task.tables,
        vocabulary=task.vocabulary,
    )
    return parts, judged


def _assemble(
    task: _Task, parts: ModelParts, report: EvaluationReport, seconds: dict[str, float]
) -> TrainedModel:
    files = parts_to_files(parts)
    used = task.embedding
    facts: dict[str, Any] = {
        "data_hash": task.data.content_hash,
        "examples": len(task.data.examples),
        "labels": len(task.labels),
        "seed": task.seed,
        "risk_target": asdict(task.target),
        "threshold": asdict(parts.threshold),
        "embedding": None if used is None else {"hash": used.hash, "name": used.name},
        "metrics": report.to_json(),
        "libraries": {name: version(name) for name in _LIBRARIES},
    }
    manifest = make_manifest(files, facts)
    saved = {MANIFEST: manifest, **files}
    page = render_report(report, facts)
    run = {"seconds": seconds, "host": platform.node(), "python": platform.python_version()}
    return TrainedModel(
        parts,
        version=version_of(manifest),
        manifest=json.loads(manifest),
        files=lambda: saved,
        beside={
            RUN: to_json(run),
            REPORT: page.encode(),
            HELD_OUT: to_json(held_out_rows(report.predictions)),
        },
        embedding=used,
    )
