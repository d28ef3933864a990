"""Bundle folders for tests that need no model."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from learning import BundleInfo
from learning.registry import CHUNK


def a_bundle(models: Path, content: str) -> BundleInfo:
    """A bundle folder as ``build_bundle`` leaves it, with one large file."""
    files = {"assets/domain.yml": content.encode(), "nlu/weights": b"\0\1" * CHUNK}
    sums = {name: hashlib.sha256(held).hexdigest() for name, held in files.items()}
    manifest = json.dumps({"format": 1, "files": sums})
    folder = models / hashlib.sha256(manifest.encode()).hexdigest()[:12]
    for name, held in {**files, "bundle.json": manifest.encode(), "inputs.txt": b"i"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(held)
    return BundleInfo(folder.name, folder, "i")
