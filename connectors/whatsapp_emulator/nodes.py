"""Reading one JSON object of a request, with complaints as the Graph API makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.whatsapp_emulator.graph_errors import GraphError


@dataclass(frozen=True)
class Node:
    """A JSON object and the path by which it is named in complaints.

    Missing things raise :class:`GraphError` 131008, wrong values 131009, wrong shapes 100.
    """

    value: Mapping[str, Any]
    path: str

    def only(self, *names: str) -> Node:
        """Refuse keys that the API does not know here."""
        unknown = sorted(set(self.value) - set(names))
        if unknown:
            raise GraphError(100, f'Unexpected key "{unknown[0]}" on param "{self.path}"')
        return self

    def has(self, name: str) -> bool:
        """Whether the key is there and not null."""
        return self.value.get(name) is not None

    def text(self, name: str, limit: int, *, required: bool = True) -> str:
        """Return a string of 1 to ``limit`` characters; ``""`` when absent and not required."""
        where = f"{self.path}.{name}"
        if not self.has(name):
            if required:
                raise GraphError(131008, f"{where} is required")
            return ""
        value = self.value[name]
        if not isinstance(value, str):
            raise GraphError(100, f"{where} must be a string")
        if not 1 <= len(value) <= limit or not value.strip():
            raise GraphError(131009, f"{where} length invalid. Min length: 1, Max length: {limit}")
        return value

    def constant(self, name: str, *allowed: str) -> str:
        """Return a string that must be one of ``allowed``."""
        value = self.text(name, 100)
        if value not in allowed:
            raise GraphError(131009, f"{self.path}.{name} must be one of {', '.join(allowed)}")
        return value

    def node(self, name: str) -> Node:
        """Return the object under ``name``."""
        if not self.has(name):
            raise GraphError(131008, f"{self.path}.{name} is required")
        return as_node(self.value[name], f"{self.path}.{name}")

    def nodes(self, name: str, *, most: int) -> list[Node]:
        """Return the 1 to ``most`` objects of the list under ``name``."""
        items = self.value.get(name)
        where = f"{self.path}.{name}"
        if items is None:
            raise GraphError(131008, f"{where} is required")
        if not isinstance(items, Sequence) or isinstance(items, str):
            raise GraphError(100, f"{where} must be an array")
        if not 1 <= len(items) <= most:
            raise GraphError(131009, f"{where} must have 1 to {most} items")
        return [as_node(item, f"{where}[{index}]") for index, item in enumerate(items)]


def as_node(value: object, path: str) -> Node:
    """Return ``value`` as a node. Raises :class:`GraphError` 100 when it is no object."""
    if not isinstance(value, Mapping):
        raise GraphError(100, f"{path} must be an object")
    return Node(value, path)
