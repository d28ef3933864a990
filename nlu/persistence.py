"""Model folders: plain text, JSON and safetensors under a manifest of checksums; no pickle.

Loading parses data and runs no code from the folder. The version is the hash of the manifest;
``run.json`` (times, host), ``laporan.html`` and ``oof.json`` lie beside it, no part of it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from foundation.documents import read_json
from foundation.errors import ModelDamagedError, ModelUnavailableError

FORMAT = 3
MANIFEST = "manifest.json"
RUN = "run.json"
REPORT = "laporan.html"
HELD_OUT = "oof.json"
"""Confidence and truth of the out-of-fold predictions, for choosing another risk target."""


def make_manifest(files: Mapping[str, bytes], facts: Mapping[str, Any]) -> bytes:
    """Return the manifest: the facts and the SHA-256 of every file."""
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return to_json({"format": FORMAT, "files": sums, **facts})


def version_of(manifest: bytes) -> str:
    """Return the version of the model with this manifest."""
    return hashlib.sha256(manifest).hexdigest()[:12]


def to_json(content: Any) -> bytes:
    """Return JSON with sorted keys: the same bytes for the same content."""
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
    return (text + "\n").encode()


def write_model(folder: Path, files: Mapping[str, bytes], beside: Mapping[str, bytes]) -> None:
    """Write a whole folder or none; one that already holds this model is left as it is.

    ``files`` include the manifest. Raises :class:`ModelDamagedError` when the folder holds
    something else: a model is never overwritten.
    """
    if (folder / MANIFEST).is_file():
        if (folder / MANIFEST).read_bytes() != files[MANIFEST]:
            raise ModelDamagedError(f"{folder} already holds another model")
        return
    if folder.exists() and any(folder.iterdir()):
        raise ModelDamagedError(f"{folder} is not empty and holds no model")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".writing-") as temporary:
        written = Path(temporary) / "model"
        for name, content in {**files, **beside}.items():
            path = written / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if folder.exists():
            folder.rmdir()
        shutil.copymode(folder.parent, written)
        # Renaming is atomic: a reader sees the whole model or none.
        os.replace(written, folder)  # noqa: PTH105


def read_files(folder: Path) -> dict[str, bytes]:
    """Return the verified files of a model folder, the manifest included.

    Raises :class:`ModelUnavailableError` when there is none and :class:`ModelDamagedError`, with
    the reason, when a file is missing, changed or was never part of it.
    """
    if not (folder / MANIFEST).is_file():
        raise ModelUnavailableError(f"no model in {folder}")
    raw = (folder / MANIFEST).read_bytes()
    sums = _checked_manifest(raw, folder)["files"]
    files = {MANIFEST: raw}
    for name, expected in sums.items():
        path = folder / name
        if path.is_symlink() or not path.resolve().is_relative_to(folder.resolve()):
            raise ModelDamagedError(f"{folder}: {name} points outside the folder")
        if not path.is_file():
            raise ModelDamagedError(f"{folder}: {name} is missing")
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != expected:
            raise ModelDamagedError(f"{folder}: {name} was changed (checksum differs)")
        files[name] = content
    return files


def _checked_manifest(raw: bytes, folder: Path) -> dict[str, Any]:
    try:
        manifest = read_json(raw)
    except ValueError as error:
        raise ModelDamagedError(f"{folder}: {MANIFEST} is not JSON ({error})") from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise ModelDamagedError(f"{folder}: {MANIFEST} lists no files")
    if manifest.get("format") != FORMAT:
        raise ModelDamagedError(f"{folder}: format {manifest.get('format')!r}, not {FORMAT}")
    return manifest
