"""Signals between the processes that share one SQLite file: empty datagrams over local sockets.

Every listener has a socket of its own in a private folder beside the file, and whoever has
committed sends one datagram to each. Nothing is read from a datagram but that it came. A lost one
delays and loses nothing: listeners look into the store by themselves all the same.
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import socket
import tempfile
from pathlib import Path
from typing import Final

_LOG = logging.getLogger(__name__)

_LONGEST_PATH: Final = 70
"""The kernel allows 107 bytes for a socket's path; the file's own name needs some of them."""

_MOST_AT_ONCE: Final = 1000


def signal_folder(database: str) -> Path:
    """Return the folder of the sockets of the processes that share this file."""
    path = Path(database).resolve()
    folder = path.parent / "run"
    if len(os.fsencode(folder)) <= _LONGEST_PATH:
        return folder
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"halo-{digest}"


class LocalSignals:
    """Sends to all listeners of a folder; listens itself from the first :meth:`hear` on.

    Sending is safe from any thread or greenlet, hearing belongs to one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ear: socket.socket | None = None
        self._path: Path | None = None

    def send(self) -> None:
        """Wake every listener. Never raises and never waits."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            for path in self._folder.glob("wake-*.sock"):
                _send(sender, path)

    def open(self) -> bool:
        """Begin to listen; False where that is not possible (said in the log, once)."""
        path = self._folder / f"wake-{os.getpid()}-{secrets.token_hex(4)}.sock"
        ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self._folder.stat().st_uid != os.getuid():
                raise PermissionError(f"{self._folder} belongs to somebody else")
            ear.bind(str(path))
            path.chmod(0o600)
        except OSError as error:
            ear.close()
            _LOG.warning("no wake-ups between processes, the store is looked into: %s", error)
            return False
        self._ear, self._path = ear, path
        return True

    def hear(self, timeout: float) -> bool:
        """Return True as soon as a signal came since the last call, False after ``timeout`` s."""
        if self._ear is None:
            raise RuntimeError("open() comes first")
        # A timeout of 0 would make the socket raise BlockingIOError instead.
        self._ear.settimeout(max(timeout, 0.0001))
        try:
            self._ear.recv(1)
        except TimeoutError:
            return False
        self._drain(self._ear)
        return True

    @staticmethod
    def _drain(ear: socket.socket) -> None:
        # A burst is one wake-up; the bound keeps a flood from holding the listener here.
        ear.setblocking(False)
        for _ in range(_MOST_AT_ONCE):
            try:
                ear.recv(1)
            except BlockingIOError:
                return

    def close(self) -> None:
        """Close the socket and remove its file."""
        if self._ear is not None:
            self._ear.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)


def _send(sender: socket.socket, path: Path) -> None:
    try:
        sender.sendto(b"1", str(path))
    except ConnectionRefusedError:
        # Left behind by a process that was killed; nobody will ever listen there again.
        path.unlink(missing_ok=True)
    except BlockingIOError:
        pass  # It has not heard the last ones yet, so it will look anyway.
    except OSError as error:
        _LOG.debug("no wake-up to %s: %s", path.name, error)
