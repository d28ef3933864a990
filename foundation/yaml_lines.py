"""YAML files with their line numbers, so that every complaint can name file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from foundation.documents import check_yaml_depth
from foundation.errors import TrainingDataError


class LineDict(dict[Any, Any]):
    """A mapping that remembers the 1-based line on which it, and each of its keys, starts."""

    line: int = 0

    def __init__(self) -> None:
        super().__init__()
        self.key_lines: dict[Any, int] = {}


class LineList(list[Any]):
    """A sequence that remembers the 1-based line of itself and of each item."""

    line: int = 0

    def __init__(self) -> None:
        super().__init__()
        self.item_lines: list[int] = []


class _LineLoader(yaml.SafeLoader):
    """Safe YAML that keeps lines and refuses a key that is given twice."""


def _mapping(loader: _LineLoader, node: yaml.MappingNode) -> LineDict:
    loader.flatten_mapping(node)
    result = LineDict()
    result.line = node.start_mark.line + 1
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if key in result:
            raise yaml.constructor.ConstructorError(
                None, None, f"kunci {key!r} ditulis dua kali", key_node.start_mark
            )
        result[key] = loader.construct_object(value_node, deep=True)
        result.key_lines[key] = line
    return result


def _sequence(loader: _LineLoader, node: yaml.SequenceNode) -> LineList:
    result = LineList()
    result.line = node.start_mark.line + 1
    for item_node in node.value:
        result.append(loader.construct_object(item_node, deep=True))
        result.item_lines.append(item_node.start_mark.line + 1)
    return result


_LineLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
_LineLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_SEQUENCE_TAG, _sequence)


def read_yaml(path: Path) -> LineDict:
    """Return the top-level mapping of ``path``.

    Raises :class:`TrainingDataError` as ``file:line: what is wrong`` for a file that cannot be
    read, is not UTF-8, is not YAML, gives a key twice, or does not hold a mapping.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingDataError(f"{path}:1: berkas tidak dapat dibaca: {error}") from error
    try:
        check_yaml_depth(text)
        content = yaml.load(text, Loader=_LineLoader)  # noqa: S506 - _LineLoader is a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise TrainingDataError(f"{path}:{line}: YAML tidak sah: {error.problem}") from error
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise TrainingDataError(f"{path}:1: YAML tidak sah: {error}") from error
    if not isinstance(content, LineDict):
        raise TrainingDataError(f"{path}:1: berkas harus berisi pasangan kunci dan nilai")
    return content


def line_of(where: Any, key: Any = None) -> int:
    """Return the line of a mapping or sequence (or of one of its keys or items), else 1."""
    if isinstance(where, LineDict):
        return where.key_lines.get(key, where.line)
    if isinstance(where, LineList) and isinstance(key, int) and key < len(where.item_lines):
        return where.item_lines[key]
    return getattr(where, "line", 1)
