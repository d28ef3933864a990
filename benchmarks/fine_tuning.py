"""What contrastive fine-tuning of the embedding model on our own messages would give.

    pip install "accelerate==1.15.0" "datasets==4.4.1" "pyarrow==21.0.0"
    python -m benchmarks.fine_tuning [--folds 2] [--steps 100] [--batch 64] [--layers 3]

The trainer of ``sentence-transformers`` needs the packages above; they are in no lock, since
nothing else needs them. For every fold that is held out (the first ``--folds`` of the five of
``halo train``) the last layers learn from pairs of messages with the same label, taken from the
other four folds alone, each batch with as many labels as pairs (multiple negatives ranking loss).
Then the whole pipeline is fitted on the vectors of the tuned encoder and scores the held-out fold,
and the same with the encoder as it is. Calibration, threshold and figures are those of
``halo train``, computed on the folds held out so far. Prints one JSON object a row; shares are
0..1, ``discriminant_alone`` is the sentence vector without n-grams.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

import nlu
from commands import wiring
from nlu.cross_validation import HeldOut, fit_without
from nlu.embedding.build import default_folder
from nlu.evaluation import evaluate_predictions
from nlu.folds import assign_folds
from nlu.judgement import Cascade
from nlu.predictions import from_judgement
from nlu.trainer import DEFAULT_TARGET, FOLDS, build_corpus

SEED = 0
Numbers = NDArray[np.int64]
Row = dict[str, Any]


@dataclass(frozen=True)
class Recipe:
    """How the encoder is tuned."""

    steps: int
    batch: int
    layers: int
    rate: float


def pairs(
    texts: Sequence[str], labels: Numbers, recipe: Recipe, seed: int
) -> Iterator[tuple[str, str]]:
    """Yield the pairs of all batches in order: in a batch no label occurs twice."""
    rng = np.random.default_rng(seed)
    members = {label: np.flatnonzero(labels == label) for label in np.unique(labels).tolist()}
    wide = [label for label, own in members.items() if len(own) > 1]
    for _ in range(recipe.steps):
        for label in rng.choice(wide, min(recipe.batch, len(wide)), replace=False).tolist():
            first, second = rng.choice(members[label], 2, replace=False)
            yield texts[first], texts[second]


def tune(
    folder: Path, out: Path, texts: Sequence[str], labels: Numbers, recipe: Recipe, seed: int
) -> Row:
    """Write the tuned copy of the model in ``folder`` to ``out``; return loss and seconds."""
    import datasets
    from sentence_transformers import (
        SentenceTransformer,
        SentenceTransformerTrainer,
        SentenceTransformerTrainingArguments,
    )
    from sentence_transformers.base.sampler import DefaultBatchSampler
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
    from torch.utils.data import SequentialSampler

    class InOrder(DefaultBatchSampler):
        """Keeps the batches as they were drawn: a label twice in one would be its own rival."""

        def __init__(self, dataset: Any, **settings: Any) -> None:
            super().__init__(SequentialSampler(dataset), **settings)

    started, used = time.perf_counter(), time.process_time()
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    _free_last(model, recipe.layers)
    anchors, positives = zip(*pairs(texts, labels, recipe, seed), strict=True)
    prompt = model.prompts.get(model.default_prompt_name or "", "")
    rows = {"anchor": [prompt + t for t in anchors], "positive": [prompt + t for t in positives]}
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(out),
        max_steps=recipe.steps,
        per_device_train_batch_size=recipe.batch,
        learning_rate=recipe.rate,
        warmup_steps=recipe.steps // 10,
        batch_sampler=InOrder,
        save_strategy="no",
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
        use_cpu=True,
        seed=seed,
    )
    trainer = SentenceTransformerTrainer(
        model=model,
        args=arguments,
        train_dataset=datasets.Dataset.from_dict(rows),
        loss=MultipleNegativesRankingLoss(model),
    )
    loss = trainer.train().training_loss
    model.save(str(out), create_model_card=False)
    return {
        "loss": round(loss, 3),
        "seconds": round(time.perf_counter() - started, 1),
        "cpu_seconds": round(time.process_time() - used, 1),
    }


def measure(recipe: Recipe, held_out: int, home: Path) -> Iterator[Row]:
    """Yield a row for every tuning, then the figures with the encoder as it is and tuned."""
    config = wiring.settings()
    folder = default_folder(config.embedding_home)
    data = nlu.TrainingData.load(config.training_data / "nlu").unique()
    lexicon = config.training_data / "lexicon"
    embedding = nlu.open_embedding("", data_dir=config.embedding_home)
    labels, corpus = build_corpus(data, lexicon_dir=lexicon, embedding=embedding)
    folds = assign_folds(corpus.labels.tolist(), folds=FOLDS, seed=SEED)
    plain, tuned = [], []
    for fold in range(held_out):
        seen, out = np.flatnonzero(folds != fold), home / str(fold)
        texts = [corpus.texts[place] for place in seen]
        row = tune(folder, out, texts, corpus.labels[seen], recipe, SEED + fold)
        started = time.perf_counter()
        encoder = nlu.Embedding(out)
        vectors, names = encoder.vectors(corpus.texts), encoder.vectors(corpus.names)
        row["encode_seconds"] = round(time.perf_counter() - started, 1)
        yield {"part": "tuning", "fold": fold, **row}
        other = replace(corpus, vectors=vectors, name_vectors=names)
        plain.append(fit_without(corpus, folds, SEED, fold)[1:])
        tuned.append(fit_without(other, folds, SEED, fold)[1:])
        for name, parts in (("as it is", plain), ("tuned", tuned)):
            figures = fold_figures(data, labels, corpus.labels, parts)
            yield {"part": "pipeline", "encoder": name, "folds": fold + 1, **figures}


def fold_figures(
    data: nlu.TrainingData,
    labels: tuple[str, ...],
    numbers: Numbers,
    parts: Sequence[tuple[Numbers, HeldOut]],
) -> Row:
    """Return the figures of some folds' places and held-out scores."""
    places = np.concatenate([where for where, _ in parts])
    ngrams = np.concatenate([scores.ngrams for _, scores in parts])
    each = zip(*(scores.sentence for _, scores in parts), strict=True)
    sentence = tuple(np.concatenate(one) for one in each)
    known = np.concatenate([scores.known for _, scores in parts])
    truth = numbers[places]
    cascade = Cascade(labels.index(nlu.OUT_OF_SCOPE)).fit(ngrams, sentence, known, truth)
    judged = cascade.judge(ngrams, sentence, known)
    right = judged.probabilities.argmax(1) == truth
    threshold = nlu.choose_threshold(judged.confidence, right, DEFAULT_TARGET)
    examples = [data.examples[place] for place in places]
    report = evaluate_predictions(from_judgement(examples, labels, judged, threshold)).to_json()
    names = ("n", "accuracy", "top3", "macro_f1", "coverage", "risk", "oos_auroc")
    alone = float((sentence[1].argmax(1) == truth).mean())
    return {
        **{name: round(report[name], 4) for name in names},
        "certified": threshold.certified,
        "discriminant_alone": round(alone, 4),
    }


def _free_last(model: Any, layers: int) -> None:
    """Let only the last layers learn: what lies below is shared with every other text."""
    encoder = model[0].auto_model
    for parameter in encoder.parameters():
        parameter.requires_grad = False
    for layer in encoder.encoder.layer[-layers:]:
        for parameter in layer.parameters():
            parameter.requires_grad = True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=2, choices=range(1, FOLDS + 1))
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--layers", type=int, default=3)
    parser.add_argument("--rate", type=float, default=1e-4)
    options = parser.parse_args()
    recipe = Recipe(options.steps, options.batch, options.layers, options.rate)
    print(json.dumps({"cores": os.cpu_count(), "load": os.getloadavg()[0], **vars(options)}))
    with tempfile.TemporaryDirectory(prefix="halo-bench-") as home, threadpool_limits(1):
        for row in measure(recipe, options.folds, Path(home)):
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
