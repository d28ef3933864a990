"""What another risk target would bring: wrong answers avoided against more cases for officers.

Shares come from the held-out predictions beside the live bundle (``oof.json``); how many messages
and cases an hour has comes from the log of the last four weeks. For a worker: it needs numpy.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import nlu
from foundation.errors import ModelUnavailableError
from handoff import officers_on_duty
from learning.live_bundles import live_pointer
from learning.registry import read_summary
from service_hours import Calendar
from storage import Store, Transaction
from storage.learning_tables import learning_turn
from storage.tables import case_

WINDOW = timedelta(days=28)
TARGETS = (0.005, 0.01, 0.015, 0.02, 0.025, 0.03, 0.035, 0.04, 0.045, 0.05, 0.06, 0.08, 0.10)
_HELD_OUT = "nlu/oof.json"


@dataclass(frozen=True)
class Step:
    """One target. ``answered`` of all messages and ``wrong`` of the answered ones are shares.

    ``certified``: the promise is kept with 90 % confidence; else the strictest threshold is taken.
    """

    target: float
    certified: bool
    threshold: float
    answered: float
    wrong: float


@dataclass(frozen=True)
class Traffic:
    """Of the last four weeks, per hour of service: messages understood, and cases.

    ``asked`` are cases that no answer would have saved (asked for, forms); ``per_unanswered`` is
    the share of unanswered messages that became a case.
    """

    hours: float
    messages: float
    cases: float
    asked: float
    per_unanswered: float
    officers: int


def workbench(store: Store, models_dir: Path, calendar: Calendar) -> Mapping[str, Any]:
    """Return ``steps``, ``traffic`` and the live ``target``.

    Raises ``ModelUnavailableError`` when the live bundle has no held-out predictions here.
    """
    pointer = live_pointer(store, models_dir)
    folder = models_dir / (pointer.version if pointer else "")
    if pointer is None or not (folder / _HELD_OUT).exists():
        raise ModelUnavailableError(
            "no held-out predictions of the live bundle",
            reader_text="Model yang menjawab tidak membawa tabel pemeriksaan silangnya.",
        )
    rows = json.loads((folder / _HELD_OUT).read_text(encoding="utf-8"))
    with store.read() as tx:
        traffic = read_traffic(tx, calendar)
    aim = read_summary(folder).get("risk_target") or {}
    target = float(aim.get("share", nlu.RiskTarget().share))
    return {
        "version": pointer.version,
        "target": target,
        # What is in force stands among the choices, whatever it is.
        "steps": [asdict(one) for one in steps(rows, sorted({*TARGETS, target}))],
        "traffic": asdict(traffic),
    }


def steps(
    held_out: Mapping[str, Sequence[float]], targets: Sequence[float] = TARGETS
) -> list[Step]:
    """Return what each target means on held-out predictions (``confidence``, ``right``)."""
    import numpy as np

    confidence = np.asarray(held_out["confidence"], dtype=np.float32)
    right = np.asarray(held_out["right"], dtype=bool)
    found = []
    for target in targets:
        chosen = nlu.choose_threshold(confidence, right, nlu.RiskTarget(share=target))
        found.append(Step(target, chosen.certified, chosen.value, chosen.answered, chosen.risk))
    return found


def read_traffic(tx: Transaction, calendar: Calendar) -> Traffic:
    """Return what the log says of the last four weeks."""
    first = tx.now - WINDOW
    turn = learning_turn.c
    unanswered = sa.case((turn.decision.in_(("clarify", "handoff")), 1), else_=0)
    row = tx.connection.execute(
        sa.select(sa.func.count().label("n"), sa.func.coalesce(sa.func.sum(unanswered), 0)).where(
            turn.at >= first
        )
    ).one()
    messages, open_ended = int(row[0]), int(row[1])
    doubtful = sa.case((case_.c.reason == "kurang_yakin", 1), else_=0)
    row = tx.connection.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(doubtful), 0)).where(
            case_.c.opened_at >= first
        )
    ).one()
    cases, from_doubt = int(row[0]), int(row[1])
    begun = tx.connection.execute(
        sa.select(sa.func.min(turn.at)).where(turn.at >= first)
    ).scalar_one()
    hours = max(1.0, calendar.service_minutes_between(begun or first, tx.now) / 60)
    return Traffic(
        hours=round(hours, 1),
        messages=round(messages / hours, 3),
        cases=round(cases / hours, 3),
        asked=round((cases - from_doubt) / hours, 3),
        per_unanswered=round(from_doubt / open_ended, 4) if open_ended else 0.0,
        officers=sum(one.ready(tx.now) for one in officers_on_duty(tx)),
    )
