"""How well and how fast messages are understood.

    python -m benchmarks.nlu [--parts gold typo20 speed massive training serving]

Needs a trained model (``halo train``); ``massive`` also needs the two files of MASSIVE id-ID
(``--massive FOLDER``) and never trains on the development set. Prints one JSON object a row, first
cores and load. Shares are 0..1, times as the names say.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

import nlu
from benchmarks import nlu_massive
from benchmarks.widgets import serving
from commands import wiring
from foundation.settings import Settings
from learning import read_live
from nlu.embedding.build import default_folder
from nlu.evaluation import calibration_error

ROOT = Path(__file__).resolve().parent.parent
RESAMPLES = 1000
Row = dict[str, Any]


def gold(config: Settings, _options: Namespace) -> Iterator[Row]:
    """Quality on the frozen gold set, and calibration on it and the out-of-fold predictions."""
    folder = _live(config)
    report = nlu.evaluate(nlu.load_model(folder), _gold(config))
    figures = report.to_json()
    yield {"part": "gold", **{name: figures[name] for name in figures if name != "latency_ms"}}
    held_out = json.loads((folder / "oof.json").read_text())
    sure = held_out["confidence"] + [p.ranking[0].confidence for p in report.predictions]
    right = held_out["right"] + [int(p.right) for p in report.predictions]
    yield {"part": "calibration", "n": len(sure), **_calibration(np.array(sure), np.array(right))}
    manifest = json.loads((folder / "manifest.json").read_text())
    yield {"part": "out of fold", "threshold": manifest["threshold"], **manifest["metrics"]}


def typo20(config: Settings, options: Namespace) -> Iterator[Row]:
    """Gold with a fifth of the words over three letters disturbed, for several seeds."""
    model, examples = nlu.load_model(_live(config)), _gold(config)
    for seed in range(options.draws):
        rng = random.Random(seed)
        noisy = [nlu.Example(nlu.add_typos(e.text, rng), e.intent) for e in examples]
        figures = nlu.evaluate(model, noisy).to_json()
        names = ("accuracy", "top3", "coverage", "risk")
        yield {"part": "gold typo20", "seed": seed, **{name: figures[name] for name in names}}


def speed(config: Settings, _options: Namespace) -> Iterator[Row]:
    """One message on one thread over the gold mix, and a batch."""
    model, examples = nlu.load_model(_live(config)), _gold(config)
    texts = [example.text for example in examples]
    with threadpool_limits(1):
        model.understand_many(texts[:50])
        figures = nlu.evaluate(model, examples).to_json()
        started = time.perf_counter()
        model.understand_many(texts)
        seconds = time.perf_counter() - started
    latency = figures["latency_ms"]
    yield {
        "part": "parse",
        "p50_ms": latency["p50"],
        "p95_ms": latency["p95"],
        "encoder_share": figures["encoder_share"],
        "batch_per_second": round(len(texts) / seconds),
    }


def massive(config: Settings, options: Namespace) -> Iterator[Row]:
    """The public set of intents, against TF-IDF and LinearSVC in the same run."""
    embedding = nlu_massive.Remembering(*_embedding_paths(config))
    for size in options.sizes:
        draws = 1 if size == "all" else options.draws
        yield from nlu_massive.measure(
            options.massive,
            None if size == "all" else int(size),
            draws=draws,
            lexicon_dir=config.training_data / "lexicon",
            embedding=embedding,
        )


def training(config: Settings, _options: Namespace) -> Iterator[Row]:
    """`halo train` on everything, without and with the vectors of an earlier run."""
    with tempfile.TemporaryDirectory(prefix="halo-bench-") as folder:
        home, model = Path(folder), default_folder(config.embedding_home)
        shutil.copytree(model, home / "embedding" / model.name, symlinks=True)
        for kind in ("cold", "cached"):
            environment = os.environ | {
                "HALO_EMBEDDING_HOME": folder,
                "HALO_MODELS_DIR": str(home / kind),
            }
            started = time.perf_counter()
            command = [sys.executable, "-m", "halo", "train"]
            subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
            yield {"part": f"training {kind}", "seconds": round(time.perf_counter() - started, 1)}


def serve(_config: Settings, _options: Namespace) -> Iterator[Row]:
    """From the start of `halo serve` to readiness, and resident memory after a thousand parses."""
    wanted = Namespace(web_processes=1, workers=1, database_url="", redis_url="")
    started = time.perf_counter()
    with serving(wanted) as server:
        ready = time.perf_counter() - started
        memory = {f"{part}_mb": server.memory_mb(part) for part in ("web", "worker")}
        yield {"part": "serving", "start_seconds": round(ready, 1), **memory}


PARTS = {
    "gold": gold,
    "typo20": typo20,
    "speed": speed,
    "massive": massive,
    "training": training,
    "serving": serve,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=[*PARTS])
    parser.add_argument("--massive", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--sizes", nargs="+", default=["10", "20", "all"], help="per intent")
    parser.add_argument("--draws", type=int, default=5)
    options = parser.parse_args()
    _show({"cores": os.cpu_count(), "load": os.getloadavg()[0]})
    config = wiring.settings()
    for part in options.parts:
        for row in PARTS[part](config, options):
            _show(row)


def _show(row: Row) -> None:
    print(json.dumps(row), flush=True)


def _calibration(sure: np.ndarray, right: np.ndarray) -> Row:
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(RESAMPLES):
        places = rng.integers(0, len(sure), len(sure))
        drawn.append(calibration_error(sure[places], right[places]))
    low, high = np.quantile(drawn, [0.025, 0.975])
    error = calibration_error(sure, right)
    return {"ece": round(error, 4), "from": round(float(low), 4), "to": round(float(high), 4)}


def _gold(config: Settings) -> Sequence[nlu.Example]:
    return nlu.TrainingData.load(config.training_data / "gold").examples


def _live(config: Settings) -> Path:
    live = read_live(config.models_dir)
    if live is None:
        sys.exit("there is no trained model; run `halo train`")
    return config.models_dir / live.version / "nlu"


def _embedding_paths(config: Settings) -> tuple[Path, Path]:
    home = config.embedding_home
    return default_folder(home), home / "embedding" / "massive.sqlite3"


if __name__ == "__main__":
    main()
