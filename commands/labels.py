"""`halo labels`: the studio's work for cron and for the exchange with Rasa projects."""

from __future__ import annotations

import json
from pathlib import Path

import click

from commands import wiring
from foundation.errors import InvalidFormError
from foundation.settings import Settings
from learning import (
    LabelIssue,
    Overlay,
    agreement_so_far,
    examples_as_yaml,
    export_yaml,
    import_file,
    merged_examples,
    queue_counts,
    rebuild_inbox,
    refresh,
    refresh_label_issues,
    take_in,
    write_merged,
)
from storage import Store, active_edits, list_accounts, sign_in_name

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def labels() -> None:
    """Label, contoh, dan kotak pesan dari studio data."""


@labels.command("export")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Bawaan: layar.")
@click.option("--all", "everything", is_flag=True, help="Juga contoh dari berkas data latih.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Tulis seluruh data latih dengan suntingan studio (jawaban dan leksikon pun) ke folder.",
)
def export(output: Path | None, everything: bool, folder: Path | None) -> None:
    """Tulis contoh berlabel sebagai Rasa YAML 3.1."""
    config = wiring.settings()
    store = _store(config)
    with store.read() as tx:
        overlay = Overlay(tuple(active_edits(tx)))
        content = export_yaml(tx)
    if folder is not None:
        if folder.exists() and any(folder.iterdir()):
            raise InvalidFormError(
                f"{folder} is not empty", reader_text=f"Folder {folder} tidak kosong."
            )
        write_merged(config.training_data, overlay, folder)
        click.echo(f"Data latih dengan {len(overlay.edits)} suntingan ditulis ke {folder}.")
        return
    if everything:
        content = examples_as_yaml(merged_examples(config.training_data, overlay).examples)
    if output is None:
        click.echo(content, nl=False)
    else:
        output.write_text(content, encoding="utf-8")
        click.echo(f"{output} ditulis.")


@labels.command("import")
@click.argument("source", type=_FILE)
@click.option("--author", required=True, help="Nama akun yang bertanggung jawab.")
@click.option("--json", "as_json", is_flag=True)
def import_(source: Path, author: str, as_json: bool) -> None:
    """Masukkan contoh dari berkas Rasa YAML (SOURCE) sebagai suntingan studio."""
    config = wiring.settings()
    store = _store(config)
    with store.read() as tx:
        if sign_in_name(author) not in {one.name for one in list_accounts(tx) if one.active}:
            raise InvalidFormError(f"no account {author}", reader_text=f"Akun {author} tidak ada.")
    done = import_file(store, config.training_data, source, author=sign_in_name(author))
    if as_json:
        click.echo(json.dumps({"added": done.added, "known": done.known}))
    else:
        click.echo(f"{done.added} contoh ditambahkan, {done.known} sudah ada.")


@labels.command("doubts")
@click.option("--seed", default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON per baris.")
def issues(seed: int, as_json: bool) -> None:
    """Cari contoh yang labelnya diragukan; hasilnya juga tampil di studio."""
    config = wiring.settings()
    store = _store(config)
    found = refresh_label_issues(store, config.training_data, seed=seed)
    for issue in found:
        click.echo(json.dumps(vars(issue), ensure_ascii=False) if as_json else _line(issue))


@labels.command("refresh")
@click.option("--rebuild", is_flag=True, help="Baca ulang seluruh catatan peristiwa.")
@click.option("--json", "as_json", is_flag=True)
def refresh_(rebuild: bool, as_json: bool) -> None:
    """Perbarui kotak pesan dan urutannya sekarang juga."""
    config = wiring.settings()
    store = _store(config)
    control = wiring.control_sample(config)
    read = (rebuild_inbox if rebuild else take_in)(store, control)
    waiting = refresh(store)
    if as_json:
        click.echo(json.dumps({"events": read, "waiting": waiting}))
    else:
        click.echo(f"{read} peristiwa dibaca, {waiting} pesan menunggu.")


@labels.command("queues")
@click.option("--json", "as_json", is_flag=True)
def queues(as_json: bool) -> None:
    """Tampilkan isi antrean dan kesepakatan penilai."""
    with _store(wiring.settings()).read() as tx:
        counts, agreed = queue_counts(tx), agreement_so_far(tx)
    if as_json:
        click.echo(json.dumps({"queues": counts, "kappa": agreed.kappa, "pairs": agreed.pairs}))
        return
    for name, count in counts.items():
        click.echo(f"{name:<16} {count:6d}")
    kappa = "-" if agreed.kappa is None else f"{agreed.kappa:.2f}"
    click.echo(f"kappa Cohen {kappa} dari {agreed.pairs} pesan yang dinilai dua kali")


def _line(issue: LabelIssue) -> str:
    return f"{issue.file}:{issue.line}: {issue.label} → {issue.other}? {issue.text}"


def _store(config: Settings) -> Store:
    store = wiring.open_store(config)
    store.migrate()
    return store
