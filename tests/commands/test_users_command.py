"""`halo user`: accounts made, renewed and shut from the command line, each action in the audit."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from commands.demo import ensure_demo_accounts, refuse_demo_accounts
from commands.users import user
from foundation.errors import NotFoundError, SettingsError
from storage import Store, latest_audit_entries, verify_password

PASSWORD = "sandi-yang-panjang-sekali"


@pytest.fixture
def store(sqlite_store: Store, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("HALO_DATABASE_URL", sqlite_url)
    return sqlite_store


def _run(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(user, list(words), input=typed)


def _signs_in(store: Store, name: str, password: str) -> bool:
    with store.read() as tx:
        return verify_password(tx, name, password) is not None


def test_a_new_password_replaces_the_old_one(store: Store) -> None:
    made = _run("add", "Siti", "--role", "petugas", "--password-stdin", typed=PASSWORD + "\n")
    assert made.exit_code == 0, made.output
    renewed = _run("password", "siti", "--password-stdin", typed="sandi-baru-yang-panjang\n")
    assert renewed.exit_code == 0, renewed.output
    assert not _signs_in(store, "siti", PASSWORD)
    assert _signs_in(store, "siti", "sandi-baru-yang-panjang")
    with store.read() as tx:
        assert [entry.action for entry in latest_audit_entries(tx)] == [
            "password_set",
            "account_made",
        ]


def test_shutting_the_demo_accounts_leaves_the_others(store: Store) -> None:
    ensure_demo_accounts(store)
    _run("add", "siti", "--role", "admin", "--password-stdin", typed=PASSWORD + "\n")
    with pytest.raises(SettingsError, match="deactivate --demo"):
        refuse_demo_accounts(store)
    shut = _run("deactivate", "--demo")
    assert shut.output.count("dinonaktifkan") == 5
    refuse_demo_accounts(store)
    assert _signs_in(store, "siti", PASSWORD)
    assert "siti\tadmin\taktif" in _run("list").output


def test_an_unknown_account_is_named(store: Store) -> None:
    answer = _run("deactivate", "budi")
    assert isinstance(answer.exception, NotFoundError)
    assert "budi" in str(answer.exception)


def test_deactivate_asks_for_whom(store: Store) -> None:
    assert _run("deactivate").exit_code == 2
