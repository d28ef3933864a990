"""`halo test` and `halo validate`: is the assistant, and what it learns from, in order?"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

import click

import nlu
from commands import wiring
from commands.quality_danger import test_danger
from dialogue import Assets, Assistant, run_stories, validate_assets
from foundation.clock import WIB
from foundation.errors import ModelUnavailableError, TrainingDataError
from foundation.settings import Settings
from learning import (
    DANGER_TEXTS,
    DataFinding,
    critical_labels,
    label_shares,
    lint_examples,
    lint_gold,
    lint_gold_sizes,
    read_live,
)
from service_hours import Calendar

_FILE = click.Path(exists=True, path_type=Path)
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def test() -> None:
    """Uji pemahaman dan percakapan."""


@test.command("nlu")
@click.option("--test", "test_file", type=_FILE, required=True, help="Rasa YAML atau JSON lines.")
@click.option("--train", "train_file", type=_FILE, help="Latih dulu model sekali pakai dari sini.")
@click.option("--json", "as_json", is_flag=True, help="Keluaran JSON.")
@click.option("--seed", default=0, show_default=True)
def test_nlu(test_file: Path, train_file: Path | None, as_json: bool, seed: int) -> None:
    """Ukur ketepatan, cakupan, risiko, kalibrasi, dan kecepatan pada berkas uji."""
    config = wiring.settings()
    examples = nlu.TrainingData.load(test_file).examples
    if train_file is not None:
        model = nlu.train(
            nlu.TrainingData.load(train_file),
            lexicon_dir=config.training_data / "lexicon",
            embedding=wiring.embedding(config),
            seed=seed,
        )
    else:
        model = _live_model(config)
    figures = nlu.evaluate(model, examples).to_json()
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False))
    else:
        for name, value in figures.items():
            click.echo(f"{name:<16} {value}")


@test.command("entities")
@click.option("--test", "test_file", type=_FILE, required=True, help="JSON lines beranotasi.")
@click.option("--today", type=_DAY, help="Hari pesan ditulis (TTTT-BB-HH); bawaan: hari ini.")
@click.option("--json", "as_json", is_flag=True, help="Keluaran JSON.")
def test_entities(test_file: Path, today: datetime | None, as_json: bool) -> None:
    """Ukur ketepatan dan kelengkapan entitas pada pesan beranotasi."""
    config = wiring.settings()
    figures = nlu.evaluate_entities(
        _annotated(test_file),
        today=(today or config.clock()().astimezone(WIB)).date(),
        lexicon_dir=config.training_data / "lexicon",
    )
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False))
        return
    click.echo(f"{'entitas':<16} presisi  recall      n")
    for name, row in figures.items():
        click.echo(f"{name:<16} {row['precision']:7.3f} {row['recall']:7.3f} {row['n']:6d}")


test.add_command(test_danger)


@test.command("dialogue")
@click.argument("source", type=_FILE, required=False)
def test_dialogue(source: Path | None) -> None:
    """Jalankan percakapan uji; keluar dengan kode 1 bila ada yang gagal."""
    config = wiring.settings()
    bundle = wiring.WorkerBundles(config).current()
    results = run_stories(
        source or config.training_data / "conversations",
        Assistant(bundle.assets, bundle.model),
        wiring.calendar(config),
    )
    failed = [result for result in results if not result.passed]
    for result in failed:
        click.echo(str(result))
    click.echo(f"{len(results) - len(failed)} dari {len(results)} percakapan lulus.")
    sys.exit(1 if failed or not results else 0)


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--per-label", is_flag=True, help="Juga kemiripan pesan di setiap label.")
def validate(data: Path | None, per_label: bool) -> None:
    """Periksa data latih, pengetahuan, domain, aturan, leksikon, dan kalender."""
    config = wiring.settings()
    folder = data or config.training_data
    today = config.clock()().astimezone(WIB).date()
    findings = [*_texts(folder), *_danger_texts(folder), *_calendar(folder)]
    findings += [
        DataFinding(str(f.file), f.line, f.severity, f.text)
        for f in validate_assets(folder, today=today)
    ]
    for finding in findings:
        kind = "GALAT" if finding.severity == "error" else "peringatan"
        click.echo(f"{finding.file}:{finding.line}: {kind}: {finding.text}")
    if per_label:
        _show_shares(folder)
    errors = sum(finding.severity == "error" for finding in findings)
    click.echo(f"{errors} galat, {len(findings) - errors} peringatan.")
    sys.exit(1 if errors else 0)


def _show_shares(folder: Path) -> None:
    click.echo(f"{'label':<44} pesan  hampir sama  pembuka sama")
    for row in label_shares(nlu.TrainingData.load(folder / "nlu").examples):
        shares = f"{row.near_copies:>12.1%} {row.opening:>13.1%}"
        click.echo(f"{row.label:<44} {row.count:>5} {shares}")


def _annotated(path: Path) -> tuple[nlu.Example, ...]:
    rows = nlu.read_annotated(path)
    if not rows:
        raise TrainingDataError(f"{path.name}:0: tidak ada pesan beranotasi")
    return rows


def _live_model(config: Settings) -> nlu.TrainedModel:
    live = read_live(config.models_dir)
    if live is None:
        raise ModelUnavailableError("no trained model; run `halo train`")
    return nlu.load_model(config.models_dir / live.version / "nlu")


def _texts(folder: Path) -> list[DataFinding]:
    try:
        if _is_rasa_project(folder):
            nlu.TrainingData.load(folder)
            return []
        training = nlu.TrainingData.load(folder / "nlu").examples
        gold_folder = folder / "gold"
        gold = nlu.TrainingData.load(gold_folder).examples if gold_folder.is_dir() else ()
        critical = critical_labels(folder)
    except TrainingDataError as error:
        return [_as_finding(error)]
    sizes = lint_gold_sizes(training, gold, critical) if gold else []
    return [*lint_examples(training), *lint_gold(training, gold), *sizes]


def _danger_texts(folder: Path) -> list[DataFinding]:
    """Check the danger detector's texts, and that something can be said to every kind."""
    try:
        texts = nlu.read_danger_texts(folder / DANGER_TEXTS)
        kinds = Assets.load(folder).safety.kinds if texts else {}
    except TrainingDataError as error:
        return [_as_finding(error)]
    return [
        DataFinding(text.file, text.line, "error", f"jenis `{text.kind}` tidak ada di bahaya.yml")
        for text in texts
        if text.dangerous and text.kind not in kinds
    ]


def _is_rasa_project(folder: Path) -> bool:
    """Whether the data are those of a Rasa project, which keeps its texts in ``data/``."""
    return (folder / "data").is_dir() and not (folder / "knowledge").is_dir()


def _calendar(folder: Path) -> list[DataFinding]:
    if _is_rasa_project(folder):
        return []
    try:
        Calendar.load(folder / "kalender.yml")
    except TrainingDataError as error:
        return [_as_finding(error)]
    return []


def _as_finding(error: TrainingDataError) -> DataFinding:
    place, _, text = str(error).removeprefix(f"{error.code}: ").partition(": ")
    file, _, line = place.rpartition(":")
    if not line.isdigit():
        return DataFinding(str(error), 0, "error", "")
    return DataFinding(file, int(line), "error", text)
