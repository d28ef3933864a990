"""What the frame of every public page shows: hours now and WhatsApp.

It also frames the error pages, so it asks nothing that can fail: neither store nor bundle.
"""

from __future__ import annotations

from dataclasses import dataclass

from service_hours import ServiceStatus
from web.context import services


@dataclass(frozen=True)
class SiteFrame:
    """The frame's values at one moment. ``whatsapp`` is empty while the office has no number."""

    hours: ServiceStatus
    whatsapp: str


def site_frame() -> SiteFrame:
    """Return the frame of the page that is being made."""
    known = services()
    number = known.settings.whatsapp_number
    return SiteFrame(
        hours=known.calendar.status(known.clock()),
        whatsapp=f"https://wa.me/{number}" if number else "",
    )
