"""Reads ``safety/``: the channels, what is said to residents in danger, the exact words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from dialogue.findings import Findings
from dialogue.knowledge import KnowledgeEntry, read_answers
from dialogue.patterns import Patterns, read_patterns
from dialogue.response_file import MAX_TITLE
from dialogue.safety import (
    GENERAL,
    SAFE_NOW,
    SENTENCES,
    TITLES,
    Banned,
    DangerKindText,
    Safety,
)
from foundation.errors import TrainingDataError
from foundation.yaml_lines import LineDict, read_yaml

ANSWERS, KINDS, WORDS = "jawaban.yml", "bahaya.yml", "kata.yml"
SAFETY_FILES = (ANSWERS, KINDS, WORDS)
_NUMBER = re.compile(r"\d{3,}")
_NO_NUMBER = ("tanya", "tanya_tidak", "aman_tanya")
"""What is asked when unsure names no number."""
_T = TypeVar("_T")


def read_safety(folder: Path, findings: Findings, *, today: date | None = None) -> Safety:
    """Return what ``folder`` says, noting what is wrong; nothing when there is no such folder."""
    if not folder.is_dir():
        return Safety()
    reader = _Reader(folder, findings)
    answers = read_answers([folder / ANSWERS], findings, today=today)
    by_key = {label.partition("/")[2]: entry for label, entry in answers.items()}
    words = reader.read(WORDS, read_patterns, Patterns())
    content = reader.read(KINDS, lambda content, _path, _findings: content, LineDict())
    safety = Safety(
        kinds=reader.kinds(content, by_key),
        answers=by_key,
        sentences=reader.sentences(content),
        titles=reader.titles(content),
        words=words,
        banned=reader.banned(content),
    )
    reader.check_words(safety)
    reader.check_hedges(content, by_key)
    return safety


class _Reader:
    def __init__(self, folder: Path, findings: Findings) -> None:
        self._folder = folder
        self._findings = findings
        self._path = folder / KINDS

    def read(self, name: str, read: Callable[[LineDict, Path, Findings], _T], default: _T) -> _T:
        path = self._folder / name
        try:
            return read(read_yaml(path), path, self._findings)
        except TrainingDataError as error:
            self._findings.broken_file(error, path)
            return default

    def kinds(
        self, content: LineDict, answers: Mapping[str, KnowledgeEntry]
    ) -> dict[str, DangerKindText]:
        kinds = {}
        items = content.get("jenis") or LineDict()
        for name, item in items.items():
            kind = self._kind(str(name), item, answers)
            if kind is None:
                self._error(items, f"jenis `{name}` perlu nama, pembuka, dan kanal", key=name)
            else:
                kinds[kind.name] = kind
        if GENERAL not in kinds:
            self._error(content, f"jenis `{GENERAL}` wajib ada", key="jenis")
        return kinds

    def _kind(
        self, name: str, item: Any, answers: Mapping[str, KnowledgeEntry]
    ) -> DangerKindText | None:
        if not isinstance(item, LineDict):
            return None
        title, opening, channels = (item.get(key) for key in ("nama", "pembuka", "kanal"))
        if not (isinstance(title, str) and isinstance(opening, str) and channels):
            return None
        for channel in channels:
            if channel not in answers:
                text = f"kanal `{channel}` tidak ada di {ANSWERS}"
                self._error(item, text, key="kanal")
        if _NUMBER.search(opening):
            self._error(item, "nomor ditulis di jawaban.yml, bukan di sini", key="pembuka")
        told = tuple(answers[channel] for channel in channels if channel in answers)
        along = tuple(map(str, item.get("bersama") or ()))
        return DangerKindText(name, title, opening.strip(), told, along)

    def sentences(self, content: LineDict) -> dict[str, tuple[str, ...]]:
        given = content.get("kalimat") or LineDict()
        for name in SENTENCES:
            if not isinstance(given.get(name), list) or not given[name]:
                self._error(content, f"kalimat `{name}` belum ada", key="kalimat")
        sentences = {
            str(name): tuple(str(text).strip() for text in texts)
            for name, texts in given.items()
            if isinstance(texts, list)
        }
        for name in _NO_NUMBER:
            if any(_NUMBER.search(text) for text in sentences.get(name, ())):
                self._error(given, f"kalimat `{name}` tidak boleh menyebut nomor", key=name)
        return sentences

    def titles(self, content: LineDict) -> dict[str, str]:
        given = content.get("tombol") or LineDict()
        for name in TITLES:
            title = str(given.get(name) or "")
            if not title or len(title) > MAX_TITLE:
                text = f"tombol `{name}` wajib ada, paling panjang {MAX_TITLE} huruf"
                self._error(given if name in given else content, text, key=name)
        return {str(name): str(title) for name, title in given.items()}

    def banned(self, content: LineDict) -> tuple[Banned, ...]:
        return tuple(
            Banned(str(item["kata"]), str(item.get("sebab") or ""))
            for item in content.get("larangan") or ()
            if isinstance(item, dict) and item.get("kata")
        )

    def check_words(self, safety: Safety) -> None:
        """Exact words belong to a kind of danger, or tell that it is over."""
        path = self._folder / WORDS
        for name in safety.words.patterns:
            if name not in safety.kinds and name != SAFE_NOW:
                self._findings.error(path, None, f"pola `{name}` bukan jenis bahaya di {KINDS}")

    def check_hedges(self, content: LineDict, answers: Mapping[str, KnowledgeEntry]) -> None:
        """Note what rests on press reports alone and does not say so."""
        hedges = tuple(map(str, content.get("kata_hati_hati") or ()))
        for key, entry in answers.items():
            for text in (entry.ringkas, entry.jawaban):
                if entry.uncertain and not any(hedge in text.lower() for hedge in hedges):
                    said = f"{key}: bersumber berita, tetapi kalimatnya tidak hati-hati"
                    self._findings.error(self._folder / ANSWERS, None, said)

    def _error(self, where: Any, text: str, *, key: Any = None) -> None:
        self._findings.error(self._path, where, text, key=key)


def check_banned(
    safety: Safety, texts: Mapping[Path, Mapping[str, str]], findings: Findings
) -> None:
    """Note every text (by file, by name) that names what no answer may name."""
    for banned in safety.banned:
        found = re.compile(rf"(?<!\w){re.escape(banned.word)}(?!\w)", re.IGNORECASE)
        for path, named in texts.items():
            for name, text in named.items():
                if found.search(text):
                    said = f"{name}: tidak boleh menyebut `{banned.word}` ({banned.reason})"
                    findings.error(path, None, said)
