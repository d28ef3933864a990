"""Precision and recall of entity extraction on annotated messages.

An entity counts as found only when kind, both offsets and value are right.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypedDict

from foundation.errors import TrainingDataError
from nlu.entities import EntityExtractor
from nlu.example import Example
from nlu.lexicon import Lexicon, default_lexicon
from nlu.types import Entity

MICRO = "micro"
"""The figures over all kinds together."""

Found = tuple[str, int, int, str]


class EntityFigures(TypedDict):
    """Shares 0..1 (0 where nothing was predicted, or nothing annotated); ``n`` annotated ones."""

    precision: float
    recall: float
    n: int


def evaluate_entities(
    rows: Sequence[Example], *, today: date, lexicon_dir: Path | None = None
) -> dict[str, EntityFigures]:
    """Extract the entities of every row and return the figures by kind, ``micro`` last.

    ``today`` is the day on which the messages were written: "besok" is counted from it. The
    tables are those of ``lexicon_dir``, else the ones that ship with the project.

    Raises ``ValueError`` without rows and :class:`TrainingDataError` for a broken table.
    """
    if not rows:
        raise ValueError("there is nothing to evaluate")
    lexicon = Lexicon.load(lexicon_dir) if lexicon_dir else default_lexicon()
    extractor = EntityExtractor(lexicon)
    annotated: Counter[str] = Counter()
    predicted: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for row in rows:
        wanted = set(_keys(row.entities))
        found = set(_keys(extractor.extract(row.text, today=today)))
        annotated.update(key[0] for key in wanted)
        predicted.update(key[0] for key in found)
        right.update(key[0] for key in wanted & found)
    figures = {
        kind: _figures(right[kind], predicted[kind], annotated[kind])
        for kind in sorted(annotated.keys() | predicted.keys())
    }
    return {**figures, MICRO: _figures(right.total(), predicted.total(), annotated.total())}


def read_annotated(path: Path) -> tuple[Example, ...]:
    """Read JSON lines ``{"text", "entities": [{"entity", "start", "end", "value"}]}``.

    Blank lines are skipped; ``intent`` is kept where it stands. Raises
    :class:`TrainingDataError` that starts with ``file:line`` for anything else, an offset outside
    of the text included.
    """
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise TrainingDataError(f"{path.name}:0: berkas tidak ada") from error
    except UnicodeDecodeError as error:
        raise TrainingDataError(f"{path.name}:0: bukan teks UTF-8 ({error.reason})") from error
    return tuple(
        _example(line, path.name, number)
        for number, line in enumerate(content.split("\n"), start=1)
        if line.strip()
    )


def _keys(entities: Iterable[Entity]) -> Iterator[Found]:
    for entity in entities:
        yield entity.entity, entity.start, entity.end, entity.value


def _figures(right: int, predicted: int, annotated: int) -> EntityFigures:
    return EntityFigures(
        precision=round(right / predicted, 6) if predicted else 0.0,
        recall=round(right / annotated, 6) if annotated else 0.0,
        n=annotated,
    )


def _example(line: str, name: str, number: int) -> Example:
    place = f"{name}:{number}"
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise TrainingDataError(f"{place}: bukan JSON ({error.msg})") from error
    text = row.get("text") if isinstance(row, dict) else None
    if not isinstance(text, str) or not text.strip() or not isinstance(row.get("entities"), list):
        raise TrainingDataError(f"{place}: satu baris harus berisi text dan daftar entities")
    entities = tuple(_entity(item, text, place) for item in row["entities"])
    return Example(text, str(row.get("intent", "")), entities, name, number)


def _entity(item: Any, text: str, place: str) -> Entity:
    if not isinstance(item, dict):
        raise TrainingDataError(f"{place}: entitas harus berupa objek")
    kind, value = item.get("entity"), item.get("value")
    if not isinstance(kind, str) or not isinstance(value, str) or not kind or not value:
        raise TrainingDataError(f"{place}: entity dan value harus teks yang tidak kosong")
    start, end = item.get("start"), item.get("end")
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= len(text):
        raise TrainingDataError(f"{place}: {kind} {start!r}..{end!r} di luar teks")
    return Entity(kind, start, end, value)
