"""One web process: gevent, input and output only. Started by `halo serve`."""

from gevent import monkey

monkey.patch_all()

import logging  # noqa: E402 - everything after this line must see the patched modules
import os  # noqa: E402
import resource  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
from collections.abc import Callable, Mapping  # noqa: E402
from typing import Any, Literal  # noqa: E402

import gevent  # noqa: E402
import requests  # noqa: E402
from argon2 import PasswordHasher  # noqa: E402
from gevent.pywsgi import WSGIServer  # noqa: E402

from commands import wiring  # noqa: E402
from commands.check_ready import check_context, check_ready  # noqa: E402
from connectors import ask_worker, socket_folder  # noqa: E402
from dialogue import Assets  # noqa: E402
from foundation.counting import forget_ended_processes, runs  # noqa: E402
from foundation.logs import configure_logging  # noqa: E402
from foundation.settings import Settings  # noqa: E402
from learning import LiveBundles, LiveView, load_assets  # noqa: E402
from reports import Finding  # noqa: E402
from storage import Store, open_wakeups  # noqa: E402
from web import create_app  # noqa: E402
from web.services import LiveBundle, Services  # noqa: E402

ASK_SECONDS = 8.0


class ThreadedHasher(PasswordHasher):
    """Hashes in a native thread: argon2 takes long on purpose, and the streams must not wait."""

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        """Return the hash, as the base class does."""
        return str(_in_thread(lambda: super(ThreadedHasher, self).hash(password, salt=salt)))

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        """Check the password, as the base class does."""
        _in_thread(lambda: super(ThreadedHasher, self).verify(hash, password))
        return True


def _in_thread(action: Callable[[], Any]) -> Any:
    return gevent.get_hub().threadpool.apply(action)


def _words(version: str, assets: Assets, withdrawn: frozenset[str]) -> LiveBundle:
    return LiveBundle(version, assets.without_answers(withdrawn))


def services(config: Settings) -> Services:
    """Return what a web process needs."""
    store = wiring.open_store(config)
    bundles = LiveBundles(
        config.models_dir, lambda folder: _in_thread(lambda: load_assets(folder)), store=store
    )
    view = LiveView(bundles, store, _words)
    view.refresh()  # read now, so that the first visitor does not wait for it
    gevent.spawn(view.follow, threading.Event())
    hours = wiring.office_calendar(config, store)
    gevent.spawn(hours.follow, threading.Event())
    sockets = socket_folder(config.data_dir)

    def ask(request: Mapping[str, Any]) -> Mapping[str, Any]:
        return ask_worker(sockets, request, timeout=ASK_SECONDS)

    return Services(
        settings=config,
        store=store,
        wakeups=open_wakeups(store, config.redis_url),
        clock=config.clock(),
        calendar=hours.calendar,
        look_at_calendar=hours.refresh,
        live_bundle=view.latest,
        ask_worker=ask,
        new_ticket=wiring.fresh_ticket,
        new_id=wiring.fresh_id,
        secret_key=wiring.secret_key(config),
        check_ready=lambda: _check_ready(config, store),
        hasher=ThreadedHasher(),
    )


def _check_ready(config: Settings, store: Store) -> list[Finding]:
    with requests.Session() as session:
        return check_ready(check_context(config, store, session))


def main(descriptor: int, parent: int) -> None:
    """Serve on the inherited listening socket until told to stop."""
    config = wiring.settings()
    configure_logging(config.log_level, process="web")
    _allow_many_connections()
    forget_ended_processes(runs)
    listener = socket.socket(fileno=descriptor)
    listener.setblocking(False)
    errors = logging.getLogger("web.server")
    server = WSGIServer(listener, create_app(services(config)), log=None, error_log=errors)
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, server.stop, 2)
    gevent.spawn(_watch_parent, parent, server)
    server.serve_forever()


def _allow_many_connections() -> None:
    # Every open widget holds one; the usual soft limit of 1,024 is reached by a busy morning.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _watch_parent(parent: int, server: WSGIServer) -> None:
    while os.getppid() == parent:
        gevent.sleep(0.5)
    server.stop(0.1)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
