"""What is wrong with a decision table: gaps, overlaps, rows out of reach, figures of no source."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from dialogue.checks.engine import fitting_rows
from dialogue.checks.figures import numbers_in
from dialogue.checks.table import UNKNOWN, CheckRow, Checks, CheckSlot, CheckTable, Value
from dialogue.knowledge import KnowledgeEntry

_BLANK = re.compile(r"\{(\w+)\}")
_MOST_COMBINATIONS = 50_000
_MOST_TOLD = 3
"""So many of a table's gaps and overlaps are told; the others have the same cause as a rule."""


@dataclass(frozen=True)
class CheckIssue:
    """A complaint about one table; ``line`` is that of the row where there is one."""

    text: str
    line: int = 1


def check_issues(
    checks: Checks, knowledge: Mapping[str, KnowledgeEntry]
) -> Iterator[tuple[CheckTable, CheckIssue]]:
    """Yield what must be mended, table by table."""
    owners: dict[str, CheckSlot] = {}
    for table in checks.tables.values():
        for slot in table.slots:
            if owners.setdefault(slot.name, slot) != slot:
                yield table, CheckIssue(f"isian `{slot.name}` berbeda dengan di tabel lain")
        for issue in (*_of_labels(table, knowledge), *_of_slots(table), *_of_coverage(table)):
            yield table, issue
        for row in table.rows:
            for text in (*_of_figures(row, table, knowledge), *_of_blanks(row, table)):
                yield table, CheckIssue(f"baris `{row.name}`: {text}", row.line)


def combinations(table: CheckTable) -> Iterator[dict[str, Value]]:
    """Yield complete values, one for each combination that the rows can tell apart."""
    atoms = [atoms_of(slot, table) for slot in table.slots]
    names = [slot.name for slot in table.slots]
    for combined in itertools.product(*atoms):
        values = dict(zip(names, combined, strict=True))
        if _possible(table, values):
            yield values


def atoms_of(slot: CheckSlot, table: CheckTable) -> list[Value]:
    """Return one value for each part of the slot's range that no row divides further."""
    found: list[Value] = [choice.value for choice in slot.choices]
    if slot.is_number:
        starts = {slot.least}
        for row in table.rows:
            condition = row.conditions.get(slot.name)
            for low, high in condition.ranges if condition else ():
                starts.add(low)
                if high is not None:
                    starts.add(high + 1)
        found += sorted(number for number in starts if slot.takes(number))
    return [*found, UNKNOWN] if slot.may_be_unknown else found


def _possible(table: CheckTable, values: Mapping[str, Value]) -> bool:
    for slot in table.slots:
        value, limit = values[slot.name], values.get(slot.at_most)
        if isinstance(value, int) and isinstance(limit, int) and value > limit:
            return False
    return True


def _of_labels(table: CheckTable, knowledge: Mapping[str, KnowledgeEntry]) -> Iterator[CheckIssue]:
    for label in (*table.labels, *table.starts_on):
        if label not in knowledge:
            yield CheckIssue(f"label `{label}` tidak ada di knowledge/")
    names = [row.name for row in table.rows]
    for row in table.rows:
        if names.count(row.name) > 1:
            yield CheckIssue(f"nama baris `{row.name}` dipakai dua kali", row.line)
        if row.label not in knowledge:
            yield CheckIssue(f"label `{row.label}` tidak ada di knowledge/", row.line)
        elif knowledge[row.label].uncertain and not row.ask_whom:
            text = f"baris `{row.name}`: jawaban `{row.label}` belum pasti, isi `belum_pasti`"
            yield CheckIssue(text, row.line)
        if not row.sources:
            yield CheckIssue(f"baris `{row.name}` tanpa sumber", row.line)
        for label, source in row.sources:
            entry = knowledge.get(label)
            if entry is None or source not in {item.id for item in entry.sources}:
                yield CheckIssue(f"sumber `{label}#{source}` tidak ada", row.line)


