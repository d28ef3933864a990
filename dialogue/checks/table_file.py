"""Reads ``checks/<name>.yml``: one decision table a file, noting what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dialogue.checks.figures import Formula, read_formula
from dialogue.checks.slot_file import SHARED_FILE, read_slot, read_words
from dialogue.checks.table import (
    UNKNOWN,
    CheckRow,
    Checks,
    CheckSlot,
    CheckTable,
    CheckWords,
    Condition,
    Example,
)
from dialogue.context_tables import phrase_pattern
from dialogue.findings import Findings
from dialogue.response_file import MAX_TITLE
from foundation.errors import TrainingDataError
from foundation.yaml_lines import LineDict, read_yaml

CHECKS_FOLDER = "checks"
_ANY, _ANY_NUMBER = "semua", "terisi"
_TABLE_KEYS = ("cek", "judul", "tombol", "label", "isian", "baris")
_ROW_TEXTS = ("nama", "label", "putusan", "alasan")
_ROW_KEYS = {
    *_ROW_TEXTS,
    "jika",
    "peringkat",
    "sumber",
    "hitung",
    "contoh",
    "daftar",
    "belum_pasti",
}
_RANGE_KEYS = {"lebih_dari", "mulai", "sampai", "kurang_dari"}


def read_checks(folder: Path, findings: Findings) -> Checks:
    """Return the checks of ``folder`` (``training_data/checks``), none where there is none."""
    shared_file = folder / SHARED_FILE
    if not shared_file.exists():
        return Checks()
    content = _content(shared_file, findings)
    if content is None:
        return Checks()
    words = read_words(content, shared_file, findings)
    read = (read_slot(item, words, shared_file, findings) for item in content.get("isian") or ())
    shared = {slot.name: slot for slot in read if slot is not None}
    tables: dict[str, CheckTable] = {}
    for path in sorted(folder.glob("*.yml")):
        if path != shared_file and (content := _content(path, findings)) is not None:
            table = _Reader(path, findings, words, shared).table(content)
            if table is not None:
                tables[table.name] = table
    return Checks(tables, words)


def _content(path: Path, findings: Findings) -> LineDict | None:
    try:
        return read_yaml(path)
    except TrainingDataError as error:
        findings.broken_file(error, path)
        return None


class _Reader:
    def __init__(
        self, path: Path, findings: Findings, words: CheckWords, shared: Mapping[str, CheckSlot]
    ) -> None:
        self._path = path
        self._findings = findings
        self._words = words
        self._shared = shared

    def table(self, content: LineDict) -> CheckTable | None:
        missing = [key for key in _TABLE_KEYS if not content.get(key)]
        if missing:
            self._findings.error(self._path, content, f"tabel perlu {', '.join(missing)}")
            return None
        if len(str(content["tombol"])) > MAX_TITLE:
            text = f"`tombol` lebih dari {MAX_TITLE} huruf"
            self._findings.error(self._path, content, text, key="tombol")
        slots = tuple(filter(None, map(self._slot, content["isian"])))
        labels = tuple(map(str, content["label"]))
        rows = tuple(filter(None, (self._row(item, slots) for item in content["baris"])))
        return CheckTable(
            name=str(content["cek"]),
            title=str(content["judul"]).strip(),
            button=str(content["tombol"]).strip(),
            labels=labels,
            starts_on=tuple(map(str, content.get("mulai", labels))),
            slots=slots,
            rows=rows,
            starts_by=tuple(content.get("mulai_bila", [slot.name for slot in slots])),
            starts_with=phrase_pattern(content["mulai_kata"]) if "mulai_kata" in content else None,
            file=self._path,
        )

    def _slot(self, item: Any) -> CheckSlot | None:
        if isinstance(item, LineDict):
            return read_slot(item, self._words, self._path, self._findings)
        if item not in self._shared:
            text = f"isian `{item}` tidak ada di {SHARED_FILE}"
            self._findings.error(self._path, item, text)
        return self._shared.get(item)

    def _row(self, item: Any, slots: tuple[CheckSlot, ...]) -> CheckRow | None:
        missing = [key for key in _ROW_TEXTS if not isinstance(item, dict) or not item.get(key)]
        if missing:
            self._findings.error(self._path, item, f"baris perlu {', '.join(missing)}")
            return None
        for key in item.keys() - _ROW_KEYS:
            text = f"kunci `{key}` tidak dikenal"
            self._findings.error(self._path, item, text, key=key)
        try:
            return self._sound_row(item, {slot.name: slot for slot in slots})
        except (ValueError, TypeError, AttributeError) as error:
            text = f"baris `{item['nama']}`: {error}"
            self._findings.error(self._path, item, text)
            return None

    def _sound_row(self, item: LineDict, slots: Mapping[str, CheckSlot]) -> CheckRow:
        computed = _formulas(item.get("hitung"))
        return CheckRow(
            name=str(item["nama"]),
            label=str(item["label"]),
            verdict=str(item["putusan"]).strip(),
            reason=str(item["alasan"]).strip(),
            conditions=dict(_conditions(item.get("jika") or {}, slots)),
            rank=int(item.get("peringkat") or 0),
            sources=tuple(_source(source) for source in item.get("sumber") or ()),
            computed=computed,
            example=_example(item.get("contoh"), computed),
            checklist=tuple(str(line).strip() for line in item.get("daftar") or ()),
            ask_whom=str(item.get("belum_pasti") or "").strip(),
            line=item.line,
        )


def _formulas(content: Any) -> dict[str, Formula]:
    return {str(name): read_formula(formula) for name, formula in (content or {}).items()}


def _example(content: Any, computed: Mapping[str, Formula]) -> Example | None:
    if content is None:
        return None
    if not isinstance(content, dict) or not content.get("isi") or not content.get("teks"):
        raise ValueError("`contoh` perlu `isi` dan `teks`")
    own = _formulas(content.get("hitung")) or computed
    return Example(dict(content["isi"]), str(content["teks"]).strip(), own)


def _source(written: Any) -> tuple[str, str]:
    label, mark, source = str(written).partition("#")
    if not mark or not source:
        raise ValueError(f"sumber `{written}` harus berbentuk topik/kunci#s1")
    return label, source


def _conditions(
    content: Mapping[str, Any], slots: Mapping[str, CheckSlot]
) -> Iterator[tuple[str, Condition]]:
    for name, demanded in content.items():
        slot = slots.get(name)
        if slot is None:
            raise ValueError(f"isian `{name}` tidak ada pada tabel")
        if demanded != _ANY:
            yield name, _condition(slot, demanded)


def _condition(slot: CheckSlot, demanded: Any) -> Condition:
    values: set[str] = set()
    ranges: list[tuple[int, int | None]] = []
    for one in demanded if isinstance(demanded, list) else [demanded]:
        if slot.is_number and one == _ANY_NUMBER:
            ranges.append((slot.least, None))
        elif slot.is_number and isinstance(one, dict):
            ranges.append(_range(slot, one))
        elif isinstance(one, str) and (one == UNKNOWN or not slot.is_number) and slot.takes(one):
            values.add(one)
        else:
            raise ValueError(f"`{one}` bukan nilai isian `{slot.name}`")
    return Condition(frozenset(values), tuple(ranges))


def _range(slot: CheckSlot, content: Mapping[str, Any]) -> tuple[int, int | None]:
    """Return whole numbers from and to, both inclusive."""
    bounds = {key: content[key] for key in content if isinstance(content[key], int)}
    if not bounds or set(bounds) != set(content) or not set(bounds) <= _RANGE_KEYS:
        raise ValueError(f"batas isian `{slot.name}` harus {', '.join(sorted(_RANGE_KEYS))}")
    low = bounds["lebih_dari"] + 1 if "lebih_dari" in bounds else bounds.get("mulai", slot.least)
    high = bounds["kurang_dari"] - 1 if "kurang_dari" in bounds else bounds.get("sampai")
    return max(low, slot.least), high
