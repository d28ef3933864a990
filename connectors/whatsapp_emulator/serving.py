"""The emulator on a port of its own, with the threads that bring its webhooks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from connectors.whatsapp_emulator.app import create_app
from connectors.whatsapp_emulator.emulator import Emulator
from connectors.whatsapp_emulator.webhook_sender import Post

logger = logging.getLogger(__name__)

_LONGEST_WAIT = 0.25


class EmulatorServer:
    """Serves one emulator on loopback until stopped; also a context manager.

    ``posts`` are the ways to the webhook: each is used by one thread of its own, since Meta's
    deliveries are concurrent. With none, nothing is posted unless ``Emulator.work_once`` is called.
    """

    def __init__(self, emulator: Emulator, *, port: int = 0, posts: Sequence[Post] = ()) -> None:
        self._emulator = emulator
        self._stopping = threading.Event()
        app = create_app(emulator, stopping=self._stopping)
        self._server = make_server(
            "127.0.0.1", port, app, threaded=True, request_handler=_QuietHandler
        )
        self._threads = [
            threading.Thread(
                target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
            )
        ]
        self._threads += [
            threading.Thread(target=self._bring, args=(post,), daemon=True) for post in posts
        ]

    @property
    def url(self) -> str:
        """The address without a slash at the end; what ``HALO_WHATSAPP_GRAPH_URL`` must be."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        """Start answering and delivering."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop, and wait until the threads have ended."""
        self._stopping.set()
        with self._emulator.changed:
            self._emulator.changed.notify_all()
        self._server.shutdown()
        for thread in self._threads:
            thread.join()
        self._server.server_close()

    def __enter__(self) -> EmulatorServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _bring(self, post: Post) -> None:
        emulator = self._emulator
        while not self._stopping.is_set():
            if emulator.work_once(post):
                continue
            with emulator.changed:
                due = emulator.next_due()
                wait = _LONGEST_WAIT
                if due is not None:
                    wait = min(wait, max(0.0, (due - emulator.clock()).total_seconds()))
                emulator.changed.wait(wait)


class _QuietHandler(WSGIRequestHandler):
    """Logs requests at DEBUG: the phone page asks every second."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        logger.debug("%s %s", self.command, code)

    def log(self, type: str, message: str, *args: Any) -> None:
        logger.log(logging.ERROR if type == "error" else logging.DEBUG, message, *args)
