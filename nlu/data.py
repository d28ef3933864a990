"""Training and test examples, read from Rasa YAML 3.1 or JSON lines."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from foundation.errors import TrainingDataError
from nlu.example import Example
from nlu.rasa_yaml import read_rasa_yaml

_YAML = (".yml", ".yaml")
_JSON_LINES = (".jsonl", ".json")


@dataclass(frozen=True)
class TrainingData:
    """A set of examples."""

    examples: tuple[Example, ...]

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) of texts, labels and entities, whatever their order or file."""
        rows = sorted(
            json.dumps(
                [e.intent, e.text, [[x.entity, x.start, x.end, x.value] for x in e.entities]],
                ensure_ascii=True,
            )
            for e in self.examples
        )
        return hashlib.sha256("\n".join(rows).encode()).hexdigest()

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, sorted."""
        return tuple(sorted({example.intent for example in self.examples}))

    def counts(self) -> Counter[str]:
        """Return the number of examples of each label."""
        return Counter(example.intent for example in self.examples)

    def unique(self) -> TrainingData:
        """Return the examples sorted by label and text, the same pair only once."""
        first: dict[tuple[str, str], Example] = {}
        for example in self.examples:
            first.setdefault((example.intent, example.text), example)
        return TrainingData(tuple(first[key] for key in sorted(first)))

    @classmethod
    def load(cls, source: Path) -> TrainingData:
        """Read a file, or all data files of a folder (of its ``nlu/`` where it has one).

        Files are told by their ending: ``.yml``/``.yaml`` Rasa 3.1 (files without an ``nlu``
        section hold no examples), ``.jsonl``/``.json`` one ``{"text", "intent"}`` a line.
        Raises :class:`TrainingDataError` that starts with ``file:line``.
        """
        return cls(tuple(_read_all(_files(source), source)))


def _files(source: Path) -> list[Path]:
    if source.is_file():
        return [source]
    if not source.is_dir():
        raise TrainingDataError(f"{source}:0: berkas atau folder tidak ada")
    folder = source / "nlu" if (source / "nlu").is_dir() else source
    return sorted(p for p in folder.rglob("*") if p.suffix in _YAML)


def _read_all(files: Iterable[Path], source: Path) -> Iterator[Example]:
    for path in files:
        name = path.name if path == source else str(path.relative_to(source))
        text = _read_text(path, name)
        if path.suffix in _YAML:
            yield from read_rasa_yaml(text, name)
        elif path.suffix in _JSON_LINES:
            yield from read_json_lines(text, name)
        else:
            raise TrainingDataError(
                f"{name}:0: bukan Rasa YAML (.yml) dan bukan baris JSON (.jsonl)"
            )


def _read_text(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise TrainingDataError(f"{name}:0: bukan teks UTF-8 ({error.reason})") from error


def read_json_lines(content: str, name: str) -> Iterator[Example]:
    """Yield the examples of JSON lines ``{"text", "intent"}``.

    Blank lines, and lines that only annotate entities, are skipped. Raises
    :class:`TrainingDataError` that starts with ``name:line``.
    """
    for number, line in enumerate(content.split("\n"), start=1):
        if line.strip() and (example := _from_json(line, name, number)):
            yield example


def _from_json(line: str, name: str, number: int) -> Example | None:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise TrainingDataError(f"{name}:{number}: bukan JSON ({error.msg})") from error
    if not isinstance(row, dict):
        raise TrainingDataError(f"{name}:{number}: satu baris harus objek berisi text dan intent")
    if "intent" not in row and "entities" in row:
        return None
    text, intent = row.get("text"), row.get("intent")
    if not isinstance(text, str) or not isinstance(intent, str) or not text.strip() or not intent:
        raise TrainingDataError(f"{name}:{number}: text dan intent harus teks yang tidak kosong")
    return Example(text, intent, (), name, number)
