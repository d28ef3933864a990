"""Runs the gate: loads two bundles and lets both read the gold set and the test conversations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nlu
from dialogue import Assets, Assistant, run_stories
from foundation.errors import TrainingDataError
from foundation.yaml_lines import read_yaml
from learning.bundles import load_bundle_parts
from learning.gate import FailedStory, gate
from learning.registry import read_summary
from nlu.types import Understands
from service_hours import Calendar

CRITICAL_FILE = "label_kritis.yml"
Report = Callable[[str, int, int], None]


def run_gate(
    training_data: Path,
    candidate: Path,
    live: Path | None,
    *,
    progress: Report = lambda _stage, _done, _total: None,
) -> dict[str, Any]:
    """Measure ``candidate`` against ``live`` (bundle folders); return the verdict of ``gate``.

    Raises ``ModelUnavailableError`` for a bundle that cannot be loaded.
    """
    parts = load_bundle_parts(candidate)
    other = load_bundle_parts(live)[1] if live is not None else None
    return measure(training_data, parts, other, target=target_of(candidate), progress=progress)


def measure(
    training_data: Path,
    candidate: tuple[Assets, Understands],
    live: Understands | None,
    *,
    target: float,
    progress: Report = lambda _stage, _done, _total: None,
) -> dict[str, Any]:
    """Let loaded bundles read the gold set and the test conversations; as :func:`run_gate`."""
    folder = training_data / "gold"
    examples = nlu.TrainingData.load(folder).examples if folder.is_dir() else ()
    assets, model = candidate
    total = len(examples) * (1 if live is None else 2)
    after = _read(model, examples, lambda done: progress("gate", done, total))
    before: Sequence[nlu.Prediction] = ()
    if live is not None:
        before = _read(live, examples, lambda done: progress("gate", len(examples) + done, total))
    progress("stories", 0, 1)
    stories = _stories(training_data, assets, model)
    return gate(
        before,
        after,
        [story for story in stories if story.text],
        stories=len(stories),
        target=target,
        critical=critical_labels(training_data),
        name_of=_names(assets),
    )


def target_of(bundle: Path) -> float:
    """Return the share of wrong answers that a bundle was trained to keep below."""
    aim = read_summary(bundle).get("risk_target") or {}
    return float(aim.get("share", nlu.RiskTarget().share))


def critical_labels(training_data: Path) -> frozenset[str]:
    """Return the labels that are gated one by one; none without the file."""
    path = training_data / CRITICAL_FILE
    if not path.exists():
        return frozenset()
    listed = read_yaml(path).get("label_kritis")
    if not isinstance(listed, list):
        raise TrainingDataError(f"{path}:1: `label_kritis` harus berupa daftar")
    return frozenset(map(str, listed))


def _read(
    model: Understands, examples: Sequence[nlu.Example], progress: Callable[[int], None]
) -> list[nlu.Prediction]:
    predictions = []
    for number, example in enumerate(examples, start=1):
        predictions.append(nlu.from_understanding(example, model.understand(example.text)))
        progress(number)
    return predictions


def _stories(training_data: Path, assets: Assets, model: Understands) -> list[FailedStory]:
    """Return every test conversation; one that passed has no text."""
    folder = training_data / "conversations"
    if not folder.is_dir():
        return []
    calendar = Calendar.load(training_data / "kalender.yml")
    results = run_stories(folder, Assistant(assets, model), calendar)
    return [
        FailedStory(one.name, "" if one.passed else _in_short(str(one.failures[0])))
        for one in results
    ]


def _in_short(failure: str) -> str:
    """Return what was said, expected and got, without the replies."""
    return "; ".join(" ".join(line.split()) for line in failure.split("\n")[:3])


def _names(assets: Assets) -> Callable[[str], str]:
    topics = {topic.topic: topic.name for topic in assets.topics}

    def name_of(key: str) -> str:
        entry = assets.knowledge.get(key)
        return entry.judul if entry else topics.get(key, key.replace("_", " "))

    return name_of
