"""The words of a verdict: what holds, why, an example, a checklist, the sources and the year."""

from __future__ import annotations

from collections.abc import Mapping

from dialogue.answer_text import SOURCE_LENGTH, source_line
from dialogue.checks.engine import computed
from dialogue.checks.figures import digits, rupiah
from dialogue.checks.table import UNKNOWN, CheckRow, Checks, CheckSlot, CheckTable, Value
from dialogue.knowledge import KnowledgeEntry
from dialogue.wording import fill_blanks


def verdict_text(
    checks: Checks,
    table: CheckTable,
    row: CheckRow,
    values: Mapping[str, Value],
    knowledge: Mapping[str, KnowledgeEntry],
) -> str:
    """Return the whole verdict as one text."""
    words = checks.words
    blanks = shown_values(table, values) | {
        name: rupiah(amount) for name, amount in computed(row, values).items()
    }
    items = "\n".join(f"- {fill_blanks(line, blanks)}" for line in row.checklist)
    return fill_blanks(
        words.say("hasil_belum_pasti" if row.ask_whom else "hasil"),
        {
            "putusan": fill_blanks(row.verdict, blanks),
            "alasan": fill_blanks(row.reason, blanks),
            "contoh": _after_blank_line(_example(checks, table, row)),
            "daftar": _after_blank_line(f"{words.say('daftar')}\n{items}" if items else ""),
            "tanya_ke": row.ask_whom,
            "sumber": _sources(row, knowledge),
            "tahun": knowledge[row.label].tahun,
        },
    )


def shown(slot: CheckSlot, value: Value) -> str:
    """Return a value as residents read it."""
    if isinstance(value, int):
        return rupiah(value) if slot.kind == "uang" else digits(value)
    return next((choice.title for choice in slot.choices if choice.value == value), value)


def shown_values(table: CheckTable, values: Mapping[str, Value]) -> dict[str, str]:
    """Return the known values of a table's slots as residents read them."""
    return {
        slot.name: shown(slot, values[slot.name])
        for slot in table.slots
        if values.get(slot.name, UNKNOWN) != UNKNOWN
    }


def _example(checks: Checks, table: CheckTable, row: CheckRow) -> str:
    if row.example is None:
        return ""
    blanks = shown_values(table, row.example.values) | {
        name: rupiah(formula.value(row.example.values))
        for name, formula in row.example.computed.items()
    }
    return fill_blanks(checks.words.say("contoh"), {"teks": fill_blanks(row.example.text, blanks)})


def _after_blank_line(text: str) -> str:
    return f"\n\n{text}" if text else ""


def _sources(row: CheckRow, knowledge: Mapping[str, KnowledgeEntry]) -> str:
    found = [
        source
        for label, name in row.sources
        if label in knowledge
        for source in knowledge[label].sources
        if source.id == name
    ]
    strong_first = sorted(found, key=lambda source: not source.is_strong)
    return source_line(strong_first, most=SOURCE_LENGTH)
