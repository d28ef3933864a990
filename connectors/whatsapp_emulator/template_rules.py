"""Templates: which exist, and whether a send fills one properly."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from connectors.whatsapp_emulator.graph_errors import GraphError
from connectors.whatsapp_emulator.nodes import Node

_BODY = 1024
_FORBIDDEN_IN_PARAMETER = re.compile(r"[\n\t]| {5}")


@dataclass(frozen=True)
class Template:
    """A template as it was submitted for approval."""

    name: str
    language: str
    category: str
    status: str
    body: str
    buttons: tuple[str, ...]

    @property
    def parameters(self) -> int:
        """How many values the body needs."""
        return len(set(re.findall(r"\{\{(\d+)\}\}", self.body)))

    def filled(self, values: list[str]) -> str:
        """Return the body with the values in place."""
        return re.sub(r"\{\{(\d+)\}\}", lambda m: values[int(m.group(1)) - 1], self.body)


@cache
def known_templates() -> dict[tuple[str, str], Template]:
    """Return the templates of the emulated account by (name, language)."""
    rows = json.loads((Path(__file__).parent / "templates.json").read_text(encoding="utf-8"))
    templates = [Template(**{**row, "buttons": tuple(row["buttons"])}) for row in rows]
    return {(t.name, t.language): t for t in templates}


@dataclass(frozen=True)
class FilledTemplate:
    """A template with its values: what the phone shows."""

    template: Template
    text: str
    buttons: tuple[tuple[str, str], ...]
    """(payload, label) of each quick reply."""


def check_template(node: Node) -> FilledTemplate:
    """Check the object under ``template``. Raises :class:`GraphError` 132000-132069, 131008 …"""
    node.only("name", "language", "components")
    name = node.text("name", 512)
    language = node.node("language").only("code", "policy").text("code", 20)
    template = known_templates().get((name, language))
    if template is None:
        raise GraphError(132001, f"template name ({name}) does not exist in {language}")
    if template.status == "PAUSED":
        raise GraphError(132015, f"template {name} is paused due to low quality")
    if template.status != "APPROVED":
        raise GraphError(132016, f"template {name} is disabled")
    values, payloads = _components(node, template)
    if len(values) != template.parameters:
        raise GraphError(
            132000,
            f"number of localizable_params ({len(values)}) does not match the expected number "
            f"of params ({template.parameters})",
        )
    text = template.filled(values)
    if len(text) > _BODY:
        raise GraphError(132005, f"body: translated text too long, over {_BODY}")
    buttons = tuple((payloads.get(i, label), label) for i, label in enumerate(template.buttons))
    return FilledTemplate(template, text, buttons)


def _components(node: Node, template: Template) -> tuple[list[str], dict[int, str]]:
    values: list[str] = []
    payloads: dict[int, str] = {}
    if not node.has("components"):
        return values, payloads
    for component in node.nodes("components", most=12):
        component.only("type", "parameters", "sub_type", "index")
        if component.constant("type", "body", "button") == "body":
            values = [_value(p) for p in component.nodes("parameters", most=100)]
        else:
            index, payload = _button(component, template)
            payloads[index] = payload
    return values, payloads


def _value(parameter: Node) -> str:
    parameter.only("type", "text", "parameter_name").constant("type", "text")
    text = parameter.text("text", _BODY)
    if _FORBIDDEN_IN_PARAMETER.search(text):
        raise GraphError(132018, "Param text cannot have new-line/tab characters or many spaces")
    return text


def _button(component: Node, template: Template) -> tuple[int, str]:
    component.constant("sub_type", "quick_reply")
    index = str(component.value.get("index", ""))
    if not index.isdecimal() or int(index) >= len(template.buttons):
        raise GraphError(131009, f"{component.path}.index has no button")
    parameter = component.nodes("parameters", most=1)[0].only("type", "payload")
    parameter.constant("type", "payload")
    return int(index), parameter.text("payload", 128)
