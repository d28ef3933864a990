"""`halo user`: the accounts of the office's staff."""

from __future__ import annotations

import sys
from typing import cast

import click

from commands import wiring
from storage import ROLES, Role, create_account, list_accounts


@click.group()
def user() -> None:
    """Kelola akun petugas dan staf."""


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="Peran akun.")
@click.option("--password-stdin", is_flag=True, help="Baca kata sandi dari masukan standar.")
def add(name: str, role: str, password_stdin: bool) -> None:
    """Buat akun NAME. Kata sandi paling sedikit 12 huruf."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = click.prompt("Kata sandi", hide_input=True, confirmation_prompt=True)
    store = wiring.open_store(wiring.settings())
    store.migrate()
    with store.write() as tx:
        account = create_account(tx, name, password, cast(Role, role))
    click.echo(f"Akun {account.name} ({account.role}) dibuat.")


@user.command("list")
def list_() -> None:
    """Tampilkan semua akun."""
    store = wiring.open_store(wiring.settings())
    store.migrate()
    with store.read() as tx:
        for account in list_accounts(tx):
            state = "aktif" if account.active else "nonaktif"
            click.echo(f"{account.name}\t{account.role}\t{state}")
