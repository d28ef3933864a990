"""Which bundle answers.

The store says it for all hosts (newest row of ``bundle_live``, its id is the epoch). A small file
beside the bundles says it where there is no store yet, and is kept in step with it.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from foundation.documents import read_json
from foundation.errors import InvalidFormError
from learning.registry import registered
from storage import Transaction
from storage.bundle_tables import bundle_live

logger = logging.getLogger(__name__)

NOTE_LIMIT = 1000
_POINTER = "live.json"
_HISTORY = 20


@dataclass(frozen=True)
class LivePointer:
    """The promoted version and those before it, newest last. ``epoch`` 0: told by the file."""

    version: str
    history: tuple[str, ...] = ()
    epoch: int = 0


@dataclass(frozen=True)
class Promotion:
    """One change of the answering bundle. ``author`` is empty where no person decided."""

    id: int
    version: str
    previous: str | None
    kind: Literal["start", "promote", "rollback"]
    author: str
    note: str
    at: datetime


def live_of(tx: Transaction) -> LivePointer | None:
    """Return what the store says; ``None`` before anything was live."""
    past = promotions(tx, limit=_HISTORY + 1)
    if not past:
        return None
    earlier = [row.version for row in reversed(past[1:])]
    return LivePointer(past[0].version, tuple(earlier), past[0].id)


def promotions(tx: Transaction, *, limit: int = 50) -> list[Promotion]:
    """Return the changes of the answering bundle, newest first."""
    statement = sa.select(bundle_live).order_by(bundle_live.c.id.desc()).limit(limit)
    return [Promotion(**row._mapping) for row in tx.connection.execute(statement)]


def decided_by_person(tx: Transaction) -> bool:
    """Whether a person chose the bundle that is live now."""
    last = promotions(tx, limit=1)
    return bool(last) and last[0].author != ""


def start_with(tx: Transaction, version: str) -> LivePointer:
    """Let a bundle answer that nobody had to choose: the first one, or git's newest."""
    return _put(tx, version, kind="start", author="", note="")


def promote(tx: Transaction, version: str, *, author: str, note: str) -> LivePointer:
    """Let ``version`` answer. Raises ``InvalidFormError`` without a name or a note."""
    note = note.strip()
    if not author.strip() or not 0 < len(note) <= NOTE_LIMIT:
        raise InvalidFormError(
            "promotion without name or note",
            reader_text=f"Promosi perlu nama dan catatan rilis (paling banyak {NOTE_LIMIT} huruf).",
        )
    return _put(tx, version, kind="promote", author=author.strip(), note=note)


def rollback(tx: Transaction, *, author: str, note: str = "") -> LivePointer:
    """Go back to the bundle that answered before the one now; raises ``InvalidFormError``."""
    version = rollback_target(tx)
    if version is None:
        raise InvalidFormError("nothing to roll back to", reader_text="Tidak ada model sebelumnya.")
    return _put(tx, version, kind="rollback", author=author, note=note.strip()[:NOTE_LIMIT])


def rollback_target(tx: Transaction) -> str | None:
    """Return the bundle that a rollback leads to.

    A rollback is undone by promoting again, not by rolling back: each one goes a step further.
    """
    stack: list[str] = []
    for row in reversed(promotions(tx, limit=1000)):
        if row.kind == "rollback" and row.version in stack:
            del stack[stack.index(row.version) + 1 :]
        elif not stack or stack[-1] != row.version:
            stack = [version for version in stack if version != row.version] + [row.version]
    return stack[-2] if len(stack) > 1 else None


def _put(
    tx: Transaction,
    version: str,
    *,
    kind: Literal["start", "promote", "rollback"],
    author: str,
    note: str,
) -> LivePointer:
    registered(tx, version)
    before = live_of(tx)
    if before is None or before.version != version:
        values = {
            "version": version,
            "previous": before.version if before else None,
            "kind": kind,
            "author": author,
            "note": note,
            "at": tx.now,
        }
        tx.connection.execute(sa.insert(bundle_live).values(**values))
    pointer = live_of(tx)
    assert pointer is not None  # noqa: S101 - just written
    return pointer


def read_live(models_dir: Path) -> LivePointer | None:
    """Return what the file says; ``None`` when there is none or it cannot be read."""
    try:
        content = read_json((models_dir / _POINTER).read_text(encoding="utf-8"))
        return LivePointer(str(content["version"]), tuple(map(str, content["history"])))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        logger.error("%s cannot be read: %s", models_dir / _POINTER, error)  # noqa: TRY400 - no trace needed
        return None


def write_live(models_dir: Path, version: str) -> LivePointer:
    """Let ``version`` answer on this host; the change is atomic and survives a crash."""
    before = read_live(models_dir)
    if before and before.version == version:
        return before
    history = (*before.history, before.version)[-_HISTORY:] if before else ()
    return mirror_live(models_dir, LivePointer(version, history))


def mirror_live(models_dir: Path, pointer: LivePointer) -> LivePointer:
    """Write the pointer into the host's file, for programs that read no store."""
    temporary = models_dir / f".{_POINTER}.{os.getpid()}"
    with temporary.open("w", encoding="utf-8") as file:
        json.dump({"version": pointer.version, "history": pointer.history}, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(models_dir / _POINTER)
    return pointer
