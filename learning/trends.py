"""Trends week by week: understanding, coverage, risk with its interval, drift, rising topics.

Computed in a worker (numpy, and a reading of some weeks of the inbox), shown by the studio.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from foundation.clock import WIB
from learning.turns import FORM_VALUE, FROM_WORDS
from nlu.types import OUT_OF_SCOPE
from storage import Transaction
from storage.learning_tables import learning_judgement, learning_turn

WEEKS = 12
BASE_WEEKS = 4
"""A topic rises against so many weeks before."""

_Z95 = 1.959964
_DRAWS = 400
_turn = learning_turn.c


@dataclass(frozen=True)
class Week:
    """The figures of one week (``first`` is its Monday, WIB). Shares are None without turns.

    ``understood``: answered, and nobody said that it was wrong. ``coverage``: in-scope messages
    that the model was sure enough to answer. ``wrong`` of ``checked`` sure answers of the control
    sample were wrong, hence ``risk`` between ``risk_low`` and ``risk_high`` (95 %, Wilson).
    ``drift`` from the week before (Jensen-Shannon, 0..1); ``usual_drift`` is what chance alone
    stays below in 95 of 100 cases.
    """

    first: date
    turns: int
    understood: float | None
    coverage: float | None
    checked: int
    wrong: int
    risk: float | None
    risk_low: float | None
    risk_high: float | None
    drift: float | None
    usual_drift: float | None


@dataclass(frozen=True)
class Rising:
    """A topic that came more often in the last full week than its mean before."""

    topic: str
    now: int
    before: float


@dataclass(frozen=True)
class Trends:
    """All weeks, oldest first, and the topics that rise, the clearest first."""

    weeks: tuple[Week, ...]
    rising: tuple[Rising, ...]


def read_trends(tx: Transaction, *, weeks: int = WEEKS, seed: int = 0) -> Trends:
    """Return the trends up to now; the last week is the running one."""
    today = tx.now.astimezone(WIB).date()
    monday = today - timedelta(days=today.weekday())
    firsts = [monday - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]
    counts = [_intents(tx, first) for first in firsts]
    found = tuple(
        _week(tx, first, own, before, seed)
        for first, own, before in zip(firsts, counts, [Counter[str](), *counts[:-1]], strict=True)
    )
    return Trends(found, tuple(rising_topics(counts)))


def wilson(wrong: int, checked: int) -> tuple[float, float] | None:
    """Return the 95 % interval of a share; None when nothing was checked.

    >>> [round(bound, 3) for bound in wilson(1, 20) or ()]
    [0.009, 0.236]
    """
    if not checked:
        return None
    share, square = wrong / checked, _Z95**2
    middle = share + square / (2 * checked)
    spread = _Z95 * math.sqrt(share * (1 - share) / checked + square / (4 * checked**2))
    scale = 1 + square / checked
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def divergence(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the Jensen-Shannon divergence (base 2, 0 equal … 1 disjoint) of two counts."""
    first, second = sum(one), sum(other)
    total = 0.0
    for a, b in zip(one, other, strict=True):
        p, q = a / first, b / second
        middle = (p + q) / 2
        total += sum(x * math.log2(x / middle) / 2 for x in (p, q) if x)
    return max(0.0, min(1.0, total))


def drift(
    one: Mapping[str, int], other: Mapping[str, int], *, seed: int = 0
) -> tuple[float, float]:
    """Return the divergence of two weeks, and the one that chance stays below in 95 %.

    Chance: both weeks drawn from what they are together.
    """
    import numpy as np

    names = sorted({*one, *other})
    a, b = ([counts.get(name, 0) for name in names] for counts in (one, other))
    together = np.array(a) + np.array(b)
    rng = np.random.default_rng(seed)
    shares = together / together.sum()
    drawn = [
        divergence(
            rng.multinomial(sum(a), shares).tolist(), rng.multinomial(sum(b), shares).tolist()
        )
        for _ in range(_DRAWS)
    ]
    return divergence(a, b), float(np.quantile(drawn, 0.95))


