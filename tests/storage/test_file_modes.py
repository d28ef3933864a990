"""What residents say can be read by the owner of the process alone, whatever the umask is."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from foundation.clock import StillClock
from storage import Store, make_backup
from tests.builders import a_conversation


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    """The least careful umask there is."""
    before = os.umask(0)
    yield
    os.umask(before)


def _modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def test_database_log_and_index_are_the_owners_from_the_first_moment(
    tmp_path: Path, clock: StillClock
) -> None:
    folder = tmp_path / "data"
    store = Store.open(f"sqlite:///{folder}/halo.sqlite3", clock=clock)
    store.migrate()
    a_conversation(store, "warga")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = _modes(folder)
    assert {"halo.sqlite3", "halo.sqlite3-wal", "halo.sqlite3-shm"} <= modes.keys()
    assert set(modes.values()) == {0o600}
    store.close()


def test_a_database_of_an_earlier_version_becomes_private(
    tmp_path: Path, clock: StillClock
) -> None:
    path = tmp_path / "halo.sqlite3"
    Store.open(f"sqlite:///{path}", clock=clock).migrate()
    path.chmod(0o644)
    store = Store.open(f"sqlite:///{path}", clock=clock)
    a_conversation(store, "warga")
    assert set(_modes(tmp_path).values()) == {0o600}
    store.close()


def test_a_backup_is_the_owners(tmp_path: Path, clock: StillClock) -> None:
    url = f"sqlite:///{tmp_path}/data/halo.sqlite3"
    Store.open(url, clock=clock).migrate()
    made = make_backup(url, tmp_path / "cadangan", now=clock())
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.parent.stat().st_mode) == 0o700
