"""Bundles in the store: kept in chunks with their sums, fetched into each host's folder.

Contents are written a chunk a transaction, so that no resident's message waits for a bundle.
"""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from foundation.errors import ModelDamagedError, ModelUnavailableError
from learning.bundles import BundleInfo, bundle_files, verify_bundle
from storage import Store, Transaction, insert_if_absent
from storage.bundle_tables import bundle, bundle_chunk

logger = logging.getLogger(__name__)

CHUNK = 1 << 20
_MANIFEST = "nlu/manifest.json"
_SHOWN_FACTS = ("metrics", "threshold", "risk_target", "examples", "labels", "seed", "embedding")


@dataclass(frozen=True)
class RegisteredBundle:
    """A bundle that the store knows. ``stored``: every host can fetch it from there."""

    version: str
    inputs: str
    created_at: datetime
    author: str
    stored: bool
    files: Mapping[str, Mapping[str, Any]]
    summary: Mapping[str, Any]


def register_bundle(store: Store, info: BundleInfo, *, author: str) -> None:
    """Make a bundle of this host known to the store, without its contents."""
    with store.write() as tx:
        values = {
            "version": info.version,
            "inputs": info.inputs,
            "created_at": tx.now,
            "author": author,
            "stored": False,
            "files": {},
            "summary": read_summary(info.folder),
        }
        insert_if_absent(tx, bundle, values, unique=("version",))


def store_bundle(store: Store, info: BundleInfo, *, author: str) -> None:
    """Write a bundle of this host into the store; one that is there already is left.

    Raises ``ModelDamagedError`` when the folder is not what its manifest says.
    """
    register_bundle(store, info, author=author)
    with store.read() as tx:
        if registered(tx, info.version).stored:
            return
    verify_bundle(info.folder)
    files = {}
    for name, path in bundle_files(info.folder):
        content = path.read_bytes()
        files[name] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        for number, start in enumerate(range(0, max(len(content), 1), CHUNK)):
            _write_chunk(store, info.version, name, number, content[start : start + CHUNK])
    with store.write() as tx:
        tx.connection.execute(
            sa.update(bundle)
            .where(bundle.c.version == info.version)
            .values(stored=True, files=files)
        )


def fetch_bundle(store: Store, version: str, models_dir: Path) -> Path:
    """Bring a bundle into this host's folder, unless it is there; return where it lies.

    A folder that does not match its manifest is replaced. Raises ``ModelUnavailableError`` when
    the store does not hold it, ``ModelDamagedError`` when its contents do not match their sums.
    """
    target = models_dir / version
    if target.exists() and _is_whole(target):
        return target
    with store.read() as tx:
        found = registered(tx, version)
    if not found.stored:
        raise ModelUnavailableError(f"bundle {version} is neither here nor in the store")
    models_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=models_dir) as folder:
        fetched = Path(folder) / version
        for name in found.files:
            path = fetched / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                for content in read_file_chunks(store, found, name):
                    file.write(content)
        verify_bundle(fetched)
        if target.exists():
            target.rename(Path(folder) / "damaged")
        try:
            fetched.rename(target)
        except OSError:  # another process of this host was quicker
            if not _is_whole(target):
                raise
    logger.info("bundle %s was fetched from the store", version)
    return target


def read_file_chunks(store: Store, found: RegisteredBundle, name: str) -> Iterator[bytes]:
    """Yield the contents of one file. Raises ``ModelDamagedError`` unless the sums match."""
    whole = hashlib.sha256()
    size, number = 0, 0
    while size < found.files[name]["size"]:
        with store.read() as tx:
            row = tx.connection.execute(
                sa.select(bundle_chunk.c.sha256, bundle_chunk.c.content).where(
                    bundle_chunk.c.version == found.version,
                    bundle_chunk.c.file == name,
                    bundle_chunk.c.number == number,
                )
            ).one_or_none()
        if row is None or hashlib.sha256(row.content).hexdigest() != row.sha256:
            raise ModelDamagedError(f"{found.version}: part {number} of {name} is missing or bad")
        whole.update(row.content)
        size, number = size + len(row.content), number + 1
        yield bytes(row.content)
    if whole.hexdigest() != found.files[name]["sha256"]:
        raise ModelDamagedError(f"{found.version}: {name} in the store does not match its sum")


def registered(tx: Transaction, version: str) -> RegisteredBundle:
    """Return what the store knows of a bundle. Raises ``ModelUnavailableError``."""
    found = find_registered(tx, version)
    if found is None:
        raise ModelUnavailableError(f"the store knows no bundle {version}")
    return found


def find_registered(tx: Transaction, version: str) -> RegisteredBundle | None:
    """Return what the store knows of a bundle, if anything."""
    row = tx.connection.execute(sa.select(bundle).where(bundle.c.version == version)).one_or_none()
    return None if row is None else RegisteredBundle(**row._mapping)


def registered_bundles(tx: Transaction, *, limit: int = 100) -> list[RegisteredBundle]:
    """Return the bundles that the store knows, newest first."""
    statement = sa.select(bundle).order_by(bundle.c.created_at.desc(), bundle.c.version)
    return [
        RegisteredBundle(**row._mapping) for row in tx.connection.execute(statement.limit(limit))
    ]


def next_stored(tx: Transaction, live: str) -> str | None:
    """Return the newest bundle of the store that is younger than the one that answers."""
    newest = sa.select(bundle.c.version, bundle.c.created_at).where(bundle.c.stored.is_(True))
    row = tx.connection.execute(newest.order_by(bundle.c.created_at.desc()).limit(1)).one_or_none()
    now = find_registered(tx, live)
    if row is None or now is None or row.created_at <= now.created_at:
        return None
    return str(row.version)


def read_summary(folder: Path) -> dict[str, Any]:
    """Return the figures of a bundle's training; none when it cannot be read."""
    try:
        facts = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        logger.warning("%s: no figures of the training: %s", folder.name, error)
        return {}
    return {name: facts[name] for name in _SHOWN_FACTS if name in facts}


def _write_chunk(store: Store, version: str, name: str, number: int, content: bytes) -> None:
    with store.write() as tx:
        values = {
            "version": version,
            "file": name,
            "number": number,
            "sha256": hashlib.sha256(content).hexdigest(),
            "content": content,
        }
        insert_if_absent(tx, bundle_chunk, values, unique=("version", "file", "number"))


def _is_whole(folder: Path) -> bool:
    try:
        verify_bundle(folder)
    except ModelDamagedError as error:
        logger.warning("%s", error)
        return False
    return True
