"""`halo train` and `halo models`: making bundles and saying which one answers."""

from __future__ import annotations

import json
from pathlib import Path

import click
from tqdm import tqdm

from commands import wiring
from foundation.errors import InvalidFormError
from foundation.settings import Settings
from learning import (
    BundleInfo,
    build_bundle,
    list_bundles,
    load_bundle_parts,
    read_live,
    write_live,
)

_STAGES = {
    "normalise": "Merapikan teks",
    "embed": "Menghitung embedding",
    "folds": "Memeriksa silang",
    "fit": "Melatih",
}


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", default=0, show_default=True, help="Benih pengacak.")
def train(data: Path | None, out: Path | None, seed: int) -> None:
    """Latih model dari data latih; baris terakhir adalah versinya."""
    config = wiring.settings()
    bundle = _train(config, data or config.training_data, out or config.models_dir, seed)
    click.echo(f"Laporan pelatihan: {bundle.folder / 'nlu' / 'laporan.html'}")
    write_live(bundle.folder.parent, bundle.version)
    click.echo(bundle.version)


def _train(config: Settings, data: Path, out: Path, seed: int) -> BundleInfo:
    with tqdm(
        total=1, desc="Melatih", bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt} {elapsed}"
    ) as bar:

        def progress(stage: str, done: int, total: int) -> None:
            bar.set_description(_STAGES.get(stage, stage), refresh=False)
            bar.total = max(total, 1)
            bar.update(done - bar.n)

        embedding = wiring.embedding(config)
        return build_bundle(data, out, seed=seed, embedding=embedding, progress=progress)


@click.group()
def models() -> None:
    """Kelola model yang sudah dilatih."""


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON per baris.")
def list_(as_json: bool) -> None:
    """Tampilkan semua model, yang terbaru di bawah; tanda * menjawab warga."""
    config = wiring.settings()
    live = read_live(config.models_dir)
    for bundle in list_bundles(config.models_dir):
        is_live = live is not None and bundle.version == live.version
        if as_json:
            click.echo(json.dumps({"version": bundle.version, "live": is_live}))
        else:
            click.echo(f"{'*' if is_live else ' '} {bundle.version}")


@models.command()
@click.argument("version")
def promote(version: str) -> None:
    """Jadikan VERSION model yang menjawab warga."""
    config = wiring.settings()
    folders = {bundle.version: bundle.folder for bundle in list_bundles(config.models_dir)}
    if version not in folders:
        raise InvalidFormError(f"no bundle {version}", reader_text=f"Model {version} tidak ada.")
    load_bundle_parts(folders[version])
    write_live(config.models_dir, version)
    click.echo(f"Model {version} menjawab mulai sekarang.")


@models.command()
def rollback() -> None:
    """Kembali ke model yang menjawab sebelum yang sekarang."""
    config = wiring.settings()
    live = read_live(config.models_dir)
    stored = {bundle.version for bundle in list_bundles(config.models_dir)}
    earlier = [v for v in live.history if v in stored and v != live.version] if live else []
    if not earlier:
        raise InvalidFormError("nothing to roll back to", reader_text="Tidak ada model sebelumnya.")
    write_live(config.models_dir, earlier[-1])
    click.echo(f"Model {earlier[-1]} menjawab mulai sekarang.")
