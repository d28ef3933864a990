"""Demo accounts: for trying the service out on one's own machine, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

from foundation.errors import SettingsError
from storage import Role, Store, create_account, demo_accounts_exist, list_accounts


@dataclass(frozen=True)
class DemoAccount:
    """A published name and password."""

    name: str
    password: str
    role: Role
    display_name: str


DEMO_ACCOUNTS = (
    DemoAccount("petugas", "peragaan-petugas", "petugas", "Satu (peragaan)"),
    DemoAccount("petugas2", "peragaan-petugas2", "petugas", "Dua (peragaan)"),
    DemoAccount("supervisor", "peragaan-supervisor", "supervisor", "Tiga (peragaan)"),
    DemoAccount("data", "peragaan-staf-data", "staf_data", "Empat (peragaan)"),
    DemoAccount("admin", "peragaan-admin", "admin", "Lima (peragaan)"),
)


def ensure_demo_accounts(store: Store) -> None:
    """Create the demo accounts when the store has no account at all."""
    with store.write() as tx:
        if list_accounts(tx):
            return
        for account in DEMO_ACCOUNTS:
            create_account(
                tx,
                account.name,
                account.password,
                account.role,
                display_name=account.display_name,
                demo=True,
            )


def refuse_demo_accounts(store: Store) -> None:
    """Raise ``SettingsError`` while a demo account exists: its password is public."""
    with store.read() as tx:
        if demo_accounts_exist(tx):
            raise SettingsError(
                "layanan ini terbuka untuk umum menurut HALO_BIND, HALO_PROXY_HOPS, atau "
                "HALO_PUBLIC_URL, sedangkan akun peragaan masih ada; nonaktifkan dengan "
                "`halo user deactivate --demo`"
            )
