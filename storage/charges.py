"""What Meta charges for: delivered WhatsApp messages, for the cost report.

Since October 2026 replies are charged like utility messages; the first 1,000 delivered in a
calendar month and business number are free. Only what a status reported as delivered counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa

from foundation.clock import WIB
from storage.store import Transaction
from storage.whatsapp_tables import charge

FREE_SERVICE_MESSAGES: Final = 1000
"""Delivered service messages that are free in a calendar month for each business number."""

SERVICE: Final = "service"
_FREE_TYPES: Final = ("free_entry_point",)
"""Kinds of price that take nothing of the free quota: 72 hours after a click on an ad."""


@dataclass(frozen=True)
class MonthOfMessages:
    """Delivered messages of a calendar month (WIB); ``month`` is its first day.

    ``service`` are replies that count against the free quota, ``free`` replies that do not
    (after a click on an ad), ``templates`` messages of every other category, which have no quota.
    """

    month: date
    service: int
    free: int
    templates: int

    @property
    def billable(self) -> int:
        """Messages that cost something: replies beyond the quota, and templates."""
        return max(0, self.service - FREE_SERVICE_MESSAGES) + self.templates

    @property
    def free_left(self) -> int:
        """Replies of this month that are still free."""
        return max(0, FREE_SERVICE_MESSAGES - self.service)


def delivered_messages(
    tx: Transaction, *, first: datetime, beyond: datetime
) -> dict[tuple[str, str], int]:
    """Return how many messages were delivered in ``first`` ≤ t < ``beyond``.

    The keys are ``pricing.category`` and ``pricing.type``.
    """
    rows = tx.connection.execute(
        sa.select(charge.c.category, charge.c.type, sa.func.count().label("number"))
        .where(
            charge.c.delivered_at >= first,
            charge.c.delivered_at < beyond,
            charge.c.delivered_at.is_not(None),
        )
        .group_by(charge.c.category, charge.c.type)
    )
    return {(row.category, row.type): row.number for row in rows}


def messages_by_month(tx: Transaction, first: date, last: date) -> list[MonthOfMessages]:
    """Return the figures of every month from that of ``first`` to that of ``last``, inclusive."""
    return [month_until(tx, month, _next(month)) for month in _months(first, last)]


def billable_messages(tx: Transaction, first: date, last: date) -> int:
    """Return how many messages of the WIB days ``first`` to ``last`` (inclusive) cost something.

    The free quota belongs to the calendar month: what was delivered earlier in it is gone.
    """
    beyond = last + timedelta(days=1)
    total = 0
    for month in _months(first, last):
        until = month_until(tx, month, min(beyond, _next(month)))
        before = month_until(tx, month, first) if first > month else None
        total += until.billable - (before.billable if before else 0)
    return total


def month_until(tx: Transaction, month: date, beyond: date) -> MonthOfMessages:
    """Return the figures of a month (its first day) up to the WIB day ``beyond``, exclusive."""
    delivered = delivered_messages(tx, first=_midnight(month), beyond=_midnight(beyond))
    service = {key: number for key, number in delivered.items() if key[0] == SERVICE}
    free = sum(number for (_, kind), number in service.items() if kind in _FREE_TYPES)
    replies = sum(service.values())
    return MonthOfMessages(
        month=month,
        service=replies - free,
        free=free,
        templates=sum(delivered.values()) - replies,
    )


def _months(first: date, last: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = _next(month)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=WIB)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
