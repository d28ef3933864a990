"""The detector, to files and back: safetensors, JSON and plain lists of n-grams."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

from nlu.danger.detector import Calibration, DangerDetector, Thresholds
from nlu.danger.logistic import Logistic
from nlu.danger.space import BLOCKS, DangerSpace
from nlu.ngrams import NgramVectorizer

_ARRAYS, _SETTINGS, _NGRAMS = "danger.safetensors", "danger.json", "danger/"


def detector_to_files(detector: DangerDetector) -> dict[str, bytes]:
    """Return the files (name to content) that hold the detector."""
    blocks = detector.space_.blocks_
    arrays: dict[str, NDArray[Any]] = {f"{name}.idf": blocks[name].idf_ for name in BLOCKS}
    arrays |= {"mean": detector.mean_, "spread": detector.spread_}
    for name, part in _parts(detector).items():
        if part is not None:
            arrays |= {f"{name}.weights": part.weights_, f"{name}.bias": part.bias_}
    settings = {
        "kinds": detector.kinds_,
        "first": asdict(detector.first_),
        "second": asdict(detector.second_),
        "look_from": detector.look_from_,
        "thresholds": asdict(detector.thresholds_),
    }
    text = json.dumps(settings, indent=1, sort_keys=True, ensure_ascii=False)
    return {
        _ARRAYS: save({name: np.ascontiguousarray(value) for name, value in arrays.items()}),
        _SETTINGS: f"{text}\n".encode(),
        **{f"{_NGRAMS}{n}.txt": "\n".join(blocks[n].vocabulary_).encode() for n in BLOCKS},
    }


def detector_from_files(files: Mapping[str, bytes]) -> DangerDetector | None:
    """Read the detector back; None when the model was made without one.

    Raises ``KeyError``, ``ValueError`` or ``TypeError`` when the files do not fit together.
    """
    if _SETTINGS not in files:
        return None
    settings, arrays = json.loads(files[_SETTINGS]), load(files[_ARRAYS])
    detector = DangerDetector()
    detector.kinds_ = tuple(settings["kinds"])
    detector.first_ = _calibration(settings["first"])
    detector.second_ = _calibration(settings["second"])
    detector.look_from_ = float(settings["look_from"])
    detector.thresholds_ = Thresholds(**settings["thresholds"])
    detector.mean_, detector.spread_ = arrays["mean"], arrays["spread"]
    detector.space_ = DangerSpace().restore(
        {
            name: NgramVectorizer(kind=name.partition(".")[2]).restore(
                files[f"{_NGRAMS}{name}.txt"].decode().split("\n"), arrays[f"{name}.idf"]
            )
            for name in BLOCKS
        }
    )
    width, count = detector.space_.width, len(detector.kinds_)
    detector.alarm_ = _logistic(arrays, "alarm", (width, 1))
    detector.kind_ = _logistic(arrays, "kind", (width, count))
    detector.sentence_ = detector.sentence_kind_ = None
    if "sentence.weights" in arrays:
        length = len(detector.mean_)
        detector.sentence_ = _logistic(arrays, "sentence", (length, 1))
        detector.sentence_kind_ = _logistic(arrays, "sentence_kind", (length, count))
    return detector


def _calibration(saved: Mapping[str, Any]) -> Calibration:
    return Calibration(float(saved["bias"]), tuple(map(float, saved["weights"])))


def _parts(detector: DangerDetector) -> dict[str, Logistic | None]:
    return {
        "alarm": detector.alarm_,
        "kind": detector.kind_,
        "sentence": detector.sentence_,
        "sentence_kind": detector.sentence_kind_,
    }


def _logistic(arrays: Mapping[str, NDArray[Any]], name: str, shape: tuple[int, int]) -> Logistic:
    weights, bias = arrays[f"{name}.weights"], arrays[f"{name}.bias"]
    if weights.shape != shape or len(bias) != shape[1]:
        raise ValueError(f"danger {name}: weights {weights.shape}, not {shape}")
    return Logistic().restore(weights, bias)
