"""The service-wide toggle: a supervisor can say that no officer answers, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import insert, select

from foundation.errors import InvalidFormError
from service_hours import ServiceStatus
from storage import Transaction, add_audit_entry
from storage.desk_tables import switch

ANNOUNCEMENT_LIMIT = 300
"""Characters."""


@dataclass(frozen=True)
class ServiceToggle:
    """What is in force. ``announcement`` is shown on the site, also while the service is on."""

    off: bool = False
    announcement: str = ""
    at: datetime | None = None
    changed_by: int | None = None


# Built once: it stands on the path of every message.
_LAST = select(switch).order_by(switch.c.id.desc()).limit(1)


def read_service_toggle(tx: Transaction) -> ServiceToggle:
    """Return what is in force now."""
    row = tx.connection.execute(_LAST).one_or_none()
    return (
        ServiceToggle(row.off, row.announcement, row.at, row.changed_by) if row else ServiceToggle()
    )


def set_service_toggle(
    tx: Transaction, *, off: bool, announcement: str, account_id: int
) -> ServiceToggle:
    """Switch the officers' service off or on, with an announcement for residents.

    Raises ``InvalidFormError`` when it is switched off without a reason, or the text is too long.
    """
    text = " ".join(announcement.split())
    if len(text) > ANNOUNCEMENT_LIMIT:
        raise InvalidFormError(
            f"announcement of {len(text)} characters",
            reader_text=f"Pengumuman paling banyak {ANNOUNCEMENT_LIMIT} karakter.",
        )
    if off and not text:
        raise InvalidFormError(
            "switched off without announcement",
            reader_text="Tulis pengumuman untuk warga sebelum layanan petugas dimatikan.",
        )
    tx.connection.execute(
        insert(switch).values(off=off, announcement=text, at=tx.now, changed_by=account_id)
    )
    add_audit_entry(
        tx, "service_switched", account_id=account_id, data={"off": off, "announcement": text}
    )
    return read_service_toggle(tx)


def apply_service_toggle(status: ServiceStatus, now_in_force: ServiceToggle) -> ServiceStatus:
    """Return the service as it is with the toggle: off means closed, for the reason announced."""
    if not now_in_force.off:
        return status
    return replace(status, is_open=False, closes_at=None, closed_because=now_in_force.announcement)