def _of_slots(table: CheckTable) -> Iterator[CheckIssue]:
    used = {name for row in table.rows for name in row.conditions}
    names = {slot.name for slot in table.slots}
    for name in sorted(set(table.starts_by) - names):
        yield CheckIssue(f"`mulai_bila` menyebut isian `{name}` yang tidak ada")
    for slot in table.slots:
        if slot.name not in used and slot.default is None:
            yield CheckIssue(f"isian `{slot.name}` tidak dipakai baris mana pun")
        implied = {name for choice in slot.choices for name in choice.implied_by}
        for name in sorted(({slot.at_most} - {""} | implied) - names):
            yield CheckIssue(f"isian `{slot.name}` menyebut isian `{name}` yang tidak ada")


def _of_coverage(table: CheckTable) -> Iterator[CheckIssue]:
    size = 1
    for slot in table.slots:
        size *= len(atoms_of(slot, table))
    if size > _MOST_COMBINATIONS:
        yield CheckIssue(f"tabel terlalu besar untuk diperiksa: {size} gabungan isian")
        return
    reached: set[str] = set()
    gaps: list[str] = []
    overlaps: dict[str, str] = {}
    for values in combinations(table):
        rows = fitting_rows(table, values)
        told = ", ".join(f"{name}: {value}" for name, value in values.items())
        reached.update(row.name for row in rows)
        if not rows:
            gaps.append(told)
        elif len(rows) > 1:
            names = " dan ".join(f"`{row.name}`" for row in rows)
            overlaps.setdefault(names, told)
    for told in gaps[:_MOST_TOLD]:
        yield CheckIssue(f"tidak ada baris untuk {told} ({len(gaps)} gabungan tanpa baris)")
    for names, told in list(overlaps.items())[:_MOST_TOLD]:
        yield CheckIssue(f"baris {names} sama-sama menjawab {told}")
    for row in table.rows:
        if row.name not in reached:
            yield CheckIssue(f"baris `{row.name}` tidak pernah tercapai", row.line)


def _of_figures(
    row: CheckRow, table: CheckTable, knowledge: Mapping[str, KnowledgeEntry]
) -> Iterator[str]:
    known: set[Decimal] = set()
    for label in {row.label, *(label for label, _ in row.sources)}:
        entry = knowledge.get(label)
        if entry is not None:
            told = (entry.fact, entry.judul, entry.ringkas, entry.jawaban, str(entry.tahun))
            known |= numbers_in("\n".join((*told, *entry.sumber)))
    stated = {number for text in row.texts for number in numbers_in(_BLANK.sub(" ", text))}
    formulas = (*row.computed.values(), *(row.example.computed.values() if row.example else ()))
    for formula in formulas:
        stated |= {Decimal(f"{number:f}") for number in formula.constants()}
    for name, condition in row.conditions.items():
        slot = table.slot(name)
        for low, high in condition.ranges:
            # "lebih dari 500" begins at 501: either number may be the one that the fact states.
            if slot is not None and low != slot.least and not {low, low - 1} & known:
                stated.add(Decimal(low))
            if high is not None and not {high, high + 1} & known:
                stated.add(Decimal(high))
    for number in sorted(stated - known):
        yield f"angka {number:f} tidak ada di `fakta` jawabannya"


def _of_blanks(row: CheckRow, table: CheckTable) -> Iterator[str]:
    sure = {
        name
        for name, condition in row.conditions.items()
        if condition.ranges and UNKNOWN not in condition.values
    }
    sure |= {slot.name for slot in table.slots if slot.default is not None}
    for formula in row.computed.values():
        for name in sorted(set(formula.slots()) - sure):
            yield f"`hitung` memakai `{name}` yang belum tentu terisi"
    texts = (row.verdict, row.reason, *row.checklist)
    for blank in sorted({name for text in texts for name in _BLANK.findall(text)}):
        if blank not in sure | set(row.computed):
            yield f"`{{{blank}}}` belum tentu terisi"
    yield from _of_example(row)


def _of_example(row: CheckRow) -> Iterator[str]:
    if row.example is None:
        return
    known = set(row.example.values)
    for blank in sorted(set(_BLANK.findall(row.example.text)) - known - set(row.example.computed)):
        yield f"`{{{blank}}}` pada contoh tidak ada di `isi`"
    for formula in row.example.computed.values():
        for name in sorted(set(formula.slots()) - known):
            yield f"contoh perlu nilai `{name}`"
