"""Reads a verdict off a decision table, or which slot must be asked next. Pure and total."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from dialogue.checks.table import UNKNOWN, CheckRow, CheckSlot, CheckTable, Value


def usable(table: CheckTable, values: Mapping[str, object]) -> dict[str, Value]:
    """Return what ``values`` tell of the table's slots: sound ones, defaults, what is implied."""
    found: dict[str, Value] = {}
    for slot in table.slots:
        value = values.get(slot.name, slot.default)
        if isinstance(value, str | int) and slot.takes(value):
            found[slot.name] = value
    for slot in table.slots:
        if slot.name not in found and (implied := _implied(slot, found)):
            found[slot.name] = implied
        limit, value = found.get(slot.at_most), found.get(slot.name)
        if isinstance(limit, int) and isinstance(value, int) and value > limit:
            del found[slot.name]
    return found


def deciding_row(table: CheckTable, values: Mapping[str, Value]) -> CheckRow | None:
    """Return the row that holds whatever the missing slots may be, ``None`` while it is open."""
    possible = _possible(table, values)
    certain = [row for row in possible if set(row.conditions) <= set(values)]
    best = max(certain, key=lambda row: row.rank, default=None)
    if best is None or any(row.rank > best.rank for row in possible):
        return None
    return best


def next_slot(table: CheckTable, values: Mapping[str, Value]) -> CheckSlot | None:
    """Return the first slot without a value on which the verdict still depends."""
    possible = _possible(table, values)
    certain = [row.rank for row in possible if set(row.conditions) <= set(values)]
    matters = {
        name
        for row in possible
        if row.rank >= max(certain, default=row.rank)
        for name in row.conditions
    }
    left = (slot for slot in table.slots if slot.name in matters and slot.name not in values)
    return next(left, None)


def fitting_rows(table: CheckTable, values: Mapping[str, Value]) -> list[CheckRow]:
    """Return the rows of the highest rank that fit complete ``values``; a sound table has one."""
    fitting = [
        row for row in _possible(table, values) if all(name in values for name in row.conditions)
    ]
    top = max((row.rank for row in fitting), default=0)
    return [row for row in fitting if row.rank == top]


def computed(row: CheckRow, values: Mapping[str, Value]) -> dict[str, Decimal]:
    """Return the row's computed figures. Raises ``KeyError`` for a slot without a number."""
    numbers = {name: value for name, value in values.items() if isinstance(value, int)}
    return {name: formula.value(numbers) for name, formula in row.computed.items()}


def _possible(table: CheckTable, values: Mapping[str, Value]) -> list[CheckRow]:
    return [
        row
        for row in table.rows
        if all(
            condition.holds(values[name])
            for name, condition in row.conditions.items()
            if name in values
        )
    ]


def _implied(slot: CheckSlot, values: Mapping[str, Value]) -> str | None:
    """Return the one choice that other values tell ("an omzet has who trades already")."""
    told = [
        choice.value
        for choice in slot.choices
        if any(values.get(name, UNKNOWN) != UNKNOWN for name in choice.implied_by)
    ]
    return told[0] if len(told) == 1 else None
