"""One engine per store, set up so that both behave alike: durable, strict, and never blocking.

SQLite: WAL, ``synchronous=FULL``, foreign keys, ``BEGIN IMMEDIATE`` for writes. PostgreSQL: READ
COMMITTED, five seconds of waiting for a lock, a dead client's transaction ends after a minute.
"""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool

from foundation.errors import SettingsError, StoreUnavailableError

LOCK_TIMEOUT_SECONDS: Final = 5.0
MIGRATION_SECONDS: Final = 600
"""How long a process waits for another one that brings the schema up to date."""

_POLL_SECONDS: Final = (0.001, 0.002, 0.005)
"""Whoever sleeps longer than others between two tries is passed by them again and again."""

_MEMORY: Final = (None, "", ":memory:")
_to_json = partial(json.dumps, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

Sleep = Callable[[float], None]
"""Pauses for a number of seconds; under gevent's patches only the calling greenlet."""


def read_url(text: str) -> URL:
    """Return the SQLAlchemy URL of a supported store.

    ``postgres://`` and ``postgresql://`` mean psycopg 3. Raises :class:`SettingsError`.
    """
    try:
        url = sa.make_url(text)
    except ArgumentError as error:
        raise SettingsError("HALO_DATABASE_URL bukan alamat basis data") from error
    if url.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername in ("sqlite", "sqlite+pysqlite"):
        return url
    raise SettingsError(
        f"HALO_DATABASE_URL harus sqlite:///… atau postgresql://…, bukan {url.drivername}://"
    )


def make_engine(url: URL, *, sleep: Sleep) -> Engine:
    """Return an engine; nothing is connected yet."""
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, sleep=sleep)
    return _postgresql_engine(url)


def for_writing(engine: Engine, *, durable: bool) -> Engine:
    """Return the engine whose transactions take the write lock at once (SQLite).

    Without ``durable`` a commit outlives the process but perhaps not a power cut, and costs no
    wait for the disk (SQLite; PostgreSQL is told in the transaction itself).
    """
    if engine.dialect.name == "sqlite":
        return engine.execution_options(halo_write=True, halo_durable=durable)
    return engine


def for_migrating(engine: Engine) -> Engine:
    """Return the engine whose transactions wait for a migration of another process (SQLite)."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(halo_write=True, halo_patience=MIGRATION_SECONDS)
    return engine


def for_reading(engine: Engine) -> Engine:
    """Return the engine whose transactions see one moment of the store and cannot write."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(halo_write=False)
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def sqlite_path(url: URL) -> str | None:
    """Return the SQLite file's path; None for PostgreSQL and for a database in memory."""
    if url.get_backend_name() != "sqlite" or url.database in _MEMORY:
        return None
    return url.database


def _postgresql_engine(url: URL) -> Engine:
    engine = sa.create_engine(
        url,
        isolation_level="READ COMMITTED",
        json_serializer=_to_json,
        pool_size=10,
        max_overflow=10,
        pool_timeout=LOCK_TIMEOUT_SECONDS,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5},
    )
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_postgresql(dbapi_connection: Any, _record: Any) -> None:
    # By SET instead of start-up options, which connection poolers refuse.
    dbapi_connection.autocommit = True
    dbapi_connection.execute(f"SET lock_timeout = {int(LOCK_TIMEOUT_SECONDS * 1000)}")
    dbapi_connection.execute("SET idle_in_transaction_session_timeout = 60000")
    dbapi_connection.autocommit = False


def _sqlite_engine(url: URL, *, sleep: Sleep) -> Engine:
    path = sqlite_path(url)
    if path is not None:
        # What residents say is nobody else's business on this machine.
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A database in memory lives in its one connection (throw-away stores, one thread).
    pool: dict[str, Any] = (
        {"poolclass": StaticPool} if path is None else {"pool_timeout": LOCK_TIMEOUT_SECONDS}
    )
    engine = sa.create_engine(
        url,
        json_serializer=_to_json,
        connect_args={"timeout": LOCK_TIMEOUT_SECONDS, "check_same_thread": False},
        **pool,
    )
    if path is not None:
        event.listen(engine, "do_connect", partial(_keep_private, path))
    event.listen(engine, "connect", partial(_prepare_sqlite, sleep=sleep))
    event.listen(engine, "begin", partial(_begin_sqlite, sleep=sleep))
    return engine


def _keep_private(path: str, *_: Any) -> None:
    """Make the file before SQLite would, for its owner alone; the log and index files inherit it.

    A file that is there is never opened and closed here: that would drop the locks which other
    connections of this process hold on it (sqlite.org/howtocorrupt.html, section 2.2).
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        return
    for file in (Path(path), Path(f"{path}-wal"), Path(f"{path}-shm")):
        with suppress(FileNotFoundError, PermissionError):
            if stat.S_IMODE(file.stat().st_mode) & 0o077:
                file.chmod(0o600)


def _prepare_sqlite(dbapi_connection: Any, _record: Any, *, sleep: Sleep) -> None:
    # The driver would begin transactions by itself, and only before the first write.
    dbapi_connection.isolation_level = None
    # Of processes that open a new file at once, SQLite refuses all but one without any waiting.
    _patiently(dbapi_connection, "PRAGMA journal_mode=WAL", sleep=sleep)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        dbapi_connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection, *, sleep: Sleep) -> None:
    driver: object = connection.connection.dbapi_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError("the SQLite store needs the driver of the standard library")
    options = connection.get_execution_options()
    writing = bool(options.get("halo_write", True))
    driver.execute(f"PRAGMA query_only={'OFF' if writing else 'ON'}")
    if writing:
        driver.execute(
            f"PRAGMA synchronous={'FULL' if options.get('halo_durable', True) else 'NORMAL'}"
        )
        patience = float(options.get("halo_patience", LOCK_TIMEOUT_SECONDS))
        _patiently(driver, "BEGIN IMMEDIATE", sleep=sleep, patience=patience)
    else:
        driver.execute("BEGIN")


def _patiently(
    driver: sqlite3.Connection,
    statement: str,
    *,
    sleep: Sleep,
    patience: float = LOCK_TIMEOUT_SECONDS,
) -> None:
    """Get a lock, waiting in Python: SQLite's own waiting would stall all greenlets."""
    driver.execute("PRAGMA busy_timeout=0")
    waited, tries = 0.0, 0
    try:
        while not _got_lock(driver, statement):
            if waited >= patience:
                raise StoreUnavailableError(
                    f"SQLite's write lock was not free within {patience:g} seconds"
                )
            pause = _POLL_SECONDS[min(tries, len(_POLL_SECONDS) - 1)]
            sleep(pause)
            waited, tries = waited + pause, tries + 1
    finally:
        driver.execute(f"PRAGMA busy_timeout={int(LOCK_TIMEOUT_SECONDS * 1000)}")


def _got_lock(driver: sqlite3.Connection, statement: str) -> bool:
    try:
        driver.execute(statement).close()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            return False
        raise StoreUnavailableError(f"SQLite refuses {statement}: {error}") from error
    return True
