"""The values that pass between the NLU and the packages above it. Pure data, no heavy imports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

Decision = Literal["answer", "clarify", "handoff"]

OUT_OF_SCOPE = "di_luar_topik"
"""The trained class of messages that this office cannot answer."""


@dataclass(frozen=True)
class Intent:
    """One label with its calibrated probability (0..1).

    ``name`` is a full label: ``topik/kunci`` for knowledge (a Rasa retrieval intent and its
    response key), a plain name for an act.
    """

    name: str
    confidence: float


@dataclass(frozen=True)
class Entity:
    """A piece of the original text, in Rasa's form: ``text[start:end]`` means ``value``."""

    entity: str
    start: int
    end: int
    value: str
    confidence: float = 1.0


@dataclass(frozen=True)
class Understanding:
    """What one message was taken to mean.

    ``ranking`` is sorted by falling confidence and starts with ``intent``; ``out_of_scope`` is
    the separate score (0..1, higher is stranger); ``decision`` is what the risk target permits.
    """

    text: str
    intent: Intent
    ranking: tuple[Intent, ...]
    entities: tuple[Entity, ...] = ()
    decision: Decision = "handoff"
    out_of_scope: float = 0.0
    model_version: str = ""
    segments: tuple[Understanding, ...] = field(default=(), repr=False)
    """Understandings of the single questions when one message asks several; else empty."""


class Understands(Protocol):
    """The port of the NLU: whatever turns texts into Understandings."""

    @property
    def version(self) -> str:
        """The version of the bundle that answers."""
        ...

    def understand(self, text: str) -> Understanding:
        """Understand one message. Never raises for any ``str``, lone surrogates included."""
        ...


CHOICES = 3
"""Labels that a clarifying question offers."""

CLARIFY_FROM = 0.5
"""A clarifying question pays when the right label is more likely among its choices than not."""


def decide(ranking: Sequence[Intent], answer_from: float) -> Decision:
    """Return what the risk target permits for a ranking (sorted by falling confidence).

    ``answer`` from the confidence ``answer_from`` on; below it ``clarify`` when the first three
    in-scope labels together are more likely right than not; else ``handoff``.
    """
    if ranking[0].confidence >= answer_from:
        return "answer"
    offered = [intent.confidence for intent in ranking if intent.name != OUT_OF_SCOPE][:CHOICES]
    return "clarify" if sum(offered) >= CLARIFY_FROM else "handoff"
