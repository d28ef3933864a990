"""Fixtures for all packages: a still clock, and an empty, migrated store of either kind.

``store`` runs a test on SQLite and on PostgreSQL; ``sqlite_store`` on SQLite only. Where no
PostgreSQL listens the test is skipped, but in CI it fails.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, expect

from dialogue import Assets
from foundation.clock import StillClock, parse_moment
from foundation.settings import PROJECT_ROOT
from service_hours import Calendar
from storage import Store, tables
from tests.chromium import PATIENCE, chromium

# How long an example takes is no property of the program. In CI the same commit gets the same
# examples every time; whoever runs the tests by hand gets new ones.
settings.register_profile(
    "halo",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("CI") == "true",
)
settings.load_profile("halo")

POSTGRESQL = os.environ.get(
    "HALO_TEST_DATABASE_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/test"
)


@pytest.fixture
def clock() -> StillClock:
    """Tuesday 24 November 2026, 09.00 WIB: a working day, the office is open."""
    return StillClock(parse_moment("2026-11-24T09:00"))


@pytest.fixture(scope="session")
def assets() -> Assets:
    """The words that ship, read once for all tests; nothing changes them."""
    return Assets.load(PROJECT_ROOT / "training_data")


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    """The office's calendar that ships."""
    return Calendar.load(PROJECT_ROOT / "training_data" / "kalender.yml")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    store = Store.open(f"sqlite:///{path}", clock=StillClock(parse_moment("2026-11-24T09:00")))
    store.migrate()
    with store.read() as tx:
        assert tx.connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    store.close()
    return path


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """The URL of an empty migrated SQLite store of this test's own."""
    path = tmp_path / "halo.sqlite3"
    shutil.copyfile(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgresql_admin() -> Iterator[sa.Engine]:
    """An engine that may make and drop schemas."""
    engine = sa.create_engine(POSTGRESQL, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect():
            pass
    except sa.exc.OperationalError:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL does not answer, and in CI it has to")
        pytest.skip("PostgreSQL does not answer")
    yield engine
    engine.dispose()


def schema_url(schema: str) -> str:
    """The URL whose tables are in ``schema``."""
    url = sa.make_url(POSTGRESQL).update_query_dict({"options": f"-csearch_path={schema}"})
    return url.render_as_string(hide_password=False)


@pytest.fixture
def empty_postgresql_url(postgresql_admin: sa.Engine) -> Iterator[str]:
    """The URL of a PostgreSQL schema without any table."""
    schema = f"halo_{secrets.token_hex(6)}"
    with postgresql_admin.connect() as connection:
        connection.execute(sa.schema.CreateSchema(schema))
    yield schema_url(schema)
    with postgresql_admin.connect() as connection:
        connection.execute(sa.schema.DropSchema(schema, cascade=True))


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_admin: sa.Engine) -> Iterator[str]:
    """The name of a migrated schema of this test run."""
    schema = f"halo_{secrets.token_hex(6)}"
    with postgresql_admin.connect() as connection:
        connection.execute(sa.schema.CreateSchema(schema))
    store = Store.open(schema_url(schema), clock=StillClock(parse_moment("2026-11-24T09:00")))
    store.migrate()
    store.close()
    yield schema
    with postgresql_admin.connect() as connection:
        connection.execute(sa.schema.DropSchema(schema, cascade=True))


@pytest.fixture
def postgresql_url(migrated_postgresql: str, postgresql_admin: sa.Engine) -> str:
    """The URL of an empty migrated PostgreSQL schema."""
    # Emptied before the test, not after it: whatever became of the one before, this one is alone.
    names = ", ".join(f'"{migrated_postgresql}"."{name}"' for name in tables.metadata.tables)
    with postgresql_admin.connect() as connection:
        connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
    return schema_url(migrated_postgresql)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty migrated store, once per kind of store."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a store that was never migrated, once per kind of store."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    url: str = request.getfixturevalue("empty_postgresql_url")
    return url


@pytest.fixture
def store(store_url: str, clock: StillClock) -> Iterator[Store]:
    """An empty migrated store, once on SQLite and once on PostgreSQL."""
    opened = Store.open(store_url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(sqlite_url: str, clock: StillClock) -> Iterator[Store]:
    """An empty migrated SQLite store, for tests that are not about the store."""
    opened = Store.open(sqlite_url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def postgresql_store(postgresql_url: str, clock: StillClock) -> Iterator[Store]:
    """An empty migrated PostgreSQL store."""
    opened = Store.open(postgresql_url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A chromium for the tests of a module; each page lives in a profile of its own.

    Not for the whole session: only one may run in the test process at a time.
    """
    expect.set_options(timeout=PATIENCE)
    with chromium() as started:
        yield started
