"""Reading the counts of a period: sums by measure, and what is derived from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from foundation.clock import WIB
from foundation.targets import DEFAULT_WAIT_TARGET
from reports.counting import WAIT_BOUNDS
from storage import Transaction, billable_messages, delivered_messages
from storage.office_tables import report_count
from storage.tables import volume_day

_PAGE_MEASURES_NOT = ("answer",)


@dataclass(frozen=True)
class Figures:
    """The counts of the WIB days ``first`` to ``last``, all channels or one.

    ``sums`` are by measure and key, ``chats_by_channel`` by channel (the SOP's figure is that of
    WhatsApp). ``delivered`` is the number of delivered WhatsApp messages by
    Meta's category and pricing type, ``billable`` how many of them cost something; ``target`` the
    service minutes, one of ``WAIT_BOUNDS``, within which a waiting resident should get an officer;
    ``urgent_by_day`` the cases that became urgent, by kind of danger.
    """

    first: date
    last: date
    sums: Mapping[str, Mapping[str, int]]
    chats_by_channel: Mapping[str, int] = field(default_factory=dict)
    delivered: Mapping[str, int] = field(default_factory=dict)
    billable: int = 0
    target: int = DEFAULT_WAIT_TARGET
    urgent_by_day: Mapping[date, Mapping[str, int]] = field(default_factory=dict)

    def total(self, measure: str) -> int:
        """Return the sum over the measure's keys."""
        return sum(self.sums.get(measure, {}).values())

    def by_key(self, measure: str) -> dict[str, int]:
        """Return the measure's non-zero numbers, the largest first."""
        values = [(key, number) for key, number in self.sums.get(measure, {}).items() if number]
        return dict(sorted(values, key=lambda item: (-item[1], item[0])))

    @property
    def overdue(self) -> int:
        """Waits over the target."""
        kept = {str(bound) for bound in WAIT_BOUNDS if bound <= self.target}
        return sum(number for key, number in self.by_key("wait").items() if key not in kept)

    @property
    def mean_wait_minutes(self) -> float | None:
        """Service minutes from the opening of a case to its first claim; None without any."""
        return _mean(self.total("wait_seconds"), self.total("wait"))

    @property
    def mean_handling_minutes(self) -> float | None:
        """Service minutes in officers' hands per closed case; None without any."""
        return _mean(self.total("handling_seconds"), self.total("handled"))

    @property
    def mean_acknowledge_minutes(self) -> float | None:
        """Minutes on the clock from an alarm to its acknowledgement; None without any."""
        return _mean(self.total("acknowledge_seconds"), self.total("acknowledged"))

    @property
    def csat(self) -> float | None:
        """Mean of the ratings from 1 to 5; None without any."""
        ratings = {int(key): number for key, number in self.by_key("csat").items() if key.isdigit()}
        count = sum(ratings.values())
        weighted = sum(value * number for value, number in ratings.items())
        return round(weighted / count, 2) if count else None

    @property
    def pranks(self) -> int:
        """Cases that an officer closed as a prank."""
        return self.sums.get("resolved", {}).get("iseng", 0)

    def to_json(self) -> dict[str, Any]:
        """Return everything as one document."""
        return {
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "counts": {
                measure: self.by_key(measure)
                for measure in sorted(self.sums)
                if self.by_key(measure)
            },
            "chats_by_channel": dict(self.chats_by_channel),
            "mean_wait_minutes": self.mean_wait_minutes,
            "mean_handling_minutes": self.mean_handling_minutes,
            "mean_acknowledge_minutes": self.mean_acknowledge_minutes,
            "urgent_by_day": {
                day.isoformat(): dict(kinds) for day, kinds in self.urgent_by_day.items()
            },
            "wait_target_minutes": self.target,
            "overdue": self.overdue,
            "csat": self.csat,
            "pranks": self.pranks,
            "delivered_whatsapp": dict(self.delivered),
            "billable_whatsapp": self.billable,
        }


def read_figures(
    tx: Transaction,
    first: date,
    last: date,
    *,
    channel: str = "",
    with_answers: bool = False,
    target: int = DEFAULT_WAIT_TARGET,
) -> Figures:
    """Return the figures of a period; ``with_answers`` adds the counts of each knowledge answer."""
    c = report_count.c
    query = (
        sa.select(c.measure, c.key, sa.func.sum(c.amount).label("amount"))
        .where(c.date >= first, c.date <= last)
        .group_by(c.measure, c.key)
    )
    if channel:
        query = query.where(c.channel == channel)
    if not with_answers:
        query = query.where(c.measure.not_in(_PAGE_MEASURES_NOT))
    sums: dict[str, dict[str, int]] = {}
    for row in tx.connection.execute(query):
        sums.setdefault(row.measure, {})[row.key] = int(row.amount)
    chats = _chats_by_channel(tx, first, last, channel)
    urgent = _urgent_by_day(tx, first, last, channel)
    if channel not in ("", "whatsapp"):
        return Figures(first, last, sums, chats, target=target, urgent_by_day=urgent)
    start, beyond = day_bounds(first, last)
    delivered = {
        "/".join(filter(None, key)): number
        for key, number in delivered_messages(tx, first=start, beyond=beyond).items()
    }
    paid = billable_messages(tx, first, last)
    return Figures(first, last, sums, chats, delivered, paid, target, urgent)


def period_before(first: date, last: date) -> tuple[date, date]:
    """Return the period of the same length that ends the day before ``first``."""
    length = last - first + timedelta(days=1)
    return first - length, last - length


def day_bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the moments between which the WIB days lie, the second exclusive."""
    start = datetime.combine(first, time(), WIB)
    return start, datetime.combine(last + timedelta(days=1), time(), WIB)


def _urgent_by_day(
    tx: Transaction, first: date, last: date, channel: str
) -> dict[date, dict[str, int]]:
    c = report_count.c
    query = (
        sa.select(c.date, c.key, sa.func.sum(c.amount).label("amount"))
        .where(c.date >= first, c.date <= last, c.measure == "urgent")
        .group_by(c.date, c.key)
        .order_by(c.date, c.key)
    )
    if channel:
        query = query.where(c.channel == channel)
    found: dict[date, dict[str, int]] = {}
    for row in tx.connection.execute(query):
        found.setdefault(row.date, {})[row.key] = int(row.amount)
    return found


def _chats_by_channel(tx: Transaction, first: date, last: date, channel: str) -> dict[str, int]:
    c = volume_day.c
    query = (
        sa.select(c.channel, sa.func.sum(c.chats).label("chats"))
        .where(c.date >= first, c.date <= last)
        .group_by(c.channel)
    )
    if channel:
        query = query.where(c.channel == channel)
    return {row.channel: int(row.chats) for row in tx.connection.execute(query)}


def _mean(seconds: int, count: int) -> float | None:
    return round(seconds / count / 60, 1) if count else None
