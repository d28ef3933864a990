"""Backup, restore, a resident's copy and erasure, by the commands that the office types."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from commands.backup import backup, restore
from commands.privacy import privacy
from connectors import socket_folder
from foundation.clock import StillClock
from foundation.errors import BackupError, NotFoundError
from storage import (
    Cursor,
    Store,
    append_event,
    enqueue,
    events_beyond,
    get_outbox_row,
    latest_audit_entries,
    make_backup,
    open_conversation,
    read_events,
    restore_backup,
    tables,
    whatsapp_tables,
)

NUMBER = "6281200000001"
SAID = "nama saya Warga Contoh"


@pytest.fixture
def here(store: Store, clock: StillClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store with one resident on WhatsApp, which the commands find by their settings."""
    url = store._engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("HALO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("HALO_DATABASE_URL", url)
    monkeypatch.setenv("HALO_TEST_NOW", clock().isoformat())
    with store.write() as tx:
        conversation = open_conversation(
            tx, channel="whatsapp", address=NUMBER, conversation_id="satu"
        )
        tx.connection.execute(
            sa.insert(whatsapp_tables.contact).values(
                conversation_id="satu", wa_id=NUMBER, name="Warga", username=""
            )
        )
        said = {"text": SAID}
        event = append_event(tx, "satu", type="user", actor="resident", data={}, content=said)
        enqueue(tx, conversation, event=event, state="pending", epoch=0, payload={"body": "ya"})
    return store


def _url(store: Store) -> str:
    return store._engine.url.render_as_string(hide_password=False)


def _run(command: object, *words: str, stdin: str = "") -> Result:
    return CliRunner().invoke(command, list(words), input=stdin, catch_exceptions=False)  # type: ignore[arg-type]


def _texts(store: Store) -> list[str]:
    with store.read() as tx:
        return [e.content["text"] for e in read_events(tx, "satu") if e.content]


def test_a_backup_brings_back_what_was_there(here: Store, tmp_path: Path) -> None:
    made = json.loads(_run(backup, "--to", str(tmp_path / "aman"), "--json").output)
    path = Path(made["file"])
    assert path.stat().st_mode & 0o077 == 0
    with here.write() as tx:
        append_event(
            tx, "satu", type="user", actor="resident", data={}, content={"text": "sesudahnya"}
        )
    here.close()
    with pytest.raises(BackupError, match="holds conversations"):
        _run(restore, str(path))
    assert _texts(here) == [SAID, "sesudahnya"]
    here.close()
    assert _run(restore, str(path), "--replace").exit_code == 0
    assert _texts(here) == [SAID]
    with here.read() as tx:
        assert [entry.action for entry in latest_audit_entries(tx)] == ["restore"]


def test_what_others_keep_in_the_database_is_left_alone(
    postgresql_store: Store, empty_postgresql_url: str, clock: StillClock, tmp_path: Path
) -> None:
    other = sa.create_engine(empty_postgresql_url)
    with other.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE milik_lain (isi text)")
    path = make_backup(_url(postgresql_store), tmp_path / "aman", now=clock())
    with other.begin() as connection:
        connection.exec_driver_sql("INSERT INTO milik_lain VALUES ('sesudahnya')")
    postgresql_store.close()
    restore_backup(path, _url(postgresql_store), replace=True, now=clock())
    with other.connect() as connection:
        kept = connection.exec_driver_sql("SELECT isi FROM milik_lain").scalar_one()
    other.dispose()
    assert kept == "sesudahnya"


def test_a_log_from_a_server_that_had_counted_further_is_read_on(
    here: Store, tmp_path: Path
) -> None:
    with here.write() as tx:
        tx.connection.execute(sa.update(tables.event).values(xid=2**40))
    path = Path(json.loads(_run(backup, "--to", str(tmp_path), "--json").output)["file"])
    here.close()
    _run(restore, str(path), "--replace")
    with here.read() as tx:
        events, _ = events_beyond(tx, Cursor(), limit=10)
    assert [event.seq for event in events] == [1]


def test_what_was_about_to_be_sent_waits_for_a_person(here: Store, tmp_path: Path) -> None:
    path = Path(json.loads(_run(backup, "--to", str(tmp_path), "--json").output)["file"])
    here.close()
    _run(restore, str(path), "--replace")
    with here.read() as tx:
        row = get_outbox_row(tx, tx.connection.execute(sa.select(tables.outbox.c.id)).scalar_one())
    assert row is not None
    assert row.state == "unknown"


def test_a_damaged_backup_changes_nothing(here: Store, tmp_path: Path) -> None:
    path = Path(json.loads(_run(backup, "--to", str(tmp_path), "--json").output)["file"])
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(byte ^ 255 for byte in content[middle : middle + 64])
    path.write_bytes(content)
    here.close()
    with pytest.raises(BackupError):
        _run(restore, str(path), "--replace")
    assert _texts(here) == [SAID]


def test_any_other_file_is_refused(here: Store, tmp_path: Path) -> None:
    other = tmp_path / "surat.tar"
    other.write_text("bukan cadangan")
    with pytest.raises(BackupError, match="not a backup"):
        _run(restore, str(other), "--replace")
    assert _texts(here) == [SAID]


def test_a_backup_of_another_kind_of_database_is_refused(
    sqlite_store: Store, clock: StillClock, tmp_path: Path
) -> None:
    path = make_backup(_url(sqlite_store), tmp_path / "aman", now=clock())
    with pytest.raises(BackupError, match="is of sqlite"):
        restore_backup(path, "postgresql://127.0.0.1/test", replace=True, now=clock())


def test_nothing_is_restored_under_a_running_service(here: Store, tmp_path: Path) -> None:
    path = Path(json.loads(_run(backup, "--to", str(tmp_path), "--json").output)["file"])
    folder = socket_folder(tmp_path / "data")
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as worker:
        worker.bind(str(folder / "worker-1.sock"))
        worker.listen()
        with pytest.raises(BackupError, match="a worker runs"):
            _run(restore, str(path), "--replace")
    # A socket that a killed worker left behind answers nobody.
    here.close()
    assert _run(restore, str(path), "--replace").exit_code == 0


def test_a_resident_gets_a_copy_of_everything(here: Store, tmp_path: Path) -> None:
    output = tmp_path / "salinan.json"
    words = ["export", "--phone", "0812-0000-0001", "--by", "Petugas Contoh"]
    assert _run(privacy, *words, "--output", str(output)).exit_code == 0
    assert output.stat().st_mode & 0o077 == 0
    (copy,) = json.loads(output.read_text())["conversations"]
    assert copy["events"][0]["content"] == {"text": SAID}
    assert copy["whatsapp"][0]["wa_id"] == NUMBER
    with here.read() as tx:
        assert latest_audit_entries(tx)[0].data == {
            "by": "Petugas Contoh",
            "conversations": ["satu"],
        }


def test_erasing_takes_words_and_name_and_leaves_the_count(here: Store) -> None:
    words = ["erase", "--phone", NUMBER, "--by", "Petugas Contoh", "--reason", "surat 1"]
    refused = _run(privacy, *words, stdin="n\n")
    assert refused.exit_code == 1
    assert _texts(here) == [SAID]
    done = json.loads(_run(privacy, *words, "--yes", "--json").output)
    assert done == {"conversations": ["satu"], "erased": 1}
    assert _texts(here) == []
    with here.read() as tx:
        assert [event.type for event in read_events(tx, "satu")] == ["user", "erased"]
        assert latest_audit_entries(tx)[0].data["reason"] == "surat 1"
    with pytest.raises(NotFoundError):
        _run(privacy, *words, "--yes")
