"""One file that holds the whole store, and the way back from it.

The file is a tar of ``manifest.json`` and ``store``: an SQLite database, or what ``pg_dump`` writes
in its custom format. It is made while the service runs and shows one moment.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final

import sqlalchemy as sa
from sqlalchemy.engine import URL

from foundation.documents import read_json
from foundation.errors import BackupError
from storage.audit import add_audit_entry
from storage.engines import read_url, sqlite_path
from storage.log_order import restart_log_order
from storage.store import Store, Transaction
from storage.tables import conversation, outbox

FORMAT: Final = 1
_MANIFEST: Final = "manifest.json"
_CONTENT: Final = "store"
_BLOCK: Final = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What is in a backup. ``made_at`` is ISO 8601 in UTC, ``size`` in bytes."""

    format: int
    dialect: str
    made_at: str
    size: int
    sha256: str


def make_backup(store_url: str, folder: Path, *, now: datetime) -> Path:
    """Write ``halo-<moment>.tar`` into the folder, readable by its owner alone; return its path.

    It appears under its name only when it is whole and on the disk. Raises :class:`BackupError`.
    """
    url = read_url(store_url)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"halo-{now:%Y%m%dT%H%M%SZ}.tar"
    if target.exists():
        raise BackupError(f"{target} exists already")
    with _scratch(folder) as scratch:
        copy = scratch / _CONTENT
        _copy_out(url, copy, now)
        manifest = Manifest(
            format=FORMAT,
            dialect=url.get_backend_name(),
            made_at=now.isoformat(),
            size=copy.stat().st_size,
            sha256=_sha256(copy),
        )
        parcel = scratch / "parcel"
        _pack(parcel, manifest, copy)
        parcel.replace(target)
    return target


def read_manifest(path: Path) -> Manifest:
    """Return what the file says of itself. Raises :class:`BackupError` for any other file."""
    try:
        with tarfile.open(path, "r:") as parcel:
            stated = read_json(_member(parcel, _MANIFEST).read())
            manifest = Manifest(**stated)
    except (OSError, tarfile.TarError, ValueError, TypeError) as error:
        raise BackupError(f"{path} is not a backup: {error}") from error
    if manifest.format != FORMAT:
        raise BackupError(f"{path} has format {manifest.format}, this program reads {FORMAT}")
    return manifest


def restore_backup(path: Path, store_url: str, *, replace: bool, now: datetime) -> Path | None:
    """Put the backup in place of the store; return where the former SQLite file lies now.

    The service must not run. A store with conversations is refused unless ``replace``. Replies
    that were still to be sent to WhatsApp then are left to a person: they may have gone out since.
    Raises :class:`BackupError`; the store is as it was before then.
    """
    url, manifest = read_url(store_url), read_manifest(path)
    if manifest.dialect != url.get_backend_name():
        raise BackupError(
            f"{path} is of {manifest.dialect}, the store is {url.get_backend_name()}",
            reader_text=f"Cadangan ini berasal dari {manifest.dialect}; basis data yang dipakai"
            f" sekarang {url.get_backend_name()}.",
        )
    if not replace and _in_use(url, now):
        raise BackupError(
            "the store holds conversations",
            reader_text="Basis data ini sudah berisi percakapan. Pakai --replace bila memang"
            " hendak digantikan.",
        )
    place = Path(path_) if (path_ := sqlite_path(url)) else None
    with _scratch(place.parent if place else None) as scratch:
        copy = scratch / _CONTENT
        _unpack(path, manifest, copy)
        former = None
        if place is None:
            own = f"--schema={_schema_of(url, now)}"
            _postgresql(url, ["pg_restore", *_RESTORE, own, "--dbname"], [str(copy)])
        else:
            former = _swap_sqlite(copy, place, now)
    _after_restoring(url, path, now)
    return former


_RESTORE: Final = ("--clean", "--if-exists", "--no-owner", "--single-transaction")


def _copy_out(url: URL, copy: Path, now: datetime) -> None:
    path = sqlite_path(url)
    if path is None:
        own = f'--schema="{_schema_of(url, now)}"'
        _postgresql(url, ["pg_dump", "--format=custom", "--no-owner", own, "--file", str(copy)], [])
        return
    if not Path(path).exists():
        raise BackupError(f"{path} does not exist", reader_text="Belum ada basis data.")
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    except sqlite3.Error as error:
        raise BackupError(f"SQLite cannot be copied: {error}") from error


