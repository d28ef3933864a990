"""Two webhooks to compare ours with: one that does nothing, one that does all in the request.

    python -m benchmarks.whatsapp_peers bare|naive PORT

``bare`` is a Flask view that reads the body and answers 200: what the web server itself costs.
``naive`` verifies, stores, understands, answers and sends before it says 200, as the usual example
programs do. Both run under gevent, as our own web processes. Settings as for ``halo serve``.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import random  # noqa: E402
import sys  # noqa: E402

import requests  # noqa: E402
import sqlalchemy as sa  # noqa: E402
from flask import Flask, Response, request  # noqa: E402
from gevent.pywsgi import WSGIServer  # noqa: E402

from commands import wiring  # noqa: E402
from connectors import Gateway  # noqa: E402
from connectors.whatsapp import make_deliverer, make_ingest, signature_is_valid  # noqa: E402
from storage import tables  # noqa: E402


def bare() -> Flask:
    """Return a webhook that takes a body and does nothing."""
    app = Flask("bare")

    @app.post("/webhooks/whatsapp")
    def take() -> Response:
        request.get_data(cache=False)
        return Response(status=200)

    return app


def naive() -> Flask:
    """Return a webhook that answers the resident before it answers Meta."""
    config = wiring.settings()
    store = wiring.open_store(config)
    store.migrate()
    ingest = make_ingest(
        config.whatsapp,
        store,
        new_ticket=wiring.fresh_ticket,
        new_id=wiring.fresh_id,
        jitter=random.random,
    )
    deliverer = make_deliverer(
        config,
        store,
        requests.Session(),
        new_ticket=wiring.fresh_ticket,
        jitter=random.random,
    )
    gateway = Gateway(
        store=store,
        bundle=wiring.WorkerBundles(config, store).current(),
        calendar=wiring.calendar(config),
        new_ticket=wiring.fresh_ticket,
        new_turn_id=wiring.fresh_id,
    )
    waiting = sa.select(tables.inbox.c.conversation_id).where(tables.inbox.c.turn_id.is_(None))
    app = Flask("naive")

    @app.post("/webhooks/whatsapp")
    def take() -> Response:
        raw = request.get_data(cache=False)
        signature = request.headers.get("X-Hub-Signature-256")
        if not signature_is_valid(raw, signature, config.whatsapp.app_secrets):
            return Response(status=401)
        ingest.take(raw)
        with store.read() as tx:
            conversations = list(tx.connection.execute(waiting.limit(1)).scalars())
        for conversation in conversations:
            gateway.take_turn(conversation)
        deliverer.work_once()
        return Response(status=200)

    return app


def main() -> None:
    """Serve one of them on loopback until killed."""
    kind, port = sys.argv[1], int(sys.argv[2])
    app = {"bare": bare, "naive": naive}[kind]()
    WSGIServer(("127.0.0.1", port), app, log=None).serve_forever()


if __name__ == "__main__":
    main()
