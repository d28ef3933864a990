"""The gate: may a candidate take the place of the bundle that answers now? Pure, no effects.

Both are compared on the same messages, so what counts are the messages on which they differ:
McNemar's exact test (one-sided: is the candidate worse?) overall, per topic and per critical label,
and a paired bootstrap of the overall difference. Losses of other labels are shown, not gated.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlu import OUT_OF_SCOPE, Prediction

ALPHA = 0.05
"""A loss that chance alone would bring in fewer than this share of cases is significant."""

RESAMPLES = 2000
_MOST_ROWS = 60
_MOST_STORIES = 10
_WORDS: Mapping[str, str] = json.loads(
    Path(__file__).with_name("gate_words.json").read_text(encoding="utf-8")
)


@dataclass(frozen=True)
class Compared:
    """One group of test messages; ``lost`` were right before, ``won`` only now."""

    key: str
    name: str
    n: int
    before: int
    after: int
    lost: int
    won: int
    p: float
    critical: bool = False

    @property
    def significant(self) -> bool:
        """Whether the loss is more than chance."""
        return self.after < self.before and self.p < ALPHA


@dataclass(frozen=True)
class Block:
    """One reason why the candidate may not answer; ``text`` is for a reader without statistics."""

    kind: str
    key: str
    text: str


@dataclass(frozen=True)
class FailedStory:
    """A conversation test that the candidate failed."""

    name: str
    text: str


def gate(
    before: Sequence[Prediction],
    after: Sequence[Prediction],
    failed_stories: Sequence[FailedStory],
    *,
    stories: int,
    target: float,
    critical: Iterable[str],
    name_of: Callable[[str], str],
    seed: int = 0,
) -> dict[str, Any]:
    """Return the verdict as JSON: ``passed``, ``blocks``, figures, and the rows behind them.

    ``before`` and ``after`` are predictions of the same messages in the same order; ``before`` is
    empty when nothing answers yet. ``target``: the largest share of wrong automatic answers.
    """
    pairs = list(zip(before, after, strict=True)) if before else []
    overall = _compare("", "", pairs)
    interval = bootstrap_interval(pairs, seed=seed)
    topics = _groups(pairs, _topic, name_of)
    labels = _groups(pairs, lambda p: p.expected, name_of, frozenset(critical))
    answered = [p for p in after if p.decision == "answer"]
    wrong = sum(not p.right for p in answered)
    blocks = [
        *_loss_blocks(overall, interval, topics, labels),
        *(_block("conversation", s.name, name=s.name, text=s.text) for s in failed_stories),
        *_wrong_blocks(wrong, len(answered), target),
        *([] if after else [_block("no_gold", "")]),
    ]
    told = [asdict(story) for story in failed_stories[:_MOST_STORIES]]
    return {
        "passed": not blocks,
        "blocks": [asdict(block) for block in blocks],
        "overall": {**asdict(overall), "interval": interval},
        "figures": {"before": figures(before), "after": figures(after)},
        "wrong": {"wrong": wrong, "answered": len(answered), "target": target},
        "stories": {"n": stories, "failed": told},
        "topics": [_row(one) for one in topics],
        "labels": [_row(one) for one in labels if one.before != one.after or one.critical],
        "changes": _changes(pairs, name_of),
    }


def mcnemar(lost: int, won: int) -> float:
    """Return the chance of so many losses among the differing messages if nothing got worse.

    >>> mcnemar(5, 0), mcnemar(0, 0)
    (0.03125, 1.0)
    """
    from scipy.special import bdtrc

    # bdtrc(k, …) is the chance of more than k.
    return float(bdtrc(lost - 1, lost + won, 0.5)) if lost else 1.0


def bootstrap_interval(
    pairs: Sequence[tuple[Prediction, Prediction]], *, seed: int
) -> tuple[float, float]:
    """Return the 90 % interval of the change in the share of right messages (paired)."""
    if not pairs:
        return (0.0, 0.0)
    change = np.array([int(b.right) - int(a.right) for a, b in pairs])
    drawn = np.random.default_rng(seed).integers(0, len(change), (RESAMPLES, len(change)))
    low, high = np.quantile(change[drawn].mean(1), [ALPHA, 1 - ALPHA])
    return (round(float(low), 6), round(float(high), 6))


def figures(predictions: Sequence[Prediction]) -> dict[str, Any]:
    """Return the shares that a reader asks for first."""
    inside = [p for p in predictions if p.expected != OUT_OF_SCOPE]
    answered = [p for p in predictions if p.decision == "answer"]
    return {
        "n": len(predictions),
        "accuracy": _share(sum(p.right for p in predictions), len(predictions)),
        "coverage": _share(sum(p.decision == "answer" for p in inside), len(inside)),
        "risk": _share(sum(not p.right for p in answered), len(answered)),
    }


def _compare(
    key: str,
    name: str,
    pairs: Sequence[tuple[Prediction, Prediction]],
    *,
    critical: bool = False,
) -> Compared:
    lost = sum(a.right and not b.right for a, b in pairs)
    won = sum(b.right and not a.right for a, b in pairs)
    return Compared(
        key=key,
        name=name,
        n=len(pairs),
        before=sum(a.right for a, _ in pairs),
        after=sum(b.right for _, b in pairs),
        lost=lost,
        won=won,
        p=round(mcnemar(lost, won), 6),
        critical=critical,
    )


def _groups(
    pairs: Sequence[tuple[Prediction, Prediction]],
    key_of: Callable[[Prediction], str],
    name_of: Callable[[str], str],
    critical: frozenset[str] = frozenset(),
) -> list[Compared]:
    grouped: dict[str, list[tuple[Prediction, Prediction]]] = {}
    for pair in pairs:
        grouped.setdefault(key_of(pair[0]), []).append(pair)
    found = [
        _compare(key, name_of(key), own, critical=key in critical) for key, own in grouped.items()
    ]
    return sorted(found, key=lambda one: (one.after - one.before, one.key))


def _loss_blocks(
    overall: Compared,
    interval: tuple[float, float],
    topics: Sequence[Compared],
    labels: Sequence[Compared],
) -> list[Block]:
    blocks = []
    if overall.significant or interval[1] < 0:
        blocks.append(_loss("overall", overall))
    blocks += [_loss("topic", one) for one in topics if one.significant]
    return blocks + [_loss("label", one) for one in labels if one.critical and one.significant]


def _loss(kind: str, one: Compared) -> Block:
    return _block(kind, one.key, **asdict(one))


def _wrong_blocks(wrong: int, answered: int, target: float) -> list[Block]:
    if not answered or wrong / answered <= target:
        return []
    share, most = (f"{100 * one:.1f}".replace(".", ",") for one in (wrong / answered, target))
    return [_block("wrong_answers", "", wrong=wrong, answered=answered, share=share, target=most)]


def _block(kind: str, block_key: str, **values: Any) -> Block:
    return Block(kind, block_key, _WORDS[kind].format(**values))


def _changes(
    pairs: Sequence[tuple[Prediction, Prediction]], name_of: Callable[[str], str]
) -> list[dict[str, Any]]:
    """Return the test messages that were right before and are wrong now, and the reverse."""
    rows = [
        {
            "text": a.text,
            "expected": name_of(a.expected),
            "before": name_of(a.ranking[0].name),
            "after": name_of(b.ranking[0].name),
            "lost": a.right,
        }
        for a, b in pairs
        if a.right != b.right
    ]
    return sorted(rows, key=lambda row: not row["lost"])[:_MOST_ROWS]


def _row(one: Compared) -> dict[str, Any]:
    return {**asdict(one), "significant": one.significant}


def _topic(prediction: Prediction) -> str:
    head, slash, _ = prediction.expected.partition("/")
    return head if slash else prediction.expected if head == OUT_OF_SCOPE else "tindak"


def _share(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 0.0
