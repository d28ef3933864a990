"""Transactions: one moment, all or nothing, and one kind of error when the store is away."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from foundation.clock import StillClock
from foundation.errors import SettingsError, StoreUnavailableError
from storage import (
    Store,
    append_event,
    get_conversation,
    lock_conversation,
    open_conversation,
    read_events,
    tables,
)
from tests.builders import NINE_O_CLOCK, a_conversation


def _append(store: Store, conversation_id: str) -> None:
    with store.write() as tx:
        append_event(tx, conversation_id, type="system", actor="bot", data={})


def test_now_is_fixed_when_the_transaction_begins(store: Store, clock: StillClock) -> None:
    with store.write() as tx:
        clock.advance(hours=1)
        assert tx.now == NINE_O_CLOCK
        made = open_conversation(tx, channel="webchat", address="a")
    assert made.created_at == NINE_O_CLOCK
    with store.read() as tx:
        assert tx.now == clock()


def test_the_dialect_is_told(store: Store, store_url: str) -> None:
    assert store.dialect == sa.make_url(store_url).get_backend_name()
    with store.read() as tx:
        assert (tx.dialect, tx.read_only) == (store.dialect, True)
    with store.write() as tx:
        assert (tx.dialect, tx.read_only) == (store.dialect, False)


def test_a_reader_sees_one_moment(store: Store) -> None:
    conversation = a_conversation(store)
    with store.read() as tx:
        assert read_events(tx, conversation.id) == []
        _append(store, conversation.id)
        assert read_events(tx, conversation.id) == []
    with store.read() as tx:
        assert len(read_events(tx, conversation.id)) == 1


def test_a_reader_does_not_wait_for_a_writer(store: Store) -> None:
    conversation = a_conversation(store)
    with store.write() as writing:
        append_event(writing, conversation.id, type="system", actor="bot", data={})
        with store.read() as reading:
            assert read_events(reading, conversation.id) == []


def test_writing_in_a_reading_transaction_is_refused(store: Store) -> None:
    conversation = a_conversation(store)
    with pytest.raises(StoreUnavailableError), store.read() as tx:
        append_event(tx, conversation.id, type="system", actor="bot", data={})
    _append(store, conversation.id)
    with store.read() as tx:
        assert [event.seq for event in read_events(tx, conversation.id)] == [1]


def test_a_mistake_in_the_program_keeps_its_own_error(store: Store) -> None:
    with pytest.raises(sa.exc.IntegrityError), store.write() as tx:
        tx.connection.execute(
            sa.insert(tables.attention).values(
                conversation_id="tidak-ada", event_id=1, at=tx.now, kind="low"
            )
        )


def test_a_value_outside_the_allowed_ones_is_refused(store: Store) -> None:
    conversation = a_conversation(store)
    with pytest.raises(sa.exc.IntegrityError), store.write() as tx:
        tx.connection.execute(
            sa.insert(tables.case_).values(
                ticket="T-1",
                conversation_id=conversation.id,
                state="entah",
                reason="asked",
                opened_at=tx.now,
            )
        )


def test_a_conversation_has_at_most_one_open_case(store: Store) -> None:
    conversation = a_conversation(store)

    def open_case(ticket: str, state: str) -> None:
        with store.write() as tx:
            tx.connection.execute(
                sa.insert(tables.case_).values(
                    ticket=ticket,
                    conversation_id=conversation.id,
                    state=state,
                    reason="asked",
                    opened_at=tx.now,
                )
            )

    open_case("T-1", "resolved")
    open_case("T-2", "waiting")
    open_case("T-3", "returned")
    with pytest.raises(sa.exc.IntegrityError):
        open_case("T-4", "claimed")


def test_sqlite_is_durable_strict_and_concurrent(sqlite_store: Store) -> None:
    with sqlite_store.write() as tx:
        pragmas = {
            name: tx.connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }


def test_what_is_found_out_again_need_not_wait_for_the_disk(store: Store) -> None:
    question, quick, sure = {
        "sqlite": ("PRAGMA synchronous", 1, 2),
        "postgresql": ("SHOW synchronous_commit", "off", "on"),
    }[store.dialect]
    for durable, expected in ((False, quick), (True, sure), (False, quick)):
        with store.write(durable=durable) as tx:
            assert tx.connection.exec_driver_sql(question).scalar_one() == expected


def test_a_writer_waits_while_another_process_writes(sqlite_url: str, clock: StillClock) -> None:
    other = sqlite3.connect(sa.make_url(sqlite_url).database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            other.execute("COMMIT")

    store = Store.open(sqlite_url, clock=clock, sleep=sleep)
    conversation = a_conversation(store)
    with store.read() as tx:
        assert get_conversation(tx, conversation.id) == conversation
    assert len(pauses) == 3
    store.close()
    other.close()


def test_a_writer_gives_up_after_five_seconds(sqlite_url: str, clock: StillClock) -> None:
    other = sqlite3.connect(sa.make_url(sqlite_url).database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    pauses: list[float] = []
    store = Store.open(sqlite_url, clock=clock, sleep=pauses.append)
    with pytest.raises(StoreUnavailableError):
        a_conversation(store)
    assert 5.0 <= sum(pauses) < 5.1
    other.execute("COMMIT")
    a_conversation(store)
    store.close()
    other.close()


def test_a_postgresql_writer_does_not_wait_for_ever(postgresql_store: Store) -> None:
    conversation = a_conversation(postgresql_store)
    with postgresql_store.write() as holder:
        lock_conversation(holder, conversation.id)
        with pytest.raises(StoreUnavailableError):
            _lock_impatiently(postgresql_store, conversation.id)


def _lock_impatiently(store: Store, conversation_id: str) -> None:
    with store.write() as tx:
        assert tx.connection.exec_driver_sql("SHOW lock_timeout").scalar_one() == "5s"
        tx.connection.exec_driver_sql("SET LOCAL lock_timeout = '20ms'")
        lock_conversation(tx, conversation_id)


def test_a_broken_postgresql_connection_is_replaced(
    postgresql_store: Store, postgresql_admin: sa.Engine
) -> None:
    conversation = a_conversation(postgresql_store)

    def lose_the_connection_and_write() -> None:
        with postgresql_store.write() as tx:
            backend = tx.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            with postgresql_admin.connect() as admin:
                admin.execute(sa.select(sa.func.pg_terminate_backend(backend, 60_000)))
            append_event(tx, conversation.id, type="system", actor="bot", data={})

    with pytest.raises(StoreUnavailableError):
        lose_the_connection_and_write()
    _append(postgresql_store, conversation.id)
    with postgresql_store.read() as reading:
        assert [event.seq for event in read_events(reading, conversation.id)] == [1]


def test_an_absent_server_is_store_unavailable(clock: StillClock) -> None:
    store = Store.open("postgresql://postgres@127.0.0.1:1/test", clock=clock)
    with pytest.raises(StoreUnavailableError):
        a_conversation(store)


def test_a_file_that_is_no_database_is_store_unavailable(tmp_path: Path, clock: StillClock) -> None:
    path = tmp_path / "rusak.sqlite3"
    path.write_bytes(b"ini bukan basis data " * 1000)
    store = Store.open(f"sqlite:///{path}", clock=clock)
    with pytest.raises(StoreUnavailableError):
        a_conversation(store)


def test_a_path_that_cannot_be_opened_is_store_unavailable(
    tmp_path: Path, clock: StillClock
) -> None:
    store = Store.open(f"sqlite:///{tmp_path}", clock=clock)
    with pytest.raises(StoreUnavailableError):
        a_conversation(store)


@pytest.mark.parametrize("url", ["mysql://localhost/x", "bukan url", "", "sqlite+aiosqlite:///x"])
def test_an_unknown_kind_of_store_is_a_settings_error(url: str, clock: StillClock) -> None:
    with pytest.raises(SettingsError):
        Store.open(url, clock=clock)


def test_the_settings_error_does_not_show_the_password(clock: StillClock) -> None:
    with pytest.raises(SettingsError) as caught:
        Store.open("mysql://halo:rahasia@localhost/x", clock=clock)
    assert "rahasia" not in str(caught.value)


def test_the_folder_of_the_embedded_store_is_made(tmp_path: Path, clock: StillClock) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'var' / 'halo.sqlite3'}", clock=clock)
    store.migrate()
    a_conversation(store)
    assert store.path == str(tmp_path / "var" / "halo.sqlite3")
    store.close()


def test_a_store_in_memory_lives_as_long_as_it_is_open(clock: StillClock) -> None:
    store = Store.open("sqlite://", clock=clock)
    store.migrate()
    conversation = a_conversation(store)
    with store.read() as tx:
        assert get_conversation(tx, conversation.id) == conversation
    assert store.path is None
    store.close()
