"""Which officer is offered which waiting case. Pure: the store is read and written elsewhere.

An offer reserves nothing: anybody may claim. It shows the case to one officer first, with sound,
and moves on when it is let pass. When everybody let it pass it begins anew with whoever was
offered it longest ago.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

OFFER_FOR = timedelta(seconds=60)
"""After so long an offer that was not taken goes to the next officer."""


@dataclass(frozen=True)
class Free:
    """An officer who takes cases, with room for ``room`` more."""

    id: int
    room: int
    load: int


@dataclass(frozen=True)
class Offer:
    """A case shown to an officer until a moment; past it, the officer let it pass."""

    case_id: int
    officer_id: int
    until: datetime


@dataclass(frozen=True)
class Waiting:
    """A waiting case. ``prefer`` is who knows it already (its earlier owner), if anybody.

    ``only`` are the officers who may see a confidential one; None: all.
    """

    id: int
    opened_at: datetime
    window_ends: datetime | None = None
    prefer: int | None = None
    urgent: bool = False
    only: frozenset[int] | None = None


WINDOW_ENDS = timedelta(hours=2)
"""A WhatsApp window that ends within this time goes before longer waiting."""


def in_order(waiting: Sequence[Waiting], now: datetime) -> list[Waiting]:
    """Return the cases as they are to be served: urgent, ending windows, longest waiting.

    A window that ended already gives no priority: only a template could be sent.
    """

    def place(case: Waiting) -> tuple[bool, bool, datetime, int]:
        ends = case.window_ends
        soon = ends is not None and now < ends <= now + WINDOW_ENDS
        since = ends if soon and ends else case.opened_at
        return (not case.urgent, not soon, since, case.id)

    return sorted(waiting, key=place)


def plan_offers(
    waiting: Sequence[Waiting], officers: Sequence[Free], offers: Sequence[Offer], *, now: datetime
) -> list[Offer]:
    """Return the new offers, each of a case without a running one to an officer with room.

    Running offers take up room. At most one new offer per case; the least loaded officer first.
    """
    running = {offer.case_id for offer in offers if offer.until > now}
    passed: dict[int, dict[int, datetime]] = {}
    for offer in offers:
        if offer.until <= now:
            passed.setdefault(offer.case_id, {})[offer.officer_id] = offer.until
    room = {officer.id: officer.room for officer in officers}
    load = {officer.id: officer.load for officer in officers}
    for offer in offers:
        if offer.until > now and offer.officer_id in room:
            room[offer.officer_id] -= 1
            load[offer.officer_id] += 1
    made: list[Offer] = []
    for case in in_order(waiting, now):
        if case.id in running:
            continue
        chosen = _choose(case, room, load, passed.get(case.id, {}))
        if chosen is None:
            continue
        room[chosen] -= 1
        load[chosen] += 1
        made.append(Offer(case.id, chosen, now + OFFER_FOR))
    return made


def _choose(
    case: Waiting,
    room: Mapping[int, int],
    load: Mapping[int, int],
    passed: Mapping[int, datetime],
) -> int | None:
    candidates = [
        officer
        for officer, left in room.items()
        if left > 0 and (case.only is None or officer in case.only)
    ]
    if not candidates:
        return None
    fresh = [officer for officer in candidates if officer not in passed]
    if case.prefer in fresh:
        return case.prefer
    if fresh:
        return min(fresh, key=lambda officer: (load[officer], officer))
    return min(candidates, key=lambda officer: (passed[officer], load[officer], officer))
