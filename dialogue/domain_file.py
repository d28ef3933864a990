"""Reads ``domain.yml``; Rasa 3 domains load unchanged, unsupported keys are named."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

from dialogue.action_names import BUILT_IN_ACTIONS, IGNORED_ACTIONS
from dialogue.domain import Domain, Form, MappingKind, Slot, SlotKind, SlotMapping
from dialogue.findings import Findings
from dialogue.response_file import read_responses
from foundation.yaml_lines import LineDict

_KEYS = {"version", "intents", "entities", "slots", "responses", "forms", "actions"}
_SLOT_KEYS = {"type", "initial_value", "values", "mappings", "influence_conversation"}
_MAPPING_KEYS = {"type", "entity", "value", "intent", "not_intent", "conditions"}
_FORM_KEYS = {"required_slots", "ignored_intents"}


def read_domain(content: LineDict, path: Path, findings: Findings) -> Domain:
    """Return the domain that ``content`` (of ``path``) declares, noting what is wrong."""
    reader = _Reader(path, findings)
    reader.unsupported(content, _KEYS)
    domain = Domain(
        intents=reader.names(content, "intents"),
        entities=reader.names(content, "entities"),
        slots=reader.slots(content.get("slots")),
        responses=read_responses(content.get("responses"), path, findings),
        forms=reader.forms(content.get("forms")),
        actions=reader.names(content, "actions"),
    )
    known = BUILT_IN_ACTIONS | IGNORED_ACTIONS | set(domain.responses)
    for index, action in enumerate(domain.actions):
        if action not in known:
            text = f"aksi `{action}` tidak didukung dan diabaikan"
            findings.warning(path, content["actions"], text, key=index)
    return domain


class _Reader:
    def __init__(self, path: Path, findings: Findings) -> None:
        self._path = path
        self._findings = findings

    def unsupported(self, where: LineDict, known: set[str]) -> None:
        for key in where:
            if key not in known:
                self._findings.warning(
                    self._path, where, f"kunci `{key}` tidak didukung dan diabaikan", key=key
                )

    def names(self, content: LineDict, key: str) -> tuple[str, ...]:
        items = content.get(key) or []
        if not isinstance(items, list):
            self._findings.error(self._path, content, f"`{key}` harus berupa daftar", key=key)
            return ()
        found: list[str] = []
        for index, item in enumerate(items):
            name = self._name(item, index, items)
            if name in found:
                self._findings.error(self._path, items, f"`{name}` ditulis dua kali", key=index)
            elif name:
                found.append(name)
        return tuple(found)

    def _name(self, item: Any, index: int, items: Any) -> str:
        if isinstance(item, LineDict) and len(item) == 1:
            name, options = next(iter(item.items()))
            if isinstance(options, LineDict):
                self.unsupported(options, set())
            return str(name)
        if isinstance(item, str) and item.strip():
            return item.strip()
        self._findings.error(self._path, items, "nama diharapkan di sini", key=index)
        return ""

    def slots(self, content: Any) -> dict[str, Slot]:
        slots: dict[str, Slot] = {}
        for name, item in self._table(content, "slots").items():
            if not isinstance(item, LineDict):
                self._findings.error(self._path, content, f"slot `{name}` perlu `type`", key=name)
                continue
            self.unsupported(item, _SLOT_KEYS)
            kind: Any = item.get("type")
            if kind not in get_args(SlotKind):
                self._findings.error(
                    self._path, item, f"jenis slot `{kind}` tidak dikenal", key="type"
                )
                kind = "any"
            slots[str(name)] = Slot(
                name=str(name),
                kind=kind,
                initial_value=item.get("initial_value"),
                values=tuple(item.get("values") or ()),
                mappings=self._mappings(item),
            )
        return slots

    def _mappings(self, slot: LineDict) -> tuple[SlotMapping, ...]:
        found: list[SlotMapping] = []
        for item in slot.get("mappings") or ():
            if not isinstance(item, LineDict) or item.get("type") not in get_args(MappingKind):
                self._findings.error(self._path, item, "pemetaan slot perlu `type` yang dikenal")
                continue
            self.unsupported(item, _MAPPING_KEYS)
            if item["type"] == "from_entity" and not item.get("entity"):
                self._findings.error(self._path, item, "`from_entity` perlu `entity`")
            found.append(
                SlotMapping(
                    kind=item["type"],
                    entity=item.get("entity"),
                    value=item.get("value"),
                    intents=_texts(item.get("intent")),
                    not_intents=_texts(item.get("not_intent")),
                    conditions=tuple(
                        (condition.get("active_loop"), condition.get("requested_slot"))
                        for condition in item.get("conditions") or ()
                        if isinstance(condition, LineDict)
                    ),
                )
            )
        return tuple(found)

    def forms(self, content: Any) -> dict[str, Form]:
        forms: dict[str, Form] = {}
        for name, item in self._table(content, "forms").items():
            if not isinstance(item, LineDict) or "required_slots" not in item:
                self._findings.error(
                    self._path, content, f"formulir `{name}` perlu `required_slots`", key=name
                )
                continue
            self.unsupported(item, _FORM_KEYS)
            forms[str(name)] = Form(
                str(name), _texts(item["required_slots"]), _texts(item.get("ignored_intents"))
            )
        return forms

    def _table(self, content: Any, key: str) -> LineDict:
        if content is None:
            return LineDict()
        if not isinstance(content, LineDict):
            self._findings.error(self._path, content, f"`{key}` harus berisi nama dan isinya")
            return LineDict()
        return content


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)
