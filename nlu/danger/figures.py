"""What the detector misses and where it cries wolf, each share with an exact interval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nlu.danger.detector import Thresholds
from nlu.danger.texts import ORDINARY, SAFE
from nlu.danger.training import Judged
from nlu.risk import upper_bound

_TAIL = 0.025
"""Each side of a 95 % interval."""


@dataclass(frozen=True)
class Share:
    """``count`` of ``of`` with the 95 % Clopper-Pearson interval ``low`` … ``high`` (0..1)."""

    count: int
    of: int

    @property
    def low(self) -> float:
        """The interval's lower end."""
        return 1.0 - upper_bound(self.of - self.count, self.of, _TAIL) if self.of else 0.0

    @property
    def high(self) -> float:
        """The interval's upper end."""
        return upper_bound(self.count, self.of, _TAIL) if self.of else 1.0

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        share = self.count / self.of if self.of else 0.0
        ends = {"low": round(self.low, 5), "high": round(self.high, 5)}
        return {"count": self.count, "of": self.of, "share": round(share, 5), **ends}


def danger_figures(judged: Iterable[Judged], thresholds: Thresholds) -> dict[str, Any]:
    """Return recall, false alarms and kinds of messages that the detector did not learn from.

    ``recall`` counts dangerous messages acted on at once, ``recall_or_asked`` also those asked
    about, ``right_kind`` those acted on as what they are; ``false_alarms`` and ``false_or_asked``
    are among look-alikes, ``ordinary_*`` among ordinary messages; ``looked`` is the share of
    ordinary messages that need the sentence vector.
    """
    rows = list(judged)
    dangerous = [one for one in rows if one.kind != SAFE]
    ordinary = [one for one in rows if one.kind == SAFE and one.group == ORDINARY]
    alike = [one for one in rows if one.kind == SAFE and one.group != ORDINARY]
    alarmed = [one for one in dangerous if one.probability >= thresholds.danger]
    shares: Mapping[str, Share] = {
        "recall": Share(len(alarmed), len(dangerous)),
        "recall_or_asked": _reached(dangerous, thresholds.unsure),
        "right_kind": Share(sum(one.told == one.kind for one in alarmed), len(alarmed)),
        "false_alarms": _reached(alike, thresholds.danger),
        "false_or_asked": _reached(alike, thresholds.unsure),
        "ordinary_false_alarms": _reached(ordinary, thresholds.danger),
        "ordinary_or_asked": _reached(ordinary, thresholds.unsure),
        "looked": Share(sum(one.looked for one in ordinary), len(ordinary)),
    }
    return {name: share.to_json() for name, share in shares.items() if share.of}


def _reached(judged: list[Judged], threshold: float) -> Share:
    return Share(sum(one.probability >= threshold for one in judged), len(judged))
