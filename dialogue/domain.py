"""The assistant's domain in Rasa's words: intents, entities, slots, responses, forms, actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dialogue.types import Button

MappingKind = Literal["from_entity", "from_intent", "from_text", "from_trigger_intent", "custom"]
SlotKind = Literal["text", "bool", "categorical", "float", "list", "any"]


@dataclass(frozen=True)
class SlotMapping:
    """How a slot is filled. ``conditions`` are (form, requested slot or None); any may hold."""

    kind: MappingKind
    entity: str | None = None
    value: Any = None
    intents: tuple[str, ...] = ()
    not_intents: tuple[str, ...] = ()
    conditions: tuple[tuple[str | None, str | None], ...] = ()


@dataclass(frozen=True)
class Slot:
    """A named value that the assistant remembers in one conversation."""

    name: str
    kind: SlotKind = "any"
    initial_value: Any = None
    values: tuple[Any, ...] = ()
    mappings: tuple[SlotMapping, ...] = ()


@dataclass(frozen=True)
class Variation:
    """One wording of a response. ``slots`` must all have these values for it to be used."""

    text: str
    buttons: tuple[Button, ...] = ()
    channel: str | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Form:
    """Slots that are asked for one after the other."""

    name: str
    required_slots: tuple[str, ...]
    ignored_intents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Domain:
    """Everything that ``domain.yml`` declares."""

    intents: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    slots: Mapping[str, Slot] = field(default_factory=dict)
    responses: Mapping[str, tuple[Variation, ...]] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    actions: tuple[str, ...] = ()

    def initial_slots(self) -> dict[str, Any]:
        """Return the slots that have a value before anything was said."""
        return {
            name: slot.initial_value
            for name, slot in self.slots.items()
            if slot.initial_value is not None
        }
