"""Bundles: classifier, thresholds, lexicon, knowledge, domain and rules under one version.

A bundle is a folder ``models/<version>/`` with ``nlu/``, ``assets/`` (copies of
the files that staff edit) and ``bundle.json``, which lists every file's SHA-256. The version is the
hash of ``bundle.json``: the same data, seed and lock file give the same version.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nlu
from dialogue import ASSET_FILES, SAFETY_FILES, SAFETY_FOLDER, Assets
from foundation.documents import read_json
from foundation.errors import ModelDamagedError, TrainingDataError
from foundation.settings import PROJECT_ROOT
from learning.overlay import Overlay, write_merged
from nlu.types import Understands

ASSET_FOLDERS = ("knowledge", "checks", "data")
DANGER_TEXTS = Path(SAFETY_FOLDER) / "teks"
"""Where the danger detector's texts are: learnt from, and no part of a bundle's assets."""
_MANIFEST = "bundle.json"
_INPUTS = "inputs.txt"
_UNVERSIONED = ("run.json", "laporan.html", "oof.json")
"""Times, and pages and tables made from the training: beside a model, not part of it."""

Progress = Callable[[str, int, int], None]
"""Told the step, how much of it is done, and how much there is."""

_FORMAT = 1
_log = logging.getLogger(__name__)
_SHIPPED_DOMAIN = PROJECT_ROOT / "training_data" / "domain.yml"


@dataclass(frozen=True)
class BundleInfo:
    """One stored bundle. ``inputs`` identifies what it was made from."""

    version: str
    folder: Path
    inputs: str


def build_bundle(
    training_data: Path,
    models_dir: Path,
    *,
    seed: int,
    embedding: nlu.Embedding | None,
    progress: Progress = lambda _stage, _done, _total: None,
    risk: nlu.RiskTarget | None = None,
) -> BundleInfo:
    """Train on ``training_data`` and store the bundle; one made from the same inputs is reused.

    Without ``embedding`` the model is made of n-grams alone, and its manifest says so. ``progress``
    is told (step, done, total). ``risk``: the share of wrong answers aimed at, where it is not the
    model's own. A Rasa project keeps its texts anywhere and has no ``lexicon/``: the program's own
    is used. Raises ``TrainingDataError`` with file and line before anything is trained.
    """
    own_texts, own_tables = training_data / "nlu", training_data / "lexicon"
    data = nlu.TrainingData.load(own_texts if own_texts.is_dir() else training_data)
    danger = nlu.read_danger_texts(training_data / DANGER_TEXTS)
    Assets.load(training_data)
    inputs = _inputs_hash(
        training_data, data.content_hash, seed, embedding.hash if embedding else "", risk
    )
    for known in list_bundles(models_dir):
        if known.inputs == inputs:
            return known
    models_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=models_dir) as folder:
        building = Path(folder) / "bundle"
        model = nlu.train(
            data,
            lexicon_dir=own_tables
            if own_tables.is_dir()
            else PROJECT_ROOT / "training_data/lexicon",
            embedding=embedding,
            seed=seed,
            progress=progress,
            danger=danger,
            **({} if risk is None else {"target": risk}),
        )
        model.save(building / "nlu")
        _copy_assets(training_data, building / "assets")
        return keep_bundle(building, models_dir, inputs)


def build_with_overlay(
    training_data: Path,
    overlay: Overlay,
    models_dir: Path,
    *,
    seed: int,
    embedding: nlu.Embedding | None,
    progress: Progress = lambda _stage, _done, _total: None,
    risk: nlu.RiskTarget | None = None,
) -> BundleInfo:
    """Build from the files with the studio's edits over them; as :func:`build_bundle` does."""
    with tempfile.TemporaryDirectory(prefix="halo-data-") as folder:
        if overlay.edits:
            training_data = write_merged(training_data, overlay, Path(folder) / "data")
        return build_bundle(
            training_data,
            models_dir,
            seed=seed,
            embedding=embedding,
            progress=progress,
            risk=risk,
        )


def list_bundles(models_dir: Path) -> list[BundleInfo]:
    """Return the stored bundles, oldest first."""
    manifests = sorted(models_dir.glob(f"*/{_MANIFEST}"), key=lambda path: path.stat().st_mtime)
    return [_info(path.parent) for path in manifests if not path.parent.name.startswith(".")]


