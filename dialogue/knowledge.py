"""Reads ``knowledge/<topik>.yml``: the answers with sources, owner and review dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from dialogue.answer_parts import (
    Parts,
    Source,
    part_faults,
    read_parts,
    read_sources,
    source_faults,
)
from dialogue.findings import Findings
from dialogue.part_table import PARTS_FILE
from dialogue.response_file import MAX_TITLE
from foundation.errors import TrainingDataError
from foundation.yaml_lines import LineDict, read_yaml

UNCERTAIN = "perlu-verifikasi"
CONFIDENCES = ("tinggi", "sedang", UNCERTAIN)
_TEXTS = ("label", "judul", "tombol", "pemilik", "status_tinjau")
_WHOLE_TEXTS = ("ringkas", "jawaban")
"""What an entry without parts tells: the short and the full answer."""
_TOPIC_TEXTS = ("topik", "kelompok", "nama", "tombol", "keterangan")
TOPICS_FILE = "topik.yml"
_KEYS = {
    *_TEXTS,
    *_WHOLE_TEXTS,
    "bagian",
    "langsung",
    "fakta",
    "id",
    "sumber",
    "tahun",
    "keyakinan",
    "berlaku_sejak",
    "tinjau_paling_lambat",
    "instansi",
    "terkait",
}


@dataclass(frozen=True)
class KnowledgeEntry:
    """One answer of the knowledge ledger. ``instansi`` is the authority when it is not the office.

    ``judul`` is a readable question, ``tombol`` a unique button title of at most 20 characters,
    ``ringkas`` the short answer (true by itself), ``jawaban`` the full one, ``tahun`` the year
    that the facts refer to. An entry with ``parts`` has both from them: its main part, and all.
    """

    label: str
    judul: str
    tombol: str
    ringkas: str
    jawaban: str
    sumber: tuple[str, ...]
    tahun: int
    keyakinan: str
    pemilik: str
    berlaku_sejak: date
    tinjau_paling_lambat: date
    status_tinjau: str
    instansi: str | None = None
    terkait: tuple[str, ...] = ()
    id: str = ""
    fact: str = ""
    """What the sources say, in full; the parts may state no number that is not in it."""
    parts: Parts = field(default_factory=Parts)
    at_once: tuple[str, ...] = ()
    """Parts that are always told with the direct answer: what must not wait to be asked for."""
    sources: tuple[Source, ...] = ()
    withdrawn: bool = False
    """Taken back by the data staff: still understood, never told. It has no texts then."""

    @property
    def topic(self) -> str:
        """The part of the label before the slash."""
        return self.label.partition("/")[0]

    @property
    def uncertain(self) -> bool:
        """Whether the answer must be hedged."""
        return self.keyakinan == UNCERTAIN

    def overdue(self, day: date) -> bool:
        """Whether the review that was due has not been made on ``day``."""
        return day > self.tinjau_paling_lambat


@dataclass(frozen=True)
class Topic:
    """A group of labels as residents see it; ``examples`` are labels to show first."""

    topic: str
    group: str
    name: str
    title: str
    description: str
    examples: tuple[str, ...] = ()


def read_topics(path: Path, findings: Findings) -> tuple[Topic, ...]:
    """Return the topics of ``topik.yml`` in the order in which residents see them."""
    if not path.exists():
        return ()
    try:
        items = read_yaml(path).get("topik") or ()
    except TrainingDataError as error:
        findings.broken_file(error, path)
        return ()
    topics = []
    for item in items:
        missing = [key for key in _TOPIC_TEXTS if not isinstance(item, dict) or not item.get(key)]
        if missing:
            findings.error(path, item, f"topik perlu {', '.join(missing)}")
            continue
        topic, group, name, title, description = (str(item[key]).strip() for key in _TOPIC_TEXTS)
        examples = tuple(map(str, item.get("contoh") or ()))
        topics.append(Topic(topic, group, name, title, description, examples))
    return tuple(topics)


def read_knowledge(
    folder: Path, findings: Findings, *, today: date | None = None
) -> dict[str, KnowledgeEntry]:
    """Return the entries of all files in ``folder`` by label, noting what is wrong.

    With ``today`` given, overdue reviews are noted as warnings.
    """
    paths = [
        path for path in sorted(folder.glob("*.yml")) if path.name not in (TOPICS_FILE, PARTS_FILE)
    ]
    return read_answers(paths, findings, today=today)


def read_answers(
    paths: Iterable[Path], findings: Findings, *, today: date | None = None
) -> dict[str, KnowledgeEntry]:
    """Return the entries of these files by label, as :func:`read_knowledge` does."""
    reader = _Reader(findings, today)
    for path in paths:
        try:
            content = read_yaml(path)
        except TrainingDataError as error:
            findings.broken_file(error, path)
            continue
        reader.read(content, path)
    reader.check_links()
    return reader.entries


class _Reader:
    def __init__(self, findings: Findings, today: date | None) -> None:
        self.entries: dict[str, KnowledgeEntry] = {}
        self._findings = findings
        self._today = today
        self._titles: dict[str, str] = {}
        self._places: dict[str, tuple[Path, LineDict]] = {}

    def read(self, content: LineDict, path: Path) -> None:
        items = content.get("pengetahuan")
        if not isinstance(items, list):
            self._findings.error(path, content, "berkas perlu daftar `pengetahuan`")
            return
        for index, item in enumerate(items):
            if not isinstance(item, LineDict):
                self._findings.error(path, items, "entri harus berupa kunci dan nilai", key=index)
            elif self._complete(item, path) and self._consistent(item, path):
                entry = _entry(item)
                self.entries[entry.label] = entry
                self._titles[entry.tombol] = entry.label
                self._places[entry.label] = (path, item)

    def _complete(self, item: LineDict, path: Path) -> bool:
        faults = list(_faults(item))
        for faulty, text in faults:
            self._findings.error(path, item, text, key=faulty)
        for key in item:
            if key not in _KEYS:
                self._findings.warning(path, item, f"kunci `{key}` tidak dikenal", key=key)
        return not faults

    def _consistent(self, item: LineDict, path: Path) -> bool:
        label, title = item["label"], item["tombol"]
        if "/" not in label:
            self._findings.error(path, item, f"label `{label}` harus topik/kunci", key="label")
            return False
        if label in self.entries:
            self._findings.error(path, item, f"label `{label}` ditulis dua kali", key="label")
            return False
        if len(title) > MAX_TITLE:
            self._findings.error(
                path, item, f"`tombol` lebih dari {MAX_TITLE} huruf: {title}", key="tombol"
            )
        if title in self._titles:
            self._findings.error(
                path, item, f"`tombol` sama dengan milik {self._titles[title]}", key="tombol"
            )
        due = item["tinjau_paling_lambat"]
        if self._today and self._today > due:
            self._findings.warning(
                path, item, f"{label}: tinjauan lewat batas {due}", key="tinjau_paling_lambat"
            )
        return True

    def check_links(self) -> None:
        """Every related label must exist."""
        for label, entry in self.entries.items():
            path, item = self._places[label]
            for other in entry.terkait:
                if other not in self.entries:
                    self._findings.error(
                        path, item, f"label terkait `{other}` tidak ada", key="terkait"
                    )


def _faults(item: LineDict) -> Iterator[tuple[str, str]]:
    """Yield (key, complaint) for every key that is missing or of the wrong kind."""
    in_parts = "bagian" in item
    for key in _TEXTS if in_parts else (*_TEXTS, *_WHOLE_TEXTS):
        if not isinstance(item.get(key), str) or not item[key].strip():
            yield key, f"`{key}` wajib diisi"
    yield from _faults_of_sources_and_parts(item, in_parts=in_parts)
    if item.get("keyakinan") not in CONFIDENCES:
        yield "keyakinan", f"`keyakinan` harus {', '.join(CONFIDENCES)}"
    if not isinstance(item.get("tahun"), int):
        yield "tahun", "`tahun` harus angka"
    for key in ("berlaku_sejak", "tinjau_paling_lambat"):
        if not isinstance(item.get(key), date):
            yield key, f"`{key}` harus tanggal seperti 2026-11-24"


def _faults_of_sources_and_parts(item: LineDict, *, in_parts: bool) -> Iterator[tuple[str, str]]:
    sources = item.get("sumber")
    if not isinstance(sources, list) or not sources:
        yield "sumber", "jawaban tanpa sumber"
        return
    for text in source_faults(sources):
        yield "sumber", text
    if not in_parts:
        return
    for key in _WHOLE_TEXTS:
        if key in item:
            yield key, f"`{key}` dan `bagian` tidak boleh bersama: `{key}` disusun dari bagian"
    if not str(item.get("fakta") or "").strip():
        yield "fakta", "`bagian` perlu `fakta`: yang dikatakan sumbernya, seutuhnya"
    known = {str(one["id"]) for one in sources if isinstance(one, dict) and "id" in one}
    for text in part_faults(item["bagian"], known):
        yield "bagian", text
    for name in item.get("langsung") or ():
        if name not in item["bagian"]:
            yield "langsung", f"bagian `{name}` di `langsung` tidak ada"


def _entry(item: LineDict) -> KnowledgeEntry:
    authority: Any = item.get("instansi")
    parts = read_parts(item.get("bagian") or {})
    sources = read_sources(item["sumber"])
    return KnowledgeEntry(
        label=item["label"],
        judul=item["judul"].strip(),
        tombol=item["tombol"].strip(),
        ringkas=parts.main if parts else item["ringkas"].strip(),
        jawaban=parts.whole if parts else item["jawaban"].strip(),
        sumber=tuple(source.title for source in sources),
        tahun=item["tahun"],
        keyakinan=item["keyakinan"],
        pemilik=item["pemilik"],
        berlaku_sejak=item["berlaku_sejak"],
        tinjau_paling_lambat=item["tinjau_paling_lambat"],
        status_tinjau=item["status_tinjau"],
        instansi=str(authority).strip() if authority else None,
        terkait=tuple(map(str, item.get("terkait") or ())),
        id=str(item.get("id") or ""),
        fact=str(item.get("fakta") or "").strip(),
        parts=parts,
        at_once=tuple(map(str, item.get("langsung") or ())),
        sources=sources,
    )
