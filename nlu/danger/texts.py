"""The texts that the danger detector learns from: ``safety/teks/*.jsonl``.

A file is the work of one writer. Its name begins with what it is for: ``latih_`` (training) or
``kalibrasi_`` (thresholds, of another writer); what follows names the writer. One line holds
``{"text": …, "kind": …}``; ``kind`` is one of the kinds of danger, ``aman`` for a message that
names danger while nobody is in any (a look-alike), or ``biasa`` for an ordinary message.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from foundation.errors import TrainingDataError

SAFE = "aman"
"""The kind of a message in which nobody is in danger."""
ORDINARY = "biasa"
"""The kind of a message that does not even sound like danger: nobody is in any either."""

Part = Literal["latih", "kalibrasi"]
_PARTS: tuple[Part, ...] = ("latih", "kalibrasi")


@dataclass(frozen=True)
class DangerText:
    """One written message. ``writer`` tells whose it is; ``file`` and ``line`` where it stands."""

    text: str
    kind: str
    part: Part
    writer: str
    file: str = ""
    line: int = 0

    @property
    def dangerous(self) -> bool:
        """Whether somebody is in danger."""
        return self.kind not in (SAFE, ORDINARY)


def read_danger_texts(folder: Path) -> tuple[DangerText, ...]:
    """Return the texts of all files in ``folder`` in the order of file and line; none without it.

    Raises :class:`TrainingDataError` that starts with ``file:line``.
    """
    texts: list[DangerText] = []
    for path in sorted(folder.glob("*.jsonl")):
        texts += _read(path, f"{folder.parent.name}/{folder.name}/{path.name}")
    _check_once(texts)
    return tuple(texts)


def content_hash(texts: Iterable[DangerText]) -> str:
    """Return the SHA-256 (hex) of texts, kinds, parts and writers, whatever their order."""
    rows = sorted(json.dumps([t.part, t.writer, t.kind, t.text]) for t in texts)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def _read(path: Path, name: str) -> Iterator[DangerText]:
    part, _, writer = path.stem.partition("_")
    if part not in _PARTS or not writer:
        wanted = " atau ".join(f"{one}_<penulis>.jsonl" for one in _PARTS)
        raise TrainingDataError(f"{name}:1: nama berkas harus {wanted}")
    named = next(one for one in _PARTS if one == part)
    try:
        content = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise TrainingDataError(f"{name}:1: bukan teks UTF-8 ({error.reason})") from error
    for number, line in enumerate(content.split("\n"), start=1):
        if line.strip():
            text, kind = _fields(line, f"{name}:{number}")
            yield DangerText(text, kind, named, writer, name, number)


def _fields(line: str, place: str) -> tuple[str, str]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise TrainingDataError(f"{place}: bukan JSON ({error.msg})") from error
    text, kind = (row.get("text"), row.get("kind")) if isinstance(row, dict) else (None, None)
    if not isinstance(text, str) or not isinstance(kind, str) or not text.strip() or not kind:
        raise TrainingDataError(f"{place}: text dan kind harus teks yang tidak kosong")
    return text, kind


def _check_once(texts: Iterable[DangerText]) -> None:
    """Refuse a message that stands twice: it would be learnt from and measured on."""
    first: dict[str, DangerText] = {}
    for text in texts:
        other = first.setdefault(" ".join(text.text.lower().split()), text)
        if other is not text:
            raise TrainingDataError(
                f"{text.file}:{text.line}: pesan ini sudah ada di {other.file}:{other.line}"
            )
