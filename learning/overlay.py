"""The data that is trained: the files of git with the studio's edits laid over them.

Bodies of edits, by kind:

``example``
    ``{"text", "intent", "entities": [{"entity", "start", "end", "value"}], "replaces": label}``.
    ``intent`` None takes the text out. ``replaces`` names the label that the same text had until
    now; without it the text is added beside what there is. A later edit of the same text to the
    same or a replaced label wins. ``confirmed`` true: a person said that the label is right as it
    is; nothing is trained otherwise by that.
``label``, ``answer``
    Keys of a knowledge entry (``judul``, ``jawaban``, ``sumber`` …); the edit's ``key`` is its
    label. Keys that the body does not name stay. A ``label`` edit may name a label that is new.
``lexicon``
    The edit's ``key`` is the table (``singkatan.tsv``); ``{"before": [cells] | None,
    "after": [cells] | None}``: a row is added, changed or taken out.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from dialogue import read_parts
from foundation.errors import TrainingDataError
from nlu import Entity, Example, TrainingData
from storage import StudioEdit

STUDIO_FILE = "studio.yml"
"""What the studio adds stands in a file of this name, in ``nlu/`` and in ``knowledge/``."""

_DAYS = ("berlaku_sejak", "tinjau_paling_lambat")
_COPIED = ("nlu", "knowledge", "checks", "lexicon", "data", "safety")


@dataclass(frozen=True)
class Overlay:
    """The studio's edits in force, oldest first. Without any, the files are trained as they are."""

    edits: tuple[StudioEdit, ...] = ()

    def of(self, *kinds: str) -> list[StudioEdit]:
        """Return the edits of these kinds."""
        return [edit for edit in self.edits if edit.kind in kinds]


def merged_examples(training_data: Path, overlay: Overlay) -> TrainingData:
    """Return the examples of the files with the overlay's laid over them."""
    return TrainingData(tuple(_examples(TrainingData.load(training_data).examples, overlay)))


def write_merged(training_data: Path, overlay: Overlay, target: Path) -> Path:
    """Write a data folder that holds files and overlay together; return ``target``.

    Raises :class:`TrainingDataError` when an edit does not fit the files.
    """
    target.mkdir(parents=True, exist_ok=True)
    for path in training_data.glob("*.yml"):
        shutil.copyfile(path, target / path.name)
    for name in _COPIED:
        if (training_data / name).is_dir():
            shutil.copytree(training_data / name, target / name, dirs_exist_ok=True)
    if overlay.of("example"):
        _write_examples(training_data, overlay, target / "nlu")
    if overlay.of("label", "answer"):
        _write_knowledge(overlay, target / "knowledge")
    for table, edits in _by_key(overlay.of("lexicon")).items():
        _write_table(target / "lexicon" / Path(table).name, edits)
    return target


def is_confirmation(edit: StudioEdit) -> bool:
    """Whether the edit only says that an example's label is right."""
    return edit.kind == "example" and bool(edit.body.get("confirmed"))


def annotated(text: str, entities: Sequence[Entity]) -> str:
    """Return the text in one line with Rasa's marks around its entities.

    >>> annotated("dari Ciawi pak", (Entity("kecamatan", 5, 10, "Ciawi"),))
    'dari [Ciawi](kecamatan) pak'
    """
    marked, end = "", 0
    for entity in sorted(entities, key=lambda item: item.start):
        if entity.start < end:
            continue
        marked += _unmarked(text[end : entity.start]) + _mark(text, entity)
        end = entity.end
    return " ".join((marked + _unmarked(text[end:])).split())


def examples_as_yaml(examples: Iterable[Example]) -> str:
    """Return Rasa YAML 3.1 of the examples, label by label."""
    by_label: dict[str, list[str]] = {}
    for example in examples:
        line = annotated(example.text, example.entities)
        readable = "".join(sign for sign in line if sign.isprintable())
        by_label.setdefault(example.intent, []).append(f"    - {readable}")
    parts = ['version: "3.1"', "nlu:"]
    for label, lines in sorted(by_label.items()):
        parts += [f"- intent: {label}", "  examples: |", *lines]
    return "\n".join(parts) + "\n"


def _examples(files: Sequence[Example], overlay: Overlay) -> Iterator[Example]:
    gone, added = _changes(overlay)
    for example in files:
        if (example.text, example.intent) not in gone:
            yield example
    yield from added


