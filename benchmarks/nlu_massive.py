"""MASSIVE id-ID: the same pipeline on a set of intents that nobody here wrote."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

import nlu

Flags = NDArray[np.bool_]


class Remembering(nlu.Embedding):
    """Computes the vector of a text once: the draws share the development set."""

    def __init__(self, folder: Path, cache: Path) -> None:
        super().__init__(folder, cache=cache)
        self._known: dict[str, NDArray[np.float32]] = {}

    def encode(self, text: str) -> NDArray[np.float32]:
        if text not in self._known:
            self._known[text] = super().encode(text)
        return self._known[text]


def measure(
    folder: Path, per_intent: int | None, *, draws: int, lexicon_dir: Path, embedding: Remembering
) -> Iterator[dict[str, Any]]:
    """Train on seeded draws of the training rows (None: on all), test on the development rows.

    Yields a row for each draw, and their mean.
    """
    train = nlu.TrainingData.load(folder / "massive_id_train.jsonl").examples
    test = nlu.TrainingData.load(folder / "massive_id_dev.jsonl").examples
    rows = []
    for seed in range(draws):
        chosen = train if per_intent is None else _draw(train, per_intent, seed)
        model = nlu.train(
            nlu.TrainingData(tuple(chosen)), lexicon_dir=lexicon_dir, embedding=embedding, seed=seed
        )
        rng = random.Random(seed)
        noisy = [nlu.Example(nlu.add_typos(e.text, rng), e.intent) for e in test]
        ours, peer = _right(model, test), _peer_right(chosen, test)
        row = {
            "part": "massive",
            "per_intent": per_intent or "all",
            "seed": seed,
            "n": len(test),
            "right": float(ours.mean()),
            "typo20": float(_right(model, noisy).mean()),
            "peer": float(peer.mean()),
            "mcnemar_p": _mcnemar(ours, peer),
        }
        rows.append(row)
        yield _rounded(row)
    if draws > 1:
        means = {name: np.mean([r[name] for r in rows]) for name in ("right", "typo20", "peer")}
        worst = max(row["mcnemar_p"] for row in rows)
        yield _rounded({**rows[0], "seed": "mean", **means, "mcnemar_p": worst})


def _draw(examples: Sequence[nlu.Example], count: int, seed: int) -> list[nlu.Example]:
    by_intent: dict[str, list[nlu.Example]] = defaultdict(list)
    for example in examples:
        by_intent[example.intent].append(example)
    rng = random.Random(seed)
    return [
        e for _, own in sorted(by_intent.items()) for e in rng.sample(own, min(count, len(own)))
    ]


def _right(model: nlu.TrainedModel, test: Sequence[nlu.Example]) -> Flags:
    return np.array([model.understand(e.text).intent.name == e.intent for e in test])


def _peer_right(train: Sequence[nlu.Example], test: Sequence[nlu.Example]) -> Flags:
    features = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
    )
    peer = make_pipeline(features, LinearSVC(random_state=0))
    peer.fit([e.text for e in train], [e.intent for e in train])
    guessed = peer.predict([e.text for e in test])
    return np.array([one == e.intent for one, e in zip(guessed, test, strict=True)])


def _mcnemar(ours: Flags, peer: Flags) -> float:
    """Return the exact two-sided p of the messages that only one of the two has right."""
    gained, lost = int((ours & ~peer).sum()), int((peer & ~ours).sum())
    return float(binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {k: round(v, 4) if k in ("right", "typo20", "peer") else v for k, v in row.items()}
