"""`halo user`: the accounts of the office's staff."""

from __future__ import annotations

import sys
from typing import cast

import click

from commands import wiring
from foundation.errors import NotFoundError
from storage import (
    ROLES,
    Account,
    Role,
    Store,
    Transaction,
    add_audit_entry,
    create_account,
    deactivate,
    list_accounts,
    set_password,
    sign_in_name,
)


@click.group()
def user() -> None:
    """Kelola akun petugas dan staf."""


_from_stdin = click.option(
    "--password-stdin", is_flag=True, help="Baca kata sandi dari masukan standar."
)


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="Peran akun.")
@_from_stdin
def add(name: str, role: str, password_stdin: bool) -> None:
    """Buat akun NAME. Kata sandi paling sedikit 12 huruf."""
    password = _ask_password(from_stdin=password_stdin)
    with _store().write() as tx:
        account = create_account(tx, name, password, cast(Role, role))
        _note(tx, "account_made", account)
    click.echo(f"Akun {account.name} ({account.role}) dibuat.")


@user.command()
@click.argument("name")
@_from_stdin
def password(name: str, password_stdin: bool) -> None:
    """Ganti kata sandi akun NAME; siapa pun yang sedang masuk dengannya keluar."""
    fresh = _ask_password(from_stdin=password_stdin)
    with _store().write() as tx:
        account = set_password(tx, _named(tx, name).id, fresh)
        _note(tx, "password_set", account)
    click.echo(f"Kata sandi akun {account.name} diganti.")


@user.command("deactivate")
@click.argument("names", nargs=-1)
@click.option("--demo", is_flag=True, help="Semua akun peragaan.")
def deactivate_(names: tuple[str, ...], demo: bool) -> None:
    """Nonaktifkan akun NAMES: tidak dapat masuk lagi, dan namanya tidak dipakai ulang."""
    if not names and not demo:
        raise click.UsageError("Sebutkan nama akun, atau --demo.")
    with _store().write() as tx:
        chosen = [_named(tx, name) for name in names]
        if demo:
            chosen += [a for a in list_accounts(tx) if a.demo and a.active and a not in chosen]
        for account in chosen:
            deactivate(tx, account.id)
            _note(tx, "account_deactivated", account)
    for account in chosen:
        click.echo(f"Akun {account.name} dinonaktifkan.")


@user.command("list")
def list_() -> None:
    """Tampilkan semua akun."""
    with _store().read() as tx:
        for account in list_accounts(tx):
            state = "aktif" if account.active else "nonaktif"
            click.echo(f"{account.name}\t{account.role}\t{state}")


def _store() -> Store:
    store = wiring.open_store(wiring.settings())
    store.migrate()
    return store


def _ask_password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt("Kata sandi", hide_input=True, confirmation_prompt=True))


def _named(tx: Transaction, name: str) -> Account:
    wanted = sign_in_name(name)
    for account in list_accounts(tx):
        if account.name == wanted:
            return account
    raise NotFoundError(f"akun {name!r}")


def _note(tx: Transaction, action: str, account: Account) -> None:
    add_audit_entry(tx, action, account_id=None, data={"name": account.name, "role": account.role})
