"""`halo models compare`: a candidate measured against the bundle that answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from commands import wiring
from foundation.errors import InvalidFormError
from foundation.settings import Settings
from learning import live_pointer, run_gate
from storage import Store


@click.command()
@click.argument("version")
@click.argument("against", required=False)
@click.option("--json", "as_json", is_flag=True, help="Keluaran JSON.")
def compare(version: str, against: str | None, as_json: bool) -> None:
    """Ukur VERSION terhadap AGAINST (bawaan: yang menjawab); kode 1 bila tertahan gerbang."""
    config = wiring.settings()
    verdict = measured(config, wiring.existing_store(config), version, against)
    click.echo(json.dumps(verdict, ensure_ascii=False) if as_json else _plain(verdict))
    sys.exit(0 if verdict["passed"] else 1)


def measured(
    config: Settings, store: Store | None, version: str, against: str | None = None
) -> dict[str, Any]:
    """Return the gate's verdict. Raises ``InvalidFormError`` for a version not on this host."""
    if against is None:
        live = live_pointer(store, config.models_dir)
        against = live.version if live else None
    verdict = run_gate(
        config.training_data,
        _folder(config, version),
        _folder(config, against) if against else None,
    )
    return {"version": version, "against": against or "", **verdict}


def _folder(config: Settings, version: str) -> Path:
    folder = config.models_dir / version
    if not version or Path(version).name != version or not (folder / "bundle.json").exists():
        raise InvalidFormError(f"no bundle {version}", reader_text=f"Model {version} tidak ada.")
    return folder


def _plain(verdict: Mapping[str, Any]) -> str:
    whole, figures = verdict["overall"], verdict["figures"]
    lines = [f"{verdict['version']} terhadap {verdict['against'] or '(belum ada)'}"]
    if whole["n"]:
        lines.append(
            f"pesan uji {whole['n']}: benar {whole['before']} -> {whole['after']}"
            f" (kalah {whole['lost']}, menang {whole['won']}, p = {whole['p']:.3f})"
        )
    after = figures["after"]
    lines.append(f"dijawab {after['coverage']:.1%}, keliru {after['risk']:.1%} dari yang dijawab")
    failed = len(verdict["stories"]["failed"])
    lines.append(f"percakapan uji: {verdict['stories']['n']}, gagal {failed}")
    lines += [f"TERTAHAN: {block['text']}" for block in verdict["blocks"]]
    return "\n".join([*lines, "LULUS" if verdict["passed"] else "TIDAK LULUS"])
