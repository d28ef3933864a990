"""`halo backup` and `halo restore`: the whole store in one file, and back."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import click

from commands import wiring
from connectors import socket_folder
from foundation.errors import BackupError
from foundation.settings import Settings
from storage import Store, add_audit_entry, make_backup, read_manifest, restore_backup


@click.command()
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder tujuan. Bawaan: cadangan/ di folder data.",
)
@click.option("--json", "as_json", is_flag=True, help="Hasil sebagai satu objek JSON.")
def backup(folder: Path | None, as_json: bool) -> None:
    """Cadangkan seluruh basis data ke satu berkas; layanan boleh tetap berjalan."""
    config = wiring.settings()
    clock = config.clock()
    path = make_backup(config.store_url, folder or config.data_dir / "cadangan", now=clock())
    manifest = read_manifest(path)
    store = Store.open(config.store_url, clock=clock)
    with store.write() as tx:
        data = {"file": path.name, "size": manifest.size}
        add_audit_entry(tx, "backup", account_id=None, data=data)
    store.close()
    if as_json:
        shown = {"file": str(path), "size": manifest.size, "made_at": manifest.made_at}
        click.echo(json.dumps({**shown, "sha256": manifest.sha256}))
    else:
        click.echo(f"Cadangan tersimpan: {path} ({manifest.size} bita)")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Gantikan basis data yang sudah berisi percakapan.")
@click.option("--json", "as_json", is_flag=True, help="Hasil sebagai satu objek JSON.")
def restore(file: Path, replace: bool, as_json: bool) -> None:
    """Pulihkan basis data dari berkas cadangan FILE. Hentikan layanan lebih dahulu."""
    config = wiring.settings()
    _refuse_while_running(config)
    config.data_dir.mkdir(parents=True, exist_ok=True)
    manifest = read_manifest(file)
    former = restore_backup(file, config.store_url, replace=replace, now=config.clock()())
    if as_json:
        kept = None if former is None else str(former)
        click.echo(json.dumps({"made_at": manifest.made_at, "former": kept}))
        return
    click.echo(f"Basis data dipulihkan ke keadaan {manifest.made_at}.")
    if former is not None:
        click.echo(f"Basis data sebelumnya disimpan di {former}.")


def _refuse_while_running(config: Settings) -> None:
    for path in socket_folder(config.data_dir).glob("worker-*.sock"):
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(os.fspath(path))
            except OSError:
                # What a killed process left behind.
                continue
        raise BackupError(
            f"{path} answers: a worker runs",
            reader_text="Layanan masih berjalan. Hentikan dahulu, lalu pulihkan.",
        )
