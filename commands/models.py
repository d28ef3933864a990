"""`halo train` and `halo models`: making bundles and saying which one answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click
from tqdm import tqdm

from commands import wiring
from commands.models_gate import compare
from commands.models_jobs import STAGES, cancel, jobs, measure, retrain
from commands.models_live import promote, rollback
from foundation.errors import ModelUnavailableError
from foundation.settings import Settings
from learning import (
    BundleInfo,
    Overlay,
    build_with_overlay,
    decided_by_person,
    fetch_if_known,
    list_bundles,
    live_of,
    live_pointer,
    load_bundle_parts,
    register_bundle,
    start_with,
    write_live,
)
from storage import Store, active_edits


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", default=0, show_default=True, help="Benih pengacak.")
def train(data: Path | None, out: Path | None, seed: int) -> None:
    """Latih model dari data latih; baris terakhir adalah versinya.

    Perubahan dari studio ikut dilatih, kecuali dengan --data. Sejak ada orang yang mempromosikan
    model, hasil latihan hanya menjadi calon.
    """
    config = wiring.settings()
    # A folder named on purpose is trained as it is, and concerns no running service.
    store = None if data or out else wiring.existing_store(config)
    overlay = _overlay(store) if store else Overlay()
    folder = out or config.models_dir
    bundle = _train(config, overlay, data or config.training_data, folder, seed)
    click.echo(f"Laporan pelatihan: {bundle.folder / 'nlu' / 'laporan.html'}")
    if store is None:
        write_live(folder, bundle.version)
    else:
        announce(store, folder, bundle)
        store.close()
    click.echo(bundle.version)


def _overlay(store: Store) -> Overlay:
    with store.read() as tx:
        return Overlay(tuple(active_edits(tx)))


def announce(
    store: Store,
    models_dir: Path,
    bundle: BundleInfo,
    *,
    load: Callable[[Path], object] = load_bundle_parts,
) -> None:
    """Let the new bundle answer, unless a person has decided which one does.

    After an update of this program the chosen one may be of a format that is no longer read; then
    the new one answers rather than nobody, and the console's reader is told.
    """
    register_bundle(store, bundle, author="")
    chosen = _chosen_by_person(store)
    if chosen is not None and not _is_readable(store, chosen, models_dir, load):
        click.echo(
            f"Model {chosen} tidak terbaca oleh program versi ini; model baru yang menjawab."
        )
        chosen = None
    if chosen is None:
        with store.write() as tx:
            start_with(tx, bundle.version)
    elif chosen != bundle.version:
        click.echo(
            f"Model {bundle.version} menjadi calon; periksa dan jadikan yang menjawab dengan"
            f" `halo models promote {bundle.version}`."
        )
    live_pointer(store, models_dir)


def _chosen_by_person(store: Store) -> str | None:
    with store.read() as tx:
        live = live_of(tx)
        return live.version if live and decided_by_person(tx) else None


def _is_readable(
    store: Store, version: str, models_dir: Path, load: Callable[[Path], object]
) -> bool:
    try:
        load(fetch_if_known(store, version, models_dir))
    except ModelUnavailableError:
        return False
    return True


def _train(config: Settings, overlay: Overlay, data: Path, out: Path, seed: int) -> BundleInfo:
    with tqdm(
        total=1, desc="Melatih", bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt} {elapsed}"
    ) as bar:

        def progress(stage: str, done: int, total: int) -> None:
            bar.set_description(STAGES.get(stage, stage), refresh=False)
            bar.total = max(total, 1)
            bar.update(done - bar.n)

        embedding = wiring.embedding(config)
        return build_with_overlay(
            data, overlay, out, seed=seed, embedding=embedding, progress=progress
        )


@click.group()
def models() -> None:
    """Kelola model: pelatihan, gerbang mutu, promosi, dan kembali ke yang sebelumnya."""


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON per baris.")
def list_(as_json: bool) -> None:
    """Tampilkan semua model, yang terbaru di bawah; tanda * menjawab warga."""
    config = wiring.settings()
    store = wiring.existing_store(config)
    live = live_pointer(store, config.models_dir)
    for bundle in list_bundles(config.models_dir):
        is_live = live is not None and bundle.version == live.version
        if as_json:
            click.echo(json.dumps({"version": bundle.version, "live": is_live}))
        else:
            click.echo(f"{'*' if is_live else ' '} {bundle.version}")


models.add_command(compare)
models.add_command(promote)
models.add_command(rollback)
models.add_command(retrain)
models.add_command(measure)
models.add_command(jobs)
models.add_command(cancel)
