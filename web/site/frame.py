"""What the frame of every public page shows: hours now and WhatsApp.

It also frames the error pages, so it goes on without the service toggle when that cannot be read.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from foundation.errors import StoreUnavailableError
from handoff import ServiceToggle, apply_service_toggle, read_service_toggle
from reports import questionnaires
from service_hours import ServiceStatus
from web.context import services

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SiteFrame:
    """The frame's values at one moment. ``whatsapp`` is empty while the office has no number.

    ``announcement`` is what a supervisor has to say to everybody, mostly nothing. ``survey`` says
    that residents may fill in the questionnaire here.
    """

    hours: ServiceStatus
    whatsapp: str
    announcement: str = ""
    survey: bool = True


def site_frame() -> SiteFrame:
    """Return the frame of the page that is being made."""
    known = services()
    number = known.settings.whatsapp_number
    in_force, survey = _toggles()
    hours = apply_service_toggle(known.calendar.status(known.clock()), in_force)
    return SiteFrame(
        # Nobody knows when a service that was switched off opens again.
        hours=replace(hours, next_opening=None) if in_force.off else hours,
        announcement=in_force.announcement,
        whatsapp=f"https://wa.me/{number}" if number else "",
        survey=survey,
    )


def _toggles() -> tuple[ServiceToggle, bool]:
    try:
        with services().store.read() as tx:
            return read_service_toggle(tx), questionnaires.is_open(tx)
    except StoreUnavailableError:
        logger.warning("the page is shown without announcements: the store does not answer")
        return ServiceToggle(), False