def rising_topics(counts: Sequence[Mapping[str, int]], *, most: int = 8) -> list[Rising]:
    """Return the topics that came clearly more often in the last full week than before."""
    if len(counts) < BASE_WEEKS + 2:
        return []
    last, base = _topics(counts[-2]), [_topics(one) for one in counts[-2 - BASE_WEEKS : -2]]
    found = []
    for topic, now in last.items():
        before = sum(one[topic] for one in base) / BASE_WEEKS
        # Two standard deviations of a count whose mean is known from four weeks.
        if now >= 5 and now - before > 2 * math.sqrt(before * (1 + 1 / BASE_WEEKS) + 1):
            found.append(Rising(topic, now, round(before, 1)))
    return sorted(found, key=lambda one: one.before - one.now)[:most]


def _topics(counts: Mapping[str, int]) -> Counter[str]:
    topics: Counter[str] = Counter()
    for label, number in counts.items():
        topics[label.partition("/")[0]] += number
    return topics


def _within(first: date) -> list[sa.ColumnElement[bool]]:
    start = datetime.combine(first, time(), WIB)
    return [
        _turn.at >= start,
        _turn.at < start + timedelta(weeks=1),
        _turn.how.in_(FROM_WORDS),
        _turn.resolved != FORM_VALUE,
    ]


def _intents(tx: Transaction, first: date) -> Counter[str]:
    rows = tx.connection.execute(
        sa.select(_turn.resolved, sa.func.count()).where(*_within(first)).group_by(_turn.resolved)
    )
    return Counter({str(name): int(number) for name, number in rows})


def _week(
    tx: Transaction, first: date, own: Mapping[str, int], before: Mapping[str, int], seed: int
) -> Week:
    said_wrong = sa.or_(
        _turn.thumb == "down",
        _turn.handed_over,
        sa.and_(_turn.real_intent != "", _turn.real_intent != _turn.resolved),
    )
    in_scope = _turn.resolved != OUT_OF_SCOPE

    def count(*conditions: sa.ColumnElement[bool]) -> Any:
        return sa.func.coalesce(sa.func.sum(sa.case((sa.and_(*conditions), 1), else_=0)), 0)

    row = tx.connection.execute(
        sa.select(
            sa.func.count().label("turns"),
            count(_turn.decision == "answer", sa.not_(said_wrong)).label("understood"),
            count(in_scope).label("in_scope"),
            count(in_scope, _turn.nlu_decision == "answer").label("covered"),
        ).where(*_within(first))
    ).one()
    checked, wrong = _checked(tx, first)
    bounds = wilson(wrong, checked)
    drifted = drift(own, before, seed=seed) if own and before else (None, None)
    return Week(
        first=first,
        turns=row.turns,
        understood=row.understood / row.turns if row.turns else None,
        coverage=row.covered / row.in_scope if row.in_scope else None,
        checked=checked,
        wrong=wrong,
        risk=wrong / checked if checked else None,
        risk_low=bounds[0] if bounds else None,
        risk_high=bounds[1] if bounds else None,
        drift=drifted[0],
        usual_drift=drifted[1],
    )


def _checked(tx: Transaction, first: date) -> tuple[int, int]:
    """Return how many sure answers of the control sample were labelled, and how many were wrong."""
    judgement = learning_judgement.c
    rows = tx.connection.execute(
        sa.select(_turn.event_id, _turn.resolved, judgement.label)
        .join(learning_judgement, judgement.event_id == _turn.event_id)
        .where(*_within(first), _turn.control, _turn.nlu_decision == "answer")
        .where(judgement.undone_at.is_(None), judgement.verdict == "labelled")
        .order_by(_turn.event_id, judgement.round)
    )
    final = {event_id: (meant, label) for event_id, meant, label in rows}
    return len(final), sum(meant != label for meant, label in final.values())
