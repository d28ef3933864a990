"""What mistyped copies of the training messages would give.

    python -m benchmarks.augmentation [--copies 1] [--share 0.2] [--seed 0]

The first of the five folds of ``halo train`` is held out. The pipeline is fitted on the other four
as they are, and again with ``--copies`` mistyped copies of each message (swapped, forgotten and
doubled letters, neighbouring keys), and scores the held-out messages as written and mistyped.
Copies of held-out messages are not learnt from. Prints one JSON object a row; shares are 0..1.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from threadpoolctl import threadpool_limits

import nlu
from benchmarks.fine_tuning import fold_figures
from commands import wiring
from nlu.cross_validation import fit_without
from nlu.folds import assign_folds
from nlu.trainer import FOLDS, build_corpus
from nlu.typos import add_typos

_HELD_OUT, _SEEN = 0, 1


def mistyped(examples: Sequence[nlu.Example], share: float, seed: int) -> list[nlu.Example]:
    """Return a mistyped copy of each example, without its entities (their places moved)."""
    rng = random.Random(seed)
    return [replace(e, text=add_typos(e.text, rng, share=share), entities=()) for e in examples]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=1)
    parser.add_argument("--share", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(json.dumps({"cores": os.cpu_count(), "load": os.getloadavg()[0], **vars(options)}))
    config = wiring.settings()
    embedding = nlu.open_embedding("", data_dir=config.embedding_home)
    data = nlu.TrainingData.load(config.training_data / "nlu").unique()
    numbers = [data.labels.index(example.intent) for example in data.examples]
    folds = assign_folds(numbers, folds=FOLDS, seed=options.seed)
    seen = [e for e, fold in zip(data.examples, folds, strict=True) if fold != _HELD_OUT]
    held = [e for e, fold in zip(data.examples, folds, strict=True) if fold == _HELD_OUT]
    more = [
        copy
        for number in range(options.copies)
        for copy in mistyped(seen, options.share, options.seed + 100 + number)
    ]
    tests = {"as written": held, "mistyped": mistyped(held, options.share, options.seed + 1)}
    for learnt, copies in (("as written", []), ("with mistyped copies", more)):
        for asked, unseen in tests.items():
            rows = nlu.TrainingData((*unseen, *seen, *copies))
            started = time.process_time()
            labels, corpus = build_corpus(
                rows, lexicon_dir=config.training_data / "lexicon", embedding=embedding
            )
            where = np.full(len(rows.examples), _SEEN)
            where[: len(unseen)] = _HELD_OUT
            part = fit_without(corpus, where, options.seed, _HELD_OUT)[1:]
            figures = fold_figures(rows, labels, corpus.labels, [part])
            seconds = round(time.process_time() - started, 1)
            row = {"learnt": learnt, "asked": asked, "cpu_seconds": seconds, **figures}
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
