"""What was learnt, to files and back."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

from foundation.errors import ModelDamagedError
from nlu.confidence import Calibrator
from nlu.discriminant import SentenceDiscriminant
from nlu.features import FeatureSpace, FeatureWeights
from nlu.judgement import Cascade, Stage, fallback_ood_score, fallback_right
from nlu.lexicon import Lexicon
from nlu.linear import LinearClassifier
from nlu.model import ModelParts
from nlu.ngrams import NgramVectorizer
from nlu.persistence import to_json
from nlu.risk import Threshold
from nlu.scorer import IntentScorer

_ARRAYS = "weights.safetensors"
_SETTINGS = "settings.json"
_CHARACTERS = "characters.txt"
_WORDS = "words.txt"
_VOCABULARY = "vocabulary.txt"
_LEXICON = "lexicon/"

Arrays = dict[str, NDArray[Any]]


def parts_to_files(parts: ModelParts) -> dict[str, bytes]:
    """Return the files (name to content) that hold ``parts``."""
    space = parts.scorer.space_
    arrays: Arrays = {
        "characters.idf": space.characters_.idf_,
        "words.idf": space.words_.idf_,
        "sentence.mean": space.mean_,
        "sentence.spread": space.spread_,
        "sentence.axes": space.axes_,
    }
    for name, classifier in _classifiers(parts.scorer).items():
        arrays[f"{name}.weights"] = classifier.weights_
        arrays[f"{name}.bias"] = classifier.bias_
    if parts.scorer.sentence_ is not None:
        arrays["discriminant.weights"] = parts.scorer.sentence_.weights_
        arrays["discriminant.bias"] = parts.scorer.sentence_.bias_
    settings: dict[str, Any] = {
        "labels": parts.labels,
        "feature_weights": asdict(space.weights),
        "threshold": asdict(parts.threshold),
        "strange_label": parts.cascade.ood_label,
        "skip_from": parts.cascade.skip_from_,
        "stages": {name: _stage_out(s) for name, s in _stages(parts.cascade).items()},
    }
    lexicon = {_LEXICON + name: content for name, content in parts.lexicon_files.items()}
    return {
        _ARRAYS: save({name: np.ascontiguousarray(value) for name, value in arrays.items()}),
        _SETTINGS: to_json(settings),
        _CHARACTERS: _lines_out(space.characters_.vocabulary_),
        _WORDS: _lines_out(space.words_.vocabulary_),
        _VOCABULARY: _lines_out(sorted(parts.vocabulary)),
        **lexicon,
    }


def parts_from_files(files: Mapping[str, bytes]) -> ModelParts:
    """Read the parts back. Raises :class:`ModelDamagedError` when they do not fit together."""
    try:
        return _read(files)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ModelDamagedError(f"the model's files do not fit together: {error!r}") from error


def _read(files: Mapping[str, bytes]) -> ModelParts:
    arrays: Arrays = load(files[_ARRAYS])
    settings = json.loads(files[_SETTINGS])
    tables = {
        name.removeprefix(_LEXICON): content
        for name, content in files.items()
        if name.startswith(_LEXICON)
    }
    parts = ModelParts(
        labels=tuple(settings["labels"]),
        scorer=_scorer_in(files, arrays, settings),
        cascade=_cascade_in(settings),
        threshold=Threshold(**settings["threshold"]),
        lexicon=_lexicon_in(tables),
        lexicon_files=tables,
        vocabulary=frozenset(_lines_in(files[_VOCABULARY])),
    )
    for name, classifier in _classifiers(parts.scorer).items():
        if classifier.weights_.shape[1] != len(parts.labels):
            raise ValueError(f"{name} has not one column a label")
    return parts


def _scorer_in(
    files: Mapping[str, bytes], arrays: Arrays, settings: Mapping[str, Any]
) -> IntentScorer:
    weights = FeatureWeights(**settings["feature_weights"])
    space = FeatureSpace(weights)
    space.characters_ = NgramVectorizer(kind="character").restore(
        _lines_in(files[_CHARACTERS]), arrays["characters.idf"]
    )
    space.words_ = NgramVectorizer(kind="word").restore(
        _lines_in(files[_WORDS]), arrays["words.idf"]
    )
    space.mean_, space.spread_ = arrays["sentence.mean"], arrays["sentence.spread"]
    space.axes_ = arrays["sentence.axes"]
    scorer = IntentScorer(weights=weights)
    scorer.space_ = space
    scorer.ngrams_ = _classifier_in(arrays, "ngrams", space.ngram_count)
    scorer.joint_ = None
    if "joint.weights" in arrays:
        scorer.joint_ = _classifier_in(arrays, "joint", space.ngram_count + space.axes_.shape[1])
    scorer.sentence_ = None
    if "discriminant.weights" in arrays:
        scorer.sentence_ = SentenceDiscriminant()
        scorer.sentence_.weights_ = arrays["discriminant.weights"]
        scorer.sentence_.bias_ = arrays["discriminant.bias"]
    return scorer


def _classifier_in(arrays: Arrays, name: str, features: int) -> LinearClassifier:
    classifier = LinearClassifier()
    classifier.weights_, classifier.bias_ = arrays[f"{name}.weights"], arrays[f"{name}.bias"]
    if len(classifier.weights_) != features:
        raise ValueError(f"{name} has {len(classifier.weights_)} rows for {features} features")
    return classifier


def _cascade_in(settings: Mapping[str, Any]) -> Cascade:
    ood_label = settings["strange_label"]
    cascade = Cascade(ood_label)
    stages = {name: _stage_in(ood_label, saved) for name, saved in settings["stages"].items()}
    cascade.ngrams_, cascade.sentence_ = stages["ngrams"], stages.get("sentence")
    cascade.skip_from_ = settings["skip_from"]
    return cascade


def _classifiers(scorer: IntentScorer) -> dict[str, LinearClassifier]:
    joint = {} if scorer.joint_ is None else {"joint": scorer.joint_}
    return {"ngrams": scorer.ngrams_, **joint}


def _stages(cascade: Cascade) -> dict[str, Stage]:
    sentence = {} if cascade.sentence_ is None else {"sentence": cascade.sentence_}
    return {"ngrams": cascade.ngrams_, **sentence}


def _stage_out(stage: Stage) -> dict[str, Any]:
    return {
        "factors": stage.factors_,
        "right": _calibrator_out(stage.right_),
        "strange": _calibrator_out(stage.ood_),
    }


def _stage_in(ood_label: int | None, saved: Mapping[str, Any]) -> Stage:
    stage = Stage(ood_label)
    stage.factors_ = tuple(saved["factors"])
    stage.right_ = _calibrator_in(Calibrator(fallback=fallback_right), saved["right"])
    stage.ood_ = _calibrator_in(Calibrator(fallback=fallback_ood_score), saved["strange"])
    return stage


def _calibrator_out(calibrator: Calibrator) -> dict[str, Any]:
    return {
        "coefficients": calibrator.coefficients_.tolist(),
        "bias": calibrator.bias_,
        "knots": calibrator.knots_.tolist(),
        "values": calibrator.values_.tolist(),
    }


def _calibrator_in(calibrator: Calibrator, saved: Mapping[str, Any]) -> Calibrator:
    calibrator.coefficients_ = np.array(saved["coefficients"], np.float64)
    calibrator.bias_ = float(saved["bias"])
    calibrator.knots_ = np.array(saved["knots"], np.float64)
    calibrator.values_ = np.array(saved["values"], np.float64)
    return calibrator


def _lexicon_in(tables: Mapping[str, bytes]) -> Lexicon:
    """Load from a copy of what was verified: the reader takes a folder, not contents."""
    with tempfile.TemporaryDirectory(prefix="halo-lexicon-") as temporary:
        for name, content in tables.items():
            path = Path(temporary) / Path(name).name
            path.write_bytes(content)
        return Lexicon.load(Path(temporary))


def _lines_out(lines: tuple[str, ...] | list[str]) -> bytes:
    return "\n".join(lines).encode()


def _lines_in(content: bytes) -> list[str]:
    return content.decode().split("\n") if content else []
