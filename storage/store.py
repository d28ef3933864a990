"""The store: opens the database, gives transactions, knows whether its schema is current."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, cast

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import exc
from sqlalchemy.engine import Connection, Engine

from foundation.clock import Clock
from foundation.errors import StoreUnavailableError
from storage.engines import (
    LOCK_TIMEOUT_SECONDS,
    MIGRATION_SECONDS,
    Sleep,
    for_migrating,
    for_reading,
    for_writing,
    make_engine,
    read_url,
    sqlite_path,
)
from storage.fair_lock import FairLock

Dialect = Literal["sqlite", "postgresql"]

_MIGRATIONS: Final = Path(__file__).resolve().parent / "migrations"
_MIGRATION_LOCK: Final = 4_820_417_013
"""Number of the PostgreSQL advisory lock under which migrations run (any constant will do)."""

_ONE_MIGRATION: Final = threading.Lock()
_OUT_OF_REACH: Final = (exc.OperationalError, exc.InternalError, exc.InterfaceError)


@dataclass(frozen=True, eq=False)
class Transaction:
    """One transaction. ``now`` (UTC) is the moment at which it began and does not move."""

    connection: Connection
    now: datetime
    dialect: Dialect
    read_only: bool


class Store:
    """A database and its clock. Threads and greenlets may share one store.

    Open it after forking and after gevent's patches, never before.
    """

    def __init__(self, engine: Engine, *, clock: Clock) -> None:
        self._engine = engine
        self._writing = for_writing(engine, durable=True)
        self._jotting = for_writing(engine, durable=False)
        self._reading = for_reading(engine)
        self._clock = clock
        self.dialect: Final = cast(Dialect, engine.dialect.name)
        self.path: Final = sqlite_path(engine.url)
        """The SQLite file; None for PostgreSQL and for a store in memory."""
        self._writers = FairLock() if self.path else None

    @classmethod
    def open(cls, url: str, *, clock: Clock, sleep: Sleep = time.sleep) -> Store:
        """Open the store at ``url`` without connecting or migrating.

        ``sleep`` is the pause between two tries for SQLite's write lock. Raises
        :class:`SettingsError` for a URL that is neither SQLite's nor PostgreSQL's.
        """
        return cls(make_engine(read_url(url), sleep=sleep), clock=clock)

    def close(self) -> None:
        """Close all connections that are not in use."""
        self._engine.dispose()

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Transaction]:
        """Give a transaction that is committed at the end and rolled back on an exception.

        Without ``durable`` the commit is quicker and may be forgotten in a power cut (not in a
        crash of this program): for what is found out again anyway. SQLite: the only writer.
        PostgreSQL: READ COMMITTED.

        Raises :class:`StoreUnavailableError` when the database cannot be reached, written or
        locked in time; nothing was changed then, unless the connection broke during the commit.
        Do not begin another one inside (it would wait for itself on SQLite).
        """
        with self._transaction(self._writing if durable else self._jotting) as tx:
            if not durable and self.dialect == "postgresql":
                tx.connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
            yield tx

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Transaction]:
        with self._one_writer(), _translated(), engine.begin() as connection:
            yield Transaction(connection, self._clock(), self.dialect, read_only=False)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Give a transaction that sees one moment of the store and cannot write.

        Raises :class:`StoreUnavailableError` as :meth:`write` does, also when something tries to
        write in it.
        """
        with _translated(), self._reading.begin() as connection:
            yield Transaction(connection, self._clock(), self.dialect, read_only=True)

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        """Let the writers of this process wait outside (SQLite).

        There is one write lock. Whoever waited for it with a connection in hand would leave none
        to the readers.
        """
        if self._writers is None:
            yield
            return
        if not self._writers.acquire(LOCK_TIMEOUT_SECONDS):
            raise StoreUnavailableError("this process could not write for 5 seconds")
        try:
            yield
        finally:
            self._writers.release()

    def migrate(self) -> None:
        """Bring the schema to this program's version, in one transaction, one process at a time.

        Raises :class:`StoreUnavailableError`.
        """
        config = _alembic_config()
        # Alembic keeps its context in module globals.
        with _ONE_MIGRATION, self._transaction(for_migrating(self._engine)) as tx:
            if tx.dialect == "postgresql":
                _await_other_migrations(tx.connection)
            config.attributes["connection"] = tx.connection
            command.upgrade(config, "head")

    def schema_is_current(self) -> bool:
        """Whether the schema is this program's version. Raises :class:`StoreUnavailableError`."""
        wanted = set(ScriptDirectory.from_config(_alembic_config()).get_heads())
        with self.read() as tx:
            return set(MigrationContext.configure(tx.connection).get_current_heads()) == wanted


def _await_other_migrations(connection: Connection) -> None:
    """Wait as long as a migration may take, and for its tables only as long as for any other."""
    wait_for = "SELECT set_config('lock_timeout', :seconds || 's', true)"
    connection.execute(sa.text(wait_for), {"seconds": str(MIGRATION_SECONDS)})
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
    connection.execute(sa.text(wait_for), {"seconds": str(int(LOCK_TIMEOUT_SECONDS))})


def _alembic_config() -> Config:
    config = Config()
    # A percent sign in the path would be read as interpolation.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except _OUT_OF_REACH as error:
        raise StoreUnavailableError(f"the database refuses: {error.orig}") from error
    except exc.TimeoutError as error:
        raise StoreUnavailableError("no database connection was free in time") from error
    except exc.DatabaseError as error:
        # Only the bare class: a damaged file. Its subclasses are mistakes in this program.
        if type(error) is not exc.DatabaseError:
            raise
        raise StoreUnavailableError(f"the database file is damaged: {error.orig}") from error
