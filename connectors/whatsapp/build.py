"""The channel put together from settings. Time, chance and the session come from outside."""

from __future__ import annotations

from collections.abc import Callable

import requests

from connectors.whatsapp.inbound.ingest import Ingest
from connectors.whatsapp.outbound.deliverer import Deliverer
from connectors.whatsapp.outbound.failure_policy import FailurePolicy
from connectors.whatsapp.outbound.graph import GraphApi
from connectors.whatsapp.outbound.read_receipts import ReadReceipts
from connectors.whatsapp.outbound.statuses import StatusHandler
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
        statuses=StatusHandler(_failure_policy(settings, new_ticket, jitter)),
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
        failure_policy=_failure_policy(settings.whatsapp, new_ticket, jitter),
        public_url=settings.public_url,
        read_receipts=ReadReceipts(store, graph),
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


def _failure_policy(
    settings: WhatsAppSettings, new_ticket: Callable[[], str], jitter: Callable[[], float]
) -> FailurePolicy:
    return FailurePolicy(
        phone_number_id=settings.phone_number_id,
        access_token=settings.access_token,
        new_ticket=new_ticket,
        jitter=jitter,
    )