def _changes(overlay: Overlay) -> tuple[set[tuple[str, str]], list[Example]]:
    """Return the (text, label) pairs that are taken out, and the examples that come in."""
    gone: set[tuple[str, str]] = set()
    added: dict[tuple[str, str], Example] = {}
    for edit in overlay.of("example"):
        if is_confirmation(edit):
            continue
        text, intent = " ".join(str(edit.body["text"]).split()), edit.body.get("intent")
        if replaced := edit.body.get("replaces"):
            gone.add((text, replaced))
            added.pop((text, replaced), None)
        if intent:
            gone.discard((text, intent))
            entities = tuple(_entity(item) for item in edit.body.get("entities") or ())
            added[text, intent] = Example(text, intent, entities, STUDIO_FILE, edit.id)
    return gone, list(added.values())


def _entity(item: Mapping[str, Any]) -> Entity:
    return Entity(
        str(item["entity"]), int(item["start"]), int(item["end"]), str(item.get("value", ""))
    )


def _write_examples(training_data: Path, overlay: Overlay, folder: Path) -> None:
    gone, added = _changes(overlay)
    doomed: dict[str, set[int]] = {}
    for example in TrainingData.load(training_data).examples:
        if (example.text, example.intent) in gone:
            doomed.setdefault(example.file.removeprefix("nlu/"), set()).add(example.line)
    for file, lines in doomed.items():
        _drop_lines(folder / file, lines)
    if added:
        (folder / STUDIO_FILE).write_text(examples_as_yaml(added), encoding="utf-8")


def _drop_lines(path: Path, numbers: set[int]) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    kept = []
    for number, line in enumerate(lines, start=1):
        if number in numbers and not line.strip().startswith("-"):
            raise TrainingDataError(
                f"{path.name}:{number}: contoh ini tidak berdiri pada baris sendiri"
            )
        if number not in numbers:
            kept.append(line)
    path.write_text("\n".join(kept), encoding="utf-8")


def _write_knowledge(overlay: Overlay, folder: Path) -> None:
    wanted: dict[str, dict[str, Any]] = {}
    for edit in overlay.of("label", "answer"):
        wanted.setdefault(edit.key, {}).update(edit.body)
    for path in sorted(folder.glob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        entries = content.get("pengetahuan") or []
        touched = [entry for entry in entries if entry.get("label") in wanted]
        for entry in touched:
            _lay_over(entry, _entry(wanted.pop(entry["label"])))
        if touched:
            _dump(path, content)
    if wanted:
        fresh = [{"label": label, **_entry(body)} for label, body in wanted.items()]
        _dump(folder / STUDIO_FILE, {"version": "3.1", "pengetahuan": fresh})


def _lay_over(entry: dict[str, Any], change: Mapping[str, Any]) -> None:
    """Lay an edit over an entry of the files.

    Whoever writes a whole text replaces the parts by it: the text that was not written is what
    the parts said, and ``fakta`` stays for what reckons with it.
    """
    if "bagian" in entry and "bagian" not in change and {"ringkas", "jawaban"} & change.keys():
        parts = read_parts(entry.pop("bagian"))
        entry.pop("langsung", None)
        entry |= {"ringkas": parts.main, "jawaban": parts.whole}
    entry.update(change)


def _entry(body: Mapping[str, Any]) -> dict[str, Any]:
    """JSON knows no dates; the knowledge files have some."""
    return {
        key: date.fromisoformat(value) if key in _DAYS and isinstance(value, str) else value
        for key, value in body.items()
    }


def _dump(path: Path, content: Mapping[str, Any]) -> None:
    text = yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False, width=100)
    path.write_text(text, encoding="utf-8")


def _write_table(path: Path, edits: Sequence[StudioEdit]) -> None:
    if not path.exists():
        raise TrainingDataError(f"{path.name}:0: tidak ada tabel itu di leksikon")
    lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    for edit in edits:
        before, after = edit.body.get("before"), edit.body.get("after")
        if before:
            lines = [line for line in lines if line.split("\t") != list(before)]
        if after:
            lines.append("\t".join(" ".join(str(cell).split()) for cell in after))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _by_key(edits: Iterable[StudioEdit]) -> dict[str, list[StudioEdit]]:
    grouped: dict[str, list[StudioEdit]] = {}
    for edit in edits:
        grouped.setdefault(edit.key, []).append(edit)
    return grouped


def _mark(text: str, entity: Entity) -> str:
    words = text[entity.start : entity.end]
    if any(sign in words for sign in "[]"):
        return words
    if entity.value in ("", words):
        return f"[{words}]({entity.entity})"
    if not any(sign in entity.value for sign in "():"):
        return f"[{words}]({entity.entity}:{entity.value})"
    held = json.dumps({"entity": entity.entity, "value": entity.value}, ensure_ascii=False)
    return f"[{words}]{held}"


def _unmarked(text: str) -> str:
    # A resident may have written something that looks like a mark.
    return text.replace("](", "] (").replace("]{", "] {")
