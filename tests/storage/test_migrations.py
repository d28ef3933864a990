"""The migrated schema is the one that ``storage.tables`` describes, on both stores."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.dialects.postgresql import base as postgresql_base

from foundation.clock import StillClock
from foundation.errors import StoreUnavailableError
from storage import Store, tables
from storage.columns import TransactionId
from storage.engines import LOCK_TIMEOUT_SECONDS
from tests.builders import a_conversation

_MIGRATE = """
import sys
from foundation.clock import system_clock
from storage import Store
store = Store.open(sys.argv[1], clock=system_clock)
print("ready", flush=True)
sys.stdin.read()
store.migrate()
print(store.schema_is_current())
"""


@pytest.fixture
def unmigrated(empty_url: str, clock: StillClock) -> Store:
    return Store.open(empty_url, clock=clock)


def test_a_new_store_is_migrated_when_told_and_not_before(unmigrated: Store) -> None:
    assert not unmigrated.schema_is_current()
    with pytest.raises((StoreUnavailableError, sa.exc.ProgrammingError)):
        a_conversation(unmigrated)
    unmigrated.migrate()
    assert unmigrated.schema_is_current()
    a_conversation(unmigrated)
    unmigrated.close()


def test_migrating_again_keeps_everything(store: Store) -> None:
    conversation = a_conversation(store)
    store.migrate()
    assert a_conversation(store) == conversation


def test_the_migrated_schema_is_the_one_in_tables(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So that reflection knows the type; it is not one of SQLAlchemy's own.
    monkeypatch.setitem(postgresql_base.ischema_names, "xid8", TransactionId)
    with store.read() as tx:
        context = MigrationContext.configure(
            tx.connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, tables.metadata) == []


def test_indexes_conditions_and_checks_are_those_in_tables(store: Store, clock: StillClock) -> None:
    """What ``compare_metadata`` does not see: conditions of indexes, checks, AUTOINCREMENT."""
    if store.dialect == "sqlite":
        fresh = sa.create_engine("sqlite://")
        tables.metadata.create_all(fresh)
        statement = sa.text(
            "SELECT name, sql FROM sqlite_master WHERE tbl_name NOT LIKE 'alembic%' ORDER BY name"
        )
        with fresh.connect() as connection, store.read() as tx:
            wanted = connection.execute(statement).all()
            found = tx.connection.execute(statement).all()
        fresh.dispose()
        assert [_squeezed(*row) for row in found] == [_squeezed(*row) for row in wanted]
        return
    with store.read() as tx:
        inspector = sa.inspect(tx.connection)
        for table in tables.metadata.sorted_tables:
            checks = {check["name"] for check in inspector.get_check_constraints(table.name)}
            assert checks == {
                str(constraint.name)
                for column in table.c
                for constraint in column.constraints
                if isinstance(constraint, sa.CheckConstraint)
            }
            partial = {
                str(index["name"])
                for index in inspector.get_indexes(table.name)
                if "postgresql_where" in index["dialect_options"]
            }
            assert partial == {
                str(index.name)
                for index in table.indexes
                if index.dialect_options["postgresql"]["where"] is not None
            }


def _squeezed(name: str, sql: str | None) -> tuple[str, set[str]]:
    parts = (sql or "").replace("\n", " ").replace("\t", " ").split(", ")
    return name, {" ".join(part.split()).strip("() ") for part in parts}


def test_processes_that_migrate_at_once_do_not_disturb_each_other(empty_url: str) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", _MIGRATE, empty_url]
    processes = [
        subprocess.Popen(
            command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    # They wait for the end of their input, so that all begin together.
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    assert [process.communicate(timeout=300)[0].strip() for process in processes] == ["True"] * 3


def test_a_migration_waits_for_another_longer_than_a_writer(
    sqlite_url: str, clock: StillClock
) -> None:
    other = sqlite3.connect(sa.make_url(sqlite_url).database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if sum(pauses) > 2 * LOCK_TIMEOUT_SECONDS and other.in_transaction:
            other.execute("COMMIT")

    store = Store.open(sqlite_url, clock=clock, sleep=sleep)
    store.migrate()
    assert sum(pauses) > 2 * LOCK_TIMEOUT_SECONDS
    store.close()
    other.close()


def test_only_the_wait_for_another_migration_is_long(
    postgresql_store: Store,
) -> None:
    timeouts: list[str] = []

    def note(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "pg_advisory_xact_lock" in statement or "alembic_version" in statement:
            timeouts.append(connection.exec_driver_sql("SHOW lock_timeout").scalar_one())

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        postgresql_store.migrate()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert timeouts[0] == "10min"
    assert set(timeouts[1:]) == {"5s"}
