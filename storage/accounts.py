"""Staff accounts: who may sign in, in which role. Passwords are kept as argon2id hashes only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, Literal, get_args

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from foundation.errors import InvalidFormError, NotFoundError
from storage.store import Store, Transaction
from storage.tables import account
from storage.upserts import insert_if_absent

Role = Literal["petugas", "supervisor", "staf_data", "admin", "auditor"]
ROLES: Final[tuple[str, ...]] = get_args(Role)

MIN_PASSWORD_LENGTH: Final = 12
MAX_PASSWORD_LENGTH: Final = 1024
"""Characters; a longer one would only make the hash slow."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._\-]{0,38}[a-z0-9])?")


@dataclass(frozen=True)
class Account:
    """A member of staff. ``name`` is the lower-case sign-in name. Moments are in UTC.

    A session is valid only if it began after ``password_changed_at`` and the account is active.
    """

    id: int
    name: str
    display_name: str
    role: Role
    active: bool
    demo: bool
    created_at: datetime
    password_changed_at: datetime


def create_account(
    tx: Transaction,
    name: str,
    password: str,
    role: str,
    *,
    display_name: str = "",
    demo: bool = False,
    hasher: PasswordHasher | None = None,
) -> Account:
    """Make an active account; ``demo`` marks one whose password is public.

    Raises :class:`InvalidFormError` for a bad or taken name, a short password, an unknown role.
    """
    key = sign_in_name(name)
    _check_name(key)
    if role not in ROLES:
        raise _invalid(f"Peran tidak dikenal. Pilih salah satu: {', '.join(ROLES)}.")
    _check_password(password)
    row = insert_if_absent(
        tx,
        account,
        {
            "name": key,
            "display_name": display_name.strip() or name.strip(),
            "role": role,
            "password_hash": (hasher or _default_hasher()).hash(password),
            "active": True,
            "demo": demo,
            "created_at": tx.now,
            "password_changed_at": tx.now,
        },
        unique=("name",),
    )
    if row is None:
        raise _invalid(f"Nama akun “{key}” sudah dipakai.")
    return _account(row)


def verify_password(
    tx: Transaction, name: str, password: str, *, hasher: PasswordHasher | None = None
) -> Account | None:
    """Return the active account whose password this is, else None.

    The effort is the same for an unknown or inactive name. In a writing transaction a hash of old
    parameters is renewed, but the write lock is held meanwhile: prefer :func:`sign_in`.
    """
    chosen = hasher or _default_hasher()
    row = _by_name(tx, name)
    if not _matches(chosen, row, password) or row is None:
        return None
    if chosen.check_needs_rehash(row.password_hash) and not tx.read_only:
        _store_hash(tx, row, chosen.hash(password))
    return _account(row)


def sign_in(
    store: Store, name: str, password: str, *, hasher: PasswordHasher | None = None
) -> Account | None:
    """Do as :func:`verify_password` does, holding no transaction during the slow hashing."""
    chosen = hasher or _default_hasher()
    with store.read() as tx:
        row = _by_name(tx, name)
    if not _matches(chosen, row, password) or row is None:
        return None
    if chosen.check_needs_rehash(row.password_hash):
        renewed = chosen.hash(password)
        with store.write() as tx:
            _store_hash(tx, row, renewed)
    return _account(row)


def get_account(tx: Transaction, account_id: int) -> Account | None:
    """Return the account, active or not, or None."""
    row = tx.connection.execute(sa.select(account).where(account.c.id == account_id)).one_or_none()
    return None if row is None else _account(row)


def list_accounts(tx: Transaction) -> list[Account]:
    """Return all accounts, by name."""
    return [
        _account(row) for row in tx.connection.execute(sa.select(account).order_by(account.c.name))
    ]


def set_password(
    tx: Transaction, account_id: int, password: str, *, hasher: PasswordHasher | None = None
) -> Account:
    """Replace the password; a demo account becomes a real one, since it is no longer public.

    Raises :class:`InvalidFormError` for a short password, :class:`NotFoundError`.
    """
    _check_password(password)
    return _change(
        tx,
        account_id,
        password_hash=(hasher or _default_hasher()).hash(password),
        password_changed_at=tx.now,
        demo=False,
    )


def deactivate(tx: Transaction, account_id: int) -> Account:
    """Let the account sign in no more; its name stays taken. Raises :class:`NotFoundError`."""
    return _change(tx, account_id, active=False)


def demo_accounts_exist(tx: Transaction) -> bool:
    """Whether an active account has a password that is public."""
    statement = sa.select(sa.exists().where(account.c.demo, account.c.active))
    return bool(tx.connection.execute(statement).scalar_one())


def sign_in_name(name: str) -> str:
    """Return the form in which names are compared: trimmed, lower case.

    >>> sign_in_name(" Budi ")
    'budi'
    """
    return name.strip().casefold()


@cache
def _default_hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _decoy(hasher: PasswordHasher) -> str:
    # Checked when there is no such account, so that the answer takes as long.
    return hasher.hash("nobody has this password")


def _matches(hasher: PasswordHasher, row: sa.Row[Any] | None, password: str) -> bool:
    known = row is not None and row.active
    reference = row.password_hash if row is not None and known else _decoy(hasher)
    try:
        hasher.verify(reference, password[:MAX_PASSWORD_LENGTH].encode("utf-8", "replace"))
    except VerifyMismatchError:
        return False
    return known and len(password) <= MAX_PASSWORD_LENGTH


def _by_name(tx: Transaction, name: str) -> sa.Row[Any] | None:
    statement = sa.select(account).where(account.c.name == sign_in_name(name))
    return tx.connection.execute(statement).one_or_none()


def _store_hash(tx: Transaction, row: sa.Row[Any], renewed: str) -> None:
    tx.connection.execute(
        sa.update(account)
        .where(account.c.id == row.id, account.c.password_hash == row.password_hash)
        .values(password_hash=renewed)
    )


def _change(tx: Transaction, account_id: int, **values: Any) -> Account:
    row = tx.connection.execute(
        sa.update(account).where(account.c.id == account_id).values(**values).returning(*account.c)
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"no account {account_id}")
    return _account(row)


def _check_name(key: str) -> None:
    if not _NAME.fullmatch(key):
        raise _invalid(
            "Nama akun terdiri atas 1–40 huruf kecil tanpa aksen, angka, titik, garis bawah, atau"
            " tanda hubung; huruf atau angka di awal dan akhir."
        )


def _check_password(password: str) -> None:
    if len(password) < MIN_PASSWORD_LENGTH:
        raise _invalid(f"Kata sandi paling sedikit {MIN_PASSWORD_LENGTH} karakter.")
    if len(password) > MAX_PASSWORD_LENGTH:
        raise _invalid(f"Kata sandi paling banyak {MAX_PASSWORD_LENGTH} karakter.")


def _invalid(reader_text: str) -> InvalidFormError:
    return InvalidFormError(reader_text, reader_text=reader_text)


def _account(row: sa.Row[Any]) -> Account:
    values = {name: value for name, value in row._mapping.items() if name != "password_hash"}
    return Account(**values)