def _swap_sqlite(copy: Path, place: Path, now: datetime) -> Path | None:
    with closing(sqlite3.connect(copy)) as database:
        if database.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise BackupError("the database in the backup is damaged")
    former = None
    if place.exists():
        with closing(sqlite3.connect(place)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        former = place.with_name(f"{place.name}.sebelum-{now:%Y%m%dT%H%M%SZ}")
        place.rename(former)
        for leftover in ("-wal", "-shm"):
            place.with_name(place.name + leftover).unlink(missing_ok=True)
    copy.replace(place)
    return former


def _after_restoring(url: URL, path: Path, now: datetime) -> None:
    with _opened(url, now) as store:
        store.migrate()
        with store.write() as tx:
            restart_log_order(tx)
            held = _hold_unsent(tx)
            data = {"file": path.name, "held": held}
            add_audit_entry(tx, "restore", account_id=None, data=data)


def _hold_unsent(tx: Transaction) -> int:
    statement = (
        sa.update(outbox)
        .where(outbox.c.state.in_(("pending", "sending")))
        .values(state="unknown", state_at=tx.now)
    )
    return tx.connection.execute(statement).rowcount


def _in_use(url: URL, now: datetime) -> bool:
    path = sqlite_path(url)
    if path is not None and not Path(path).exists():
        return False
    with _opened(url, now) as store, store.read() as tx:
        if not sa.inspect(tx.connection).has_table(conversation.name):
            return False
        found = tx.connection.execute(sa.select(conversation.c.id).limit(1))
        return found.one_or_none() is not None


def _schema_of(url: URL, now: datetime) -> str:
    """Return where this service's tables lie; what others keep in the database is not ours."""
    with _opened(url, now) as store, store.read() as tx:
        name = tx.connection.exec_driver_sql("SELECT current_schema()").scalar_one()
    if name is None:
        raise BackupError("the search path names no schema that exists")
    return str(name)


def _postgresql(url: URL, command: list[str], last: list[str]) -> None:
    """Run a tool of PostgreSQL; the password goes by the environment, which others cannot read."""
    # The tools speak to libpq, which does not know SQLAlchemy's driver names.
    address = url.set(drivername="postgresql", password=None).render_as_string()
    environ = {**os.environ, "PGPASSWORD": url.password or os.environ.get("PGPASSWORD", "")}
    if command[-1] != "--dbname":
        command = [*command, "--dbname"]
    try:
        subprocess.run(  # noqa: S603 - the command is ours, the address the operator's
            [*command, address, *last], env=environ, check=True, capture_output=True, text=True
        )
    except FileNotFoundError as error:
        raise BackupError(
            f"{command[0]} is not installed",
            reader_text=f"Perintah {command[0]} tidak ada. Pasang paket postgresql-client.",
        ) from error
    except subprocess.CalledProcessError as error:
        raise BackupError(f"{command[0]}: {error.stderr.strip()}") from error


def _pack(parcel: Path, manifest: Manifest, copy: Path) -> None:
    stated = json.dumps(asdict(manifest), indent=1).encode()
    with parcel.open("xb") as raw:
        os.fchmod(raw.fileno(), 0o600)
        with tarfile.open(fileobj=raw, mode="w:") as tar:
            head = tarfile.TarInfo(_MANIFEST)
            head.size, head.mode = len(stated), 0o600
            tar.addfile(head, io.BytesIO(stated))
            tar.add(copy, arcname=_CONTENT)
        raw.flush()
        os.fsync(raw.fileno())


def _unpack(path: Path, manifest: Manifest, copy: Path) -> None:
    try:
        with tarfile.open(path, "r:") as tar, copy.open("xb") as target:
            content = _member(tar, _CONTENT)
            while block := content.read(_BLOCK):
                target.write(block)
    except (OSError, tarfile.TarError) as error:
        raise BackupError(f"{path} cannot be read: {error}") from error
    if _sha256(copy) != manifest.sha256:
        raise BackupError(
            f"{path} does not match its checksum",
            reader_text="Berkas cadangan rusak: isinya tidak cocok dengan jumlah pemeriksanya.",
        )


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    try:
        found = tar.extractfile(name)
    except KeyError as error:
        raise tarfile.TarError(f"it holds no {name}") from error
    if found is None:
        raise tarfile.TarError(f"{name} is no file")
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _opened(url: URL, now: datetime) -> Iterator[Store]:
    store = Store.open(url.render_as_string(hide_password=False), clock=lambda: now)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _scratch(folder: Path | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=".halo-", dir=folder) as scratch:
        yield Path(scratch)
