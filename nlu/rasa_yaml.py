"""Reads the ``nlu`` section of Rasa YAML 3.1 files with the line of every example.

Accepted: ``intent`` items (with ``examples`` as a literal block or as a list of ``text``
mappings), and ``synonym``, ``regex`` and ``lookup`` items, which hold no examples. Entity
annotations, ``[text](entity)``, ``[text](entity:value)`` and ``[text]{"entity": …}``, are taken
out of the text; their spans index into what remains.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from foundation.documents import check_yaml_depth, read_json
from foundation.errors import TrainingDataError
from nlu.example import Example
from nlu.types import Entity

_ANNOTATION = re.compile(
    r"\[(?P<text>[^\[\]]+)\]"
    r"(?:\((?P<entity>[^():]+)(?::(?P<value>[^()]+))?\)|(?P<object>\{[^{}]+\}))"
)
_OTHER_ITEMS = ("synonym", "regex", "lookup")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_rasa_yaml(content: str, name: str) -> Iterator[Example]:
    """Yield the examples of one file's ``nlu`` section; none when it has no such section.

    Raises :class:`TrainingDataError` that starts with ``name:line``.
    """
    try:
        check_yaml_depth(content)
        root = yaml.compose(content, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise TrainingDataError(f"{name}:{line}: YAML tidak sah ({error.problem})") from error
    except (yaml.YAMLError, ValueError) as error:
        raise TrainingDataError(f"{name}:0: YAML tidak sah ({error})") from error
    if root is None:
        return
    section = _mapping(root, name).get("nlu")
    if section is None:
        return
    if not isinstance(section, SequenceNode):
        raise _error(section, name, "nlu harus berupa daftar")
    for item in section.value:
        yield from _read_item(item, name)


def strip_annotations(marked: str) -> tuple[str, tuple[Entity, ...]]:
    """Return the plain text and its entities.

    Raises ``ValueError`` when a ``{…}`` annotation is not JSON with an ``entity``.

    >>> strip_annotations("dari [Ciawi](kecamatan) pak")[0]
    'dari Ciawi pak'
    """
    entities: list[Entity] = []
    plain, end = "", 0
    for match in _ANNOTATION.finditer(marked):
        plain += marked[end : match.start()]
        kind, value = _annotation(match)
        stop = len(plain) + len(match["text"])
        entities.append(Entity(kind, len(plain), stop, value))
        plain, end = plain + match["text"], match.end()
    return plain + marked[end:], tuple(entities)


def _annotation(match: re.Match[str]) -> tuple[str, str]:
    if match["object"] is None:
        return match["entity"].strip(), (match["value"] or match["text"]).strip()
    content = read_json(match["object"])
    if "entity" not in content:
        raise ValueError("anotasi berkurung kurawal perlu entity")
    return str(content["entity"]), str(content.get("value", match["text"]))


def _read_item(item: Node, name: str) -> Iterator[Example]:
    fields = _mapping(item, name)
    if any(kind in fields for kind in _OTHER_ITEMS):
        return
    intent, examples = fields.get("intent"), fields.get("examples")
    if not isinstance(intent, ScalarNode) or not intent.value.strip():
        raise _error(item, name, "butir nlu perlu intent, synonym, regex, atau lookup")
    if examples is None:
        raise _error(item, name, f"intent {intent.value} tidak punya contoh")
    for text, line in _example_lines(examples, name):
        yield _example(text, intent.value.strip(), name, line)


def _example(marked: str, intent: str, name: str, line: int) -> Example:
    try:
        text, entities = strip_annotations(marked)
    except ValueError as error:
        raise TrainingDataError(f"{name}:{line}: anotasi entitas keliru ({error})") from error
    return Example(text, intent, entities, name, line)


def _example_lines(node: Node, name: str) -> Iterator[tuple[str, int]]:
    """Yield each example's text with its line number (from 1)."""
    if isinstance(node, ScalarNode):
        yield from _block_lines(node, name)
        return
    if not isinstance(node, SequenceNode):
        raise _error(node, name, "examples harus berupa blok baris atau daftar")
    for item in node.value:
        text = _mapping(item, name).get("text") if isinstance(item, MappingNode) else item
        if not isinstance(text, ScalarNode):
            raise _error(item, name, "contoh dalam daftar perlu teks")
        yield text.value.strip().removeprefix("- "), text.start_mark.line + 1


def _block_lines(node: ScalarNode, name: str) -> Iterator[tuple[str, int]]:
    if node.style != "|":
        raise _error(node, name, "examples harus berupa blok (|) atau daftar")
    first = node.start_mark.line + 2
    for number, line in enumerate(node.value.split("\n"), start=first):
        stripped = line.strip()
        if not stripped:
            continue
        if not stripped.startswith("-") or not stripped[1:].strip():
            raise TrainingDataError(f"{name}:{number}: contoh harus diawali '- ' lalu teks")
        yield stripped[1:].strip(), number


def _mapping(node: Node, name: str) -> dict[str, Node]:
    if not isinstance(node, MappingNode):
        raise _error(node, name, "di sini seharusnya pasangan kunci dan nilai")
    return {str(key.value): value for key, value in node.value}


def _error(node: Node, name: str, problem: str) -> TrainingDataError:
    return TrainingDataError(f"{name}:{node.start_mark.line + 1}: {problem}")
