"""Verdicts of the gate as they are kept with the bundle, and what they allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import sqlalchemy as sa

from learning.live import LivePointer, live_of, promote, promotions, rollback
from storage import Transaction, add_audit_entry
from storage.bundle_tables import bundle_gate

_gate = bundle_gate.c
_KNOWN = 1000

Standing = Literal["live", "answered_before", "passed", "blocked", "outdated", "unmeasured"]

MAY_ANSWER: Final = ("live", "answered_before", "passed")
"""Standings with which a bundle may be promoted without being forced past the gate."""


@dataclass(frozen=True)
class GateRecord:
    """One measuring of ``version`` against ``against`` (empty: nothing answered yet).

    ``result`` is what ``learning.gate.gate`` returned, with ``replay`` where messages of the last
    days were read again: how many, and how many of them are taken otherwise.
    """

    id: int
    version: str
    against: str
    at: datetime
    passed: bool
    result: Mapping[str, Any]


def promote_noted(
    tx: Transaction,
    version: str,
    *,
    author: str,
    note: str,
    account_id: int | None,
    forced: bool = False,
) -> LivePointer:
    """Promote, and write into the audit who did it and whether past a closed gate.

    Raises as ``learning.live.promote`` does.
    """
    pointer = promote(tx, version, author=author, note=note)
    found = latest_gate(tx, version)
    data = {"version": version, "by": author, "gate": found.id if found else None, "forced": forced}
    add_audit_entry(tx, "model_promoted", account_id=account_id, data=data)
    return pointer


def rollback_noted(
    tx: Transaction, *, author: str, note: str, account_id: int | None
) -> LivePointer:
    """Go back to the bundle before, and write that into the audit; raises as ``rollback``."""
    pointer = rollback(tx, author=author, note=note)
    data = {"version": pointer.version, "by": author}
    add_audit_entry(tx, "model_rolled_back", account_id=account_id, data=data)
    return pointer


def record_gate(tx: Transaction, version: str, against: str, result: Mapping[str, Any]) -> int:
    """Keep a verdict; the bundle must be registered. Return its number."""
    values = {
        "version": version,
        "against": against,
        "at": tx.now,
        "passed": bool(result["passed"]),
        "result": dict(result),
    }
    inserted = sa.insert(bundle_gate).values(**values).returning(_gate.id)
    return int(tx.connection.execute(inserted).scalar_one())


def latest_gate(tx: Transaction, version: str) -> GateRecord | None:
    """Return the last verdict on a bundle."""
    row = tx.connection.execute(
        sa.select(bundle_gate).where(_gate.version == version).order_by(_gate.id.desc()).limit(1)
    ).one_or_none()
    return None if row is None else GateRecord(**row._mapping)


def latest_gates(tx: Transaction) -> dict[str, bool]:
    """Return for each measured bundle whether its last verdict let it pass."""
    newest = sa.select(sa.func.max(_gate.id)).group_by(_gate.version)
    rows = tx.connection.execute(sa.select(_gate.version, _gate.passed).where(_gate.id.in_(newest)))
    return {row.version: row.passed for row in rows}


def newest_gate(tx: Transaction) -> GateRecord | None:
    """Return the verdict that was found last, on whichever bundle."""
    row = tx.connection.execute(
        sa.select(bundle_gate).order_by(_gate.id.desc()).limit(1)
    ).one_or_none()
    return None if row is None else GateRecord(**row._mapping)


def standing_of(tx: Transaction, version: str) -> Standing:
    """Return whether a bundle may be promoted now, and if not, why.

    A bundle that has answered before goes back without being measured again. A verdict counts
    only against the bundle that answers now.
    """
    live = live_of(tx)
    if live and live.version == version:
        return "live"
    if version in {row.version for row in promotions(tx, limit=_KNOWN)}:
        return "answered_before"
    found = latest_gate(tx, version)
    if found is None:
        return "unmeasured"
    if not found.passed:
        return "blocked"
    return "passed" if found.against == (live.version if live else "") else "outdated"
