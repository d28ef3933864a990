"""Examples in and out as Rasa YAML: what a Rasa user exports comes in, and the other way round."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from dialogue import Assets
from foundation.errors import TrainingDataError
from learning.overlay import Overlay, examples_as_yaml, is_confirmation, merged_examples
from nlu import Entity, Example, TrainingData
from storage import Store, StudioEdit, Transaction, active_edits, add_edit


@dataclass(frozen=True)
class Imported:
    """How many examples came in, and how many were there already."""

    added: int
    known: int


def studio_examples(edits: Iterable[StudioEdit]) -> list[Example]:
    """Return the examples that the studio adds, in the order in which they were made."""
    found: dict[tuple[str, str], Example] = {}
    for edit in edits:
        if edit.kind != "example" or is_confirmation(edit):
            continue
        text, intent = str(edit.body["text"]), edit.body.get("intent")
        if replaced := edit.body.get("replaces"):
            found.pop((text, str(replaced)), None)
        if intent:
            entities = tuple(
                Entity(str(e["entity"]), int(e["start"]), int(e["end"]), str(e.get("value", "")))
                for e in edit.body.get("entities") or ()
            )
            found[text, str(intent)] = Example(text, str(intent), entities)
    return list(found.values())


def export_yaml(tx: Transaction) -> str:
    """Return the studio's examples as Rasa YAML 3.1."""
    return examples_as_yaml(studio_examples(active_edits(tx)))


def import_file(store: Store, training_data: Path, source: Path, *, author: str) -> Imported:
    """Add the examples of a Rasa YAML file that neither the files nor the studio have.

    All of them or none. Raises :class:`TrainingDataError` with file and line.
    """
    examples = TrainingData.load(source).examples
    with store.read() as tx:
        edits = active_edits(tx)
    present = merged_examples(training_data, Overlay(tuple(edits))).examples
    assets = Assets.load(training_data)
    labels = {*assets.knowledge, *(name for name in assets.domain.intents if "/" not in name)}
    labels |= {edit.key for edit in edits if edit.kind == "label"}
    with store.write() as tx:
        return import_examples(tx, examples, present=present, labels=labels, author=author)


def import_examples(
    tx: Transaction,
    examples: Sequence[Example],
    *,
    present: Iterable[Example],
    labels: Collection[str],
    author: str,
) -> Imported:
    """Add the examples that are not ``present``; all of them or, when one is refused, none.

    Raises :class:`TrainingDataError` with file and line for a label that is not in ``labels``.
    """
    for example in examples:
        if example.intent not in labels:
            raise TrainingDataError(
                f"{example.file}:{example.line}: label {example.intent} tidak ada"
            )
    there = {(_one_line(example.text), example.intent) for example in present}
    added = 0
    for example in examples:
        text = _one_line(example.text)
        if (text, example.intent) in there:
            continue
        there.add((text, example.intent))
        body = {
            "text": text,
            "intent": example.intent,
            "entities": [
                {key: value for key, value in asdict(entity).items() if key != "confidence"}
                for entity in example.entities
            ],
            "imported_from": f"{example.file}:{example.line}",
        }
        add_edit(tx, "example", key=text, body=body, author=author)
        added += 1
    return Imported(added, len(examples) - added)


def _one_line(text: str) -> str:
    return " ".join(text.split())
