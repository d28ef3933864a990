"""How web processes ask a worker of this host: one JSON line each way over a Unix-domain socket.

Only this user can reach the socket (the folder is private), so there is no password on it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import socket
import socketserver
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from foundation.documents import read_json
from foundation.errors import HaloError, WorkerTimeoutError

logger = logging.getLogger(__name__)

Handler = Callable[[Mapping[str, Any]], Mapping[str, Any]]

_MAX_LINE = 1 << 20
_MAX_PATH = 90
"""The kernel allows 107 bytes for a socket's path; the file's own name needs some of them."""


def socket_folder(data_dir: Path) -> Path:
    """Return the private folder of this installation's sockets."""
    folder = data_dir / "run"
    if len(str(folder)) <= _MAX_PATH:
        return folder
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"halo-{digest}"


class LocalServer:
    """Answers requests on ``path`` in threads of its own until closed."""

    def __init__(self, path: Path, handler: Handler) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.unlink(missing_ok=True)
        self._path = path
        self._server = _Server(str(path), handler)
        path.chmod(0o600)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """Stop answering and remove the socket."""
        self._server.shutdown()
        self._server.server_close()
        self._path.unlink(missing_ok=True)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path: str, handler: Handler) -> None:
        self.answer = handler
        super().__init__(path, _Request)


class _Request(socketserver.StreamRequestHandler):
    server: _Server
    timeout = 30

    def handle(self) -> None:
        line = self.rfile.readline(_MAX_LINE)
        try:
            reply = dict(self.server.answer(read_json(line)))
        except HaloError as error:
            reply = {"error": error.code}
        except Exception:  # the boundary of the process: the asker gets a code, the log the cause
            logger.exception("request on the local socket failed")
            reply = {"error": HaloError.code}
        self.wfile.write(json.dumps(reply).encode() + b"\n")


def ask_worker(folder: Path, request: Mapping[str, Any], *, timeout: float) -> Mapping[str, Any]:
    """Send ``request`` to the first worker that answers.

    ``timeout`` is in seconds for each step. Raises ``WorkerTimeoutError`` when no worker answers
    in time or the worker reports a failure.
    """
    for path in sorted(folder.glob("worker-*.sock")):
        try:
            reply = ask_worker_at(path, request, timeout=timeout)
        except ConnectionRefusedError:
            # Left behind by a worker that was killed; nobody will ever listen there again.
            path.unlink(missing_ok=True)
            continue
        except (OSError, ValueError) as error:
            logger.warning("worker at %s did not answer: %s", path.name, error)
            continue
        if "error" in reply:
            raise WorkerTimeoutError(f"worker answered {reply['error']}")
        return reply
    raise WorkerTimeoutError("no worker answers on this host")


def ask_worker_at(path: Path, request: Mapping[str, Any], *, timeout: float) -> Mapping[str, Any]:
    """Send ``request`` to the worker at this socket; raises what the socket and JSON raise."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout)
        connection.connect(str(path))
        connection.sendall(json.dumps(request).encode() + b"\n")
        with connection.makefile("rb") as answer:
            reply = json.loads(answer.readline(_MAX_LINE))
    if not isinstance(reply, dict):
        raise TypeError("a worker answers with an object")
    return reply
