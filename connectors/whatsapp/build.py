"""The channel put together from settings. Time, chance and the session come from outside."""

from __future__ import annotations

from collections.abc import Callable

import requests

from connectors.whatsapp.deliverer import Deliverer
from connectors.whatsapp.graph import GraphApi
from connectors.whatsapp.ingest import Ingest
from connectors.whatsapp.marks import ReadMarks
from connectors.whatsapp.outcomes import Consequences
from connectors.whatsapp.statuses import StatusDesk
from foundation.settings import Settings, WhatsAppSettings
from storage import Store


def make_ingest(
    settings: WhatsAppSettings,
    store: Store,
    *,
    new_ticket: Callable[[], str],
    new_id: Callable[[], str],
    jitter: Callable[[], float],
) -> Ingest:
    """Return what takes webhooks in. ``jitter`` gives a number in 0..1."""
    return Ingest(
        store=store,
        phone_number_id=settings.phone_number_id,
        statuses=StatusDesk(_consequences(settings, new_ticket, jitter)),
        new_id=new_id,
    )


def make_deliverer(
    settings: Settings,
    store: Store,
    session: requests.Session,
    *,
    new_ticket: Callable[[], str],
    jitter: Callable[[], float],
) -> Deliverer:
    """Return a sender; ``session`` is used by it alone."""
    graph = graph_api(settings.whatsapp, session)
    return Deliverer(
        store=store,
        graph=graph,
        consequences=_consequences(settings.whatsapp, new_ticket, jitter),
        public_url=settings.public_url,
        marks=ReadMarks(store, graph),
    )


def graph_api(settings: WhatsAppSettings, session: requests.Session) -> GraphApi:
    """Return the Graph API of the settings."""
    return GraphApi(
        session=session,
        url=settings.graph_url,
        version=settings.graph_version,
        phone_number_id=settings.phone_number_id,
        access_token=settings.access_token,
    )


def _consequences(
    settings: WhatsAppSettings, new_ticket: Callable[[], str], jitter: Callable[[], float]
) -> Consequences:
    return Consequences(
        phone_number_id=settings.phone_number_id,
        access_token=settings.access_token,
        new_ticket=new_ticket,
        jitter=jitter,
    )
