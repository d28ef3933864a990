"""Rasa rules: what the assistant does on an intent, or when a form is complete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RETRIEVAL_SEPARATOR = "/"


@dataclass(frozen=True)
class Rule:
    """One rule.

    It fires on ``intents`` (any of them, with all of ``entities``), or, when ``submits`` names a
    form, after that form's last slot. ``loop`` and ``slots`` are its conditions; a slot condition
    of ``True`` means "has a value".
    """

    name: str
    actions: tuple[str, ...]
    intents: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    submits: str | None = None
    loop: str | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)
    file: Path = Path("rules.yml")
    line: int = 1


def actions_for(
    rules: Iterable[Rule],
    intent: str,
    *,
    loop: str | None,
    slots: Mapping[str, Any],
    entities: frozenset[str],
) -> tuple[str, ...] | None:
    """Return the actions of the most specific rule for ``intent``, ``None`` when there is none.

    A full label (``topik/kunci``) matches a rule for itself before one for its retrieval intent;
    among equals the rule with more conditions wins, then the earlier one.
    """
    best: tuple[int, Rule] | None = None
    for rule in rules:
        score = _score(rule, intent, loop, slots, entities)
        if score and (best is None or score > best[0]):
            best = (score, rule)
    return best[1].actions if best else None


def actions_after(
    rules: Iterable[Rule], form: str, *, slots: Mapping[str, Any]
) -> tuple[str, ...] | None:
    """Return what to do when ``form`` has all its slots."""
    for rule in rules:
        if rule.submits == form and _slots_hold(rule.slots, slots):
            return rule.actions
    return None


def _score(
    rule: Rule,
    intent: str,
    loop: str | None,
    slots: Mapping[str, Any],
    entities: frozenset[str],
) -> int:
    exact = intent in rule.intents
    if not exact and intent.partition(RETRIEVAL_SEPARATOR)[0] not in rule.intents:
        return 0
    if rule.loop and rule.loop != loop:
        return 0
    if not entities.issuperset(rule.entities) or not _slots_hold(rule.slots, slots):
        return 0
    conditions = len(rule.slots) + len(rule.entities) + (2 if rule.loop else 0)
    return 1 + 2 * conditions + (100 if exact else 0)


def _slots_hold(wanted: Mapping[str, Any], slots: Mapping[str, Any]) -> bool:
    for name, value in wanted.items():
        present = slots.get(name)
        if value is True and present is not None:
            continue
        if present != value:
            return False
    return True
