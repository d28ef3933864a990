"""Staff accounts: passwords, roles, and what is refused."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from foundation.clock import StillClock
from foundation.errors import InvalidFormError, NotFoundError
from storage import (
    ROLES,
    Account,
    Store,
    create_account,
    deactivate,
    demo_accounts_exist,
    get_account,
    list_accounts,
    set_password,
    sign_in,
    tables,
    verify_password,
)
from tests.builders import NINE_O_CLOCK

PASSWORD = "kuda laut biru"


class CountingHasher(PasswordHasher):
    """A quick hasher that counts its checks."""

    def __init__(self, *, time_cost: int = 1) -> None:
        super().__init__(time_cost=time_cost, memory_cost=64, parallelism=1)
        self.checks = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
        self.checks += 1
        return super().verify(hash, password)


@pytest.fixture
def hasher() -> CountingHasher:
    return CountingHasher()


@pytest.fixture
def sari(store: Store, hasher: CountingHasher) -> Account:
    with store.write() as tx:
        return create_account(tx, "Sari", PASSWORD, "petugas", hasher=hasher)


def _hash_of(store: Store, account: Account) -> str:
    with store.read() as tx:
        found: str = tx.connection.execute(
            sa.select(tables.account.c.password_hash).where(tables.account.c.id == account.id)
        ).scalar_one()
    return found


def test_a_new_account_can_sign_in(store: Store, sari: Account, hasher: CountingHasher) -> None:
    assert sign_in(store, "sari", PASSWORD, hasher=hasher) == sari
    assert sign_in(store, " SARI ", PASSWORD, hasher=hasher) == sari
    with store.read() as tx:
        assert verify_password(tx, "sari", PASSWORD, hasher=hasher) == sari
        assert get_account(tx, sari.id) == sari
        assert get_account(tx, sari.id + 1) is None
    assert (sari.name, sari.display_name, sari.role, sari.active) == (
        "sari",
        "Sari",
        "petugas",
        True,
    )
    assert sari.created_at == sari.password_changed_at == NINE_O_CLOCK


def test_the_password_is_kept_as_argon2id_only(store: Store) -> None:
    with store.write() as tx:
        account = create_account(tx, "sari", PASSWORD, "petugas")
    stored = _hash_of(store, account)
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored
    assert sign_in(store, "sari", PASSWORD) == account
    assert sign_in(store, "sari", PASSWORD + "!") is None


@pytest.mark.parametrize(
    "attempt", ["", "kuda laut bir", PASSWORD + " ", PASSWORD.upper(), "\ud800"]
)
def test_a_wrong_password_is_refused(
    store: Store, sari: Account, hasher: CountingHasher, attempt: str
) -> None:
    assert sign_in(store, "sari", attempt, hasher=hasher) is None
    with store.write() as tx:
        assert verify_password(tx, "sari", attempt, hasher=hasher) is None


@pytest.mark.usefixtures("sari")
def test_an_unknown_name_costs_as_much_as_a_known_one(store: Store, hasher: CountingHasher) -> None:
    for name in ("sari", "tidak.ada", "", "\x00\ud800"):
        hasher.checks = 0
        assert sign_in(store, name, "salah sama sekali", hasher=hasher) is None
        assert hasher.checks == 1, name


def test_an_inactive_account_cannot_sign_in_and_keeps_its_name(
    store: Store, sari: Account, hasher: CountingHasher
) -> None:
    with store.write() as tx:
        assert not deactivate(tx, sari.id).active
        assert verify_password(tx, "sari", PASSWORD, hasher=hasher) is None
        with pytest.raises(InvalidFormError, match="sudah dipakai"):
            create_account(tx, "sari", PASSWORD, "petugas", hasher=hasher)


def test_a_new_password_replaces_the_old_one(
    store: Store, sari: Account, hasher: CountingHasher, clock: StillClock
) -> None:
    clock.advance(days=1)
    with store.write() as tx:
        changed = set_password(tx, sari.id, "gajah duduk diam", hasher=hasher)
    assert changed.password_changed_at == clock()
    assert sign_in(store, "sari", PASSWORD, hasher=hasher) is None
    assert sign_in(store, "sari", "gajah duduk diam", hasher=hasher) == changed


@pytest.mark.parametrize("password", ["", "sebelas-kar", "x" * 1025])
def test_a_password_of_a_bad_length_is_refused(
    store: Store, sari: Account, hasher: CountingHasher, password: str
) -> None:
    with store.write() as tx:
        with pytest.raises(InvalidFormError) as caught:
            create_account(tx, "ani", password, "petugas", hasher=hasher)
        with pytest.raises(InvalidFormError):
            set_password(tx, sari.id, password, hasher=hasher)
    assert "Kata sandi" in caught.value.reader_text


@pytest.mark.parametrize("name", ["", "  ", "-ani", "ani-", "ani b", "a/b", "é", "x" * 41, "a\x00"])
def test_a_name_that_cannot_be_typed_is_refused(store: Store, name: str) -> None:
    with store.write() as tx, pytest.raises(InvalidFormError) as caught:
        create_account(tx, name, PASSWORD, "petugas")
    assert "Nama akun" in caught.value.reader_text


def test_every_role_is_accepted_and_no_other(store: Store, hasher: CountingHasher) -> None:
    with store.write() as tx:
        for role in ROLES:
            assert create_account(tx, role, PASSWORD, role, hasher=hasher).role == role
        with pytest.raises(InvalidFormError, match="Peran tidak dikenal"):
            create_account(tx, "ani", PASSWORD, "raja", hasher=hasher)
        assert [account.name for account in list_accounts(tx)] == sorted(ROLES)


def test_demo_accounts_exist_until_their_password_is_changed(
    store: Store, hasher: CountingHasher
) -> None:
    with store.write() as tx:
        create_account(tx, "nyata", PASSWORD, "admin", hasher=hasher)
        assert not demo_accounts_exist(tx)
        first = create_account(tx, "demo1", PASSWORD, "petugas", demo=True, hasher=hasher)
        second = create_account(tx, "demo2", PASSWORD, "petugas", demo=True, hasher=hasher)
        assert demo_accounts_exist(tx)
        set_password(tx, first.id, "gajah duduk diam", hasher=hasher)
        assert demo_accounts_exist(tx)
        deactivate(tx, second.id)
        assert not demo_accounts_exist(tx)


@pytest.mark.parametrize("way", ["sign_in", "verify_password"])
def test_a_hash_of_old_parameters_is_renewed(store: Store, sari: Account, way: str) -> None:
    old, stronger = _hash_of(store, sari), CountingHasher(time_cost=2)
    if way == "sign_in":
        assert sign_in(store, "sari", PASSWORD, hasher=stronger) == sari
    else:
        with store.read() as tx:
            assert verify_password(tx, "sari", PASSWORD, hasher=stronger) == sari
        assert _hash_of(store, sari) == old
        with store.write() as tx:
            assert verify_password(tx, "sari", PASSWORD, hasher=stronger) == sari
    assert "t=2" in _hash_of(store, sari)
    assert sign_in(store, "sari", PASSWORD, hasher=stronger) == sari


def test_an_unknown_account_cannot_be_changed(store: Store) -> None:
    with store.write() as tx:
        with pytest.raises(NotFoundError):
            deactivate(tx, 999)
        with pytest.raises(NotFoundError):
            set_password(tx, 999, PASSWORD)