def load_bundle_parts(
    folder: Path, *, embedding: nlu.Embedding | None = None
) -> tuple[Assets, Understands]:
    """Verify every file and load the bundle.

    ``embedding`` is one that is open already; without it the one of the settings is opened. Raises
    ``ModelDamagedError`` when a file is missing, changed or not listed, or when the words were
    written for another version of this program.
    """
    return load_assets(folder), nlu.load_model(folder / "nlu", embedding=embedding)


def load_assets(folder: Path) -> Assets:
    """Verify every file and load the words of the bundle without its model.

    Raises ``ModelDamagedError`` as :func:`load_bundle_parts` does.
    """
    verify_bundle(folder)
    try:
        assets = Assets.load(folder / "assets", later_words=_SHIPPED_DOMAIN)
    except TrainingDataError as error:
        raise ModelDamagedError(f"{folder.name} does not fit this program: {error}") from error
    if assets.knowledge and not (folder / "assets" / SAFETY_FOLDER).is_dir():
        _log.warning(
            "BUNDLE %s HAS NO DANGER DETECTOR: exact words alone find danger, and the program's own"
            " words are said of it; train a new bundle",
            folder.name,
        )
    return assets


def bundle_files(folder: Path) -> list[tuple[str, Path]]:
    """Return every file of a bundle with its name, those beside the model too."""
    return [
        (path.relative_to(folder).as_posix(), path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


def keep_bundle(building: Path, models_dir: Path, inputs: str) -> BundleInfo:
    """Write the manifest of a finished folder and move it to where its version says."""
    manifest = json.dumps(
        {"format": _FORMAT, "files": dict(_hashes(building))},
        indent=1,
        sort_keys=True,
    )
    (building / _MANIFEST).write_text(manifest, encoding="utf-8")
    version = hashlib.sha256(manifest.encode()).hexdigest()[:12]
    target = models_dir / version
    if not target.exists():
        building.rename(target)
    (target / _INPUTS).write_text(inputs, encoding="utf-8")
    return _info(target)


def _info(folder: Path) -> BundleInfo:
    inputs = folder / _INPUTS
    text = inputs.read_text(encoding="utf-8").strip() if inputs.exists() else ""
    return BundleInfo(version=folder.name, folder=folder, inputs=text)


def _hashes(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in (_MANIFEST, _INPUTS) and path.name not in _UNVERSIONED:
            yield name, hashlib.sha256(path.read_bytes()).hexdigest()


def verify_bundle(folder: Path) -> None:
    """Raise ``ModelDamagedError`` unless every file is what the manifest says."""
    try:
        text = (folder / _MANIFEST).read_text(encoding="utf-8")
        manifest = read_json(text)
        listed, kind = manifest["files"], manifest["format"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelDamagedError(f"{folder.name}: {_MANIFEST} cannot be read: {error}") from error
    if kind != _FORMAT:
        raise ModelDamagedError(f"{folder.name}: bundle format {kind} is not {_FORMAT}")
    if hashlib.sha256(text.encode()).hexdigest()[:12] != folder.name:
        raise ModelDamagedError(f"{folder.name}: {_MANIFEST} does not match the version")
    found = dict(_hashes(folder))
    for name in sorted(listed.keys() | found.keys()):
        if listed.get(name) != found.get(name):
            raise ModelDamagedError(f"{folder.name}: {name} is missing, changed or not listed")


def _copy_assets(source: Path, target: Path) -> None:
    target.mkdir(parents=True)
    for name in ASSET_FILES:
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)
    for name in ASSET_FOLDERS:
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name)
    for name in SAFETY_FILES:
        if (source / SAFETY_FOLDER / name).exists():
            (target / SAFETY_FOLDER).mkdir(exist_ok=True)
            shutil.copyfile(source / SAFETY_FOLDER / name, target / SAFETY_FOLDER / name)


def _inputs_hash(
    training_data: Path, data_hash: str, seed: int, embedding: str, risk: nlu.RiskTarget | None
) -> str:
    aim = "" if risk is None else f":{risk.share:.6f}"
    digest = hashlib.sha256(f"{_FORMAT}:{data_hash}:{seed}:{embedding}{aim}".encode())
    asset_files = [training_data / name for name in ASSET_FILES if (training_data / name).exists()]
    for folder in (*ASSET_FOLDERS, SAFETY_FOLDER, "lexicon"):
        asset_files += sorted(
            path for path in (training_data / folder).rglob("*") if path.is_file()
        )
    code = sorted(Path(nlu.__file__).parent.rglob("*.py"))
    for path in (*asset_files, *code):
        digest.update(f"\0{path.name}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
