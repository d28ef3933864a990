"""The fixture on both stores, and on SQLite alone for what is not about the store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from dialogue import Assets
from foundation.clock import StillClock
from service_hours import Calendar
from storage import Store
from tests.connectors.whatsapp.rehearsal_kit import Rehearsal, rehearsing
from tests.connectors.whatsapp.whatsapp_kit import T0, WhatsAppFixture


@pytest.fixture
def clock() -> StillClock:
    """A minute after the samples' T0."""
    return StillClock(datetime.fromtimestamp(T0 + 60, UTC))


@pytest.fixture
def fixture(
    sqlite_store: Store, clock: StillClock, assets: Assets, calendar: Calendar
) -> WhatsAppFixture:
    return WhatsAppFixture(sqlite_store, clock, assets, calendar)


@pytest.fixture
def any_fixture(
    store: Store, clock: StillClock, assets: Assets, calendar: Calendar
) -> WhatsAppFixture:
    """The fixture once on SQLite and once on PostgreSQL."""
    return WhatsAppFixture(store, clock, assets, calendar)


@pytest.fixture
def rehearsal(fixture: WhatsAppFixture) -> Iterator[Rehearsal]:
    """The fixture and the emulator, over real HTTP."""
    with rehearsing(fixture) as made:
        yield made
