"""Danger in the messages of one turn: what the detector estimates, and exact words beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dialogue.safety import GENERAL, Safety
from dialogue.types import IncomingMessage
from nlu.types import DangerEstimate, DangerLevel, SensesDanger

_LIKELY_TOO = 0.25
"""From this share on the channels of a further kind are named as well."""
_LEVELS: tuple[DangerLevel, ...] = ("safe", "unsure", "danger")


@dataclass(frozen=True)
class Danger:
    """What a turn's messages tell. ``kinds`` are the likely ones, first the likeliest."""

    level: DangerLevel = "safe"
    kinds: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The likeliest kind, empty where nobody is in danger."""
        return self.kinds[0] if self.kinds else ""


class DangerReader:
    """Reads every message for danger, apart from what it asks. Never raises for any text.

    Without a detector (``senses`` None, or a bundle made before there was one) exact words alone
    find danger.
    """

    def __init__(self, safety: Safety, senses: SensesDanger | None) -> None:
        self._safety = safety
        self._senses = senses

    def read(self, messages: Sequence[IncomingMessage]) -> Danger:
        """Return the gravest of what the messages tell, each alone and all together."""
        if not self._safety:
            return Danger()
        texts = [m.text for m in messages if m.kind != "payload" and m.text.strip()]
        if len(texts) > 1:
            texts.append("\n".join(texts))
        found = [self._one(text) for text in texts]
        return max(found, key=lambda one: _LEVELS.index(one.level), default=Danger())

    def _one(self, text: str) -> Danger:
        estimate = self._senses.sense_danger(text) if self._senses else None
        told = _of_estimate(estimate)
        named = self._safety.named_in(text)
        if named is None:
            return told
        sure = told.kinds if told.level == "danger" else ()
        return Danger("danger", tuple(dict.fromkeys((*sure[:1], named, *sure))))


def _of_estimate(estimate: DangerEstimate | None) -> Danger:
    if estimate is None or estimate.level == "safe":
        return Danger()
    first, *others = estimate.kinds
    likely = (first.name, *(kind.name for kind in others if kind.share >= _LIKELY_TOO))
    return Danger(estimate.level, likely or (GENERAL,))
