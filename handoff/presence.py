"""Who of the officers is there: what they said themselves, and their console's signs of life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, func, select, update

from foundation.errors import InvalidFormError
from storage import Transaction, upsert
from storage.desk_tables import presence
from storage.tables import account, case_


class Presence(StrEnum):
    """What an officer says of themselves."""

    READY = "siap"
    PAUSE = "istirahat"
    AWAY = "keluar"


GONE_AFTER = timedelta(minutes=3)
"""Without a sign of life from any console for so long, an officer is not there."""

HEARTBEAT_EVERY = timedelta(seconds=30)
"""A sign of life is written at most this often."""

CAPACITY, MOST_CAPACITY = 4, 20


@dataclass(frozen=True)
class OfficerOnDuty:
    """An officer with their load. ``load`` is the number of cases they own now."""

    id: int
    name: str
    role: str
    state: Presence
    capacity: int
    since: datetime
    seen_at: datetime
    load: int

    def there(self, now: datetime) -> bool:
        """Whether a console of theirs is open."""
        return now - self.seen_at <= GONE_AFTER

    def ready(self, now: datetime) -> bool:
        """Whether they take cases now."""
        return self.state is Presence.READY and self.there(now)

    @property
    def room(self) -> int:
        """How many more cases they take."""
        return max(0, self.capacity - self.load)


def set_presence(
    tx: Transaction, account_id: int, state: Presence, *, capacity: int | None = None
) -> None:
    """Write down what the officer says. Raises ``InvalidFormError`` for a capacity out of range."""
    if capacity is not None and not 1 <= capacity <= MOST_CAPACITY:
        raise InvalidFormError(
            f"capacity {capacity}", reader_text=f"Kapasitas antara 1 dan {MOST_CAPACITY} kasus."
        )
    changes: dict[str, Any] = {"state": state.value, "since": tx.now, "seen_at": tx.now}
    if capacity is not None:
        changes["capacity"] = capacity
    values = {"account_id": account_id, "capacity": CAPACITY, **changes}
    tx.connection.execute(
        upsert(tx, presence)
        .values(**values)
        .on_conflict_do_update(index_elements=["account_id"], set_=changes)
    )


def heartbeat_due(tx: Transaction, account_id: int) -> bool:
    """Whether the last sign of life is old enough to be written anew."""
    seen = tx.connection.execute(
        select(presence.c.seen_at).where(presence.c.account_id == account_id)
    ).scalar_one_or_none()
    return seen is None or tx.now - seen >= HEARTBEAT_EVERY


def record_heartbeat(tx: Transaction, account_id: int) -> None:
    """Note that a console of the officer is open; whoever said nothing yet takes no offers."""
    tx.connection.execute(
        upsert(tx, presence)
        .values(
            account_id=account_id,
            state=Presence.AWAY.value,
            capacity=CAPACITY,
            since=tx.now,
            seen_at=tx.now,
        )
        .on_conflict_do_update(index_elements=["account_id"], set_={"seen_at": tx.now})
    )


def presence_of(tx: Transaction, account_id: int) -> OfficerOnDuty | None:
    """Return one officer's presence, ``None`` before their first sign of life."""
    row = tx.connection.execute(_officers().where(account.c.id == account_id)).one_or_none()
    return _officer(row) if row else None


def officers_on_duty(tx: Transaction) -> list[OfficerOnDuty]:
    """Return all active officers who ever had a console open, by name."""
    rows = tx.connection.execute(_officers().order_by(account.c.display_name, account.c.id))
    return [_officer(row) for row in rows]


def nobody_ready(tx: Transaction) -> bool:
    """Whether no officer takes cases now."""
    return not any(officer.ready(tx.now) for officer in officers_on_duty(tx))


def leave(tx: Transaction, account_id: int) -> None:
    """Note that the officer is gone: their cases are looked after as those of an absent one.

    One who never was there is not written down.
    """
    long_ago = tx.now - GONE_AFTER - timedelta(seconds=1)
    tx.connection.execute(
        update(presence)
        .where(presence.c.account_id == account_id)
        .values(state=Presence.AWAY.value, since=tx.now, seen_at=long_ago)
    )


def _officers() -> Any:
    load = (
        select(func.count())
        .select_from(case_)
        .where(case_.c.state == "claimed", case_.c.officer_id == account.c.id)
        .scalar_subquery()
    )
    return (
        select(account.c.id, account.c.display_name, account.c.role, presence, load.label("load"))
        .join(presence, presence.c.account_id == account.c.id)
        .where(account.c.active)
    )


def _officer(row: Row[Any]) -> OfficerOnDuty:
    return OfficerOnDuty(
        id=row.id,
        name=row.display_name,
        role=row.role,
        state=Presence(row.state),
        capacity=row.capacity,
        since=row.since,
        seen_at=row.seen_at,
        load=row.load,
    )
