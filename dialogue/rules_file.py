"""Reads ``rules.yml`` in Rasa 3's form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dialogue.findings import Findings
from dialogue.rules import Rule
from foundation.yaml_lines import LineDict, line_of

_RULE_KEYS = {"rule", "condition", "steps"}
_STEP_KEYS = {"intent", "entities", "action", "active_loop", "slot_was_set", "or", "user"}


def read_rules(content: LineDict, path: Path, findings: Findings) -> tuple[Rule, ...]:
    """Return the rules of one file, noting what is wrong."""
    items = content.get("rules") or ()
    if not isinstance(items, (list, tuple)):
        findings.error(path, content, "`rules` harus berupa daftar", key="rules")
        return ()
    reader = _Reader(path, findings)
    return tuple(filter(None, map(reader.rule, items)))


class _Reader:
    def __init__(self, path: Path, findings: Findings) -> None:
        self._path = path
        self._findings = findings

    def rule(self, item: Any) -> Rule | None:
        if not isinstance(item, LineDict) or not item.get("rule"):
            self._findings.error(self._path, item, "aturan perlu nama pada kunci `rule`")
            return None
        for key in item:
            if key not in _RULE_KEYS:
                self._unsupported(item, key)
        parts = _Parts()
        for step in item.get("condition") or ():
            parts.condition(step)
        for step in item.get("steps") or ():
            self._step(step, parts)
        if not parts.actions or not (parts.intents or parts.submits):
            self._findings.error(
                self._path, item, f"aturan `{item['rule']}` perlu satu `intent` dan satu `action`"
            )
            return None
        return Rule(
            name=str(item["rule"]),
            actions=tuple(parts.actions),
            intents=tuple(parts.intents),
            entities=tuple(parts.entities),
            submits=parts.submits,
            loop=None if parts.submits else parts.loop,
            slots=parts.slots,
            file=self._path,
            line=line_of(item),
        )

    def _step(self, step: Any, parts: _Parts) -> None:
        if not isinstance(step, LineDict):
            self._findings.error(self._path, step, "langkah aturan harus berupa kunci dan nilai")
            return
        for key in step:
            if key not in _STEP_KEYS:
                self._unsupported(step, key)
        if parts.actions and ("intent" in step or "or" in step):
            self._findings.error(self._path, step, "aturan hanya boleh memuat satu giliran warga")
            return
        parts.step(step)

    def _unsupported(self, where: LineDict, key: str) -> None:
        self._findings.warning(
            self._path, where, f"kunci `{key}` tidak didukung dan diabaikan", key=key
        )


class _Parts:
    """What the conditions and steps of one rule add up to."""

    def __init__(self) -> None:
        self.intents: list[str] = []
        self.entities: list[str] = []
        self.actions: list[str] = []
        self.slots: dict[str, Any] = {}
        self.loop: str | None = None
        self.submits: str | None = None

    def condition(self, step: Any) -> None:
        if not isinstance(step, LineDict):
            return
        if "active_loop" in step:
            self.loop = step["active_loop"]
        for entry in step.get("slot_was_set") or ():
            self.slots.update(entry if isinstance(entry, dict) else {str(entry): True})
        self.slots.pop("requested_slot", None)

    def step(self, step: LineDict) -> None:
        if "intent" in step:
            self.intents.append(str(step["intent"]))
            self.entities += map(_entity_name, step.get("entities") or ())
        for choice in step.get("or") or ():
            if isinstance(choice, dict) and "intent" in choice:
                self.intents.append(str(choice["intent"]))
        if "action" in step:
            self.actions.append(str(step["action"]))
        if "active_loop" in step and step["active_loop"] is None and self.actions:
            self._closes_form()

    def _closes_form(self) -> None:
        """Note the form whose end (``action: form``, ``active_loop: null``) this rule follows."""
        if not self.intents and self.actions[0] == self.loop:
            self.submits = self.loop
            self.actions = self.actions[1:]


def _entity_name(entry: Any) -> str:
    return str(next(iter(entry))) if isinstance(entry, dict) else str(entry)
