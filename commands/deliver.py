"""`halo deliver`: the process that hands WhatsApp replies to Meta."""

from __future__ import annotations

import random
import threading

import click
import requests

from commands import wiring
from commands.shutdown import stop_on_signals, watch_parent
from connectors.whatsapp import make_deliverer
from foundation.logs import configure_logging
from storage import open_wakeups


@click.command()
@click.option("--parent", default=0, hidden=True, help="Berhenti bila proses ini tidak ada lagi.")
def deliver(parent: int) -> None:
    """Kirim balasan WhatsApp yang menunggu."""
    config = wiring.settings()
    configure_logging(config.log_level, process="deliver")
    stop = threading.Event()
    stop_on_signals(stop)
    if parent:
        threading.Thread(target=watch_parent, args=(parent, stop), daemon=True).start()
    store = wiring.open_store(config)
    deliverer = make_deliverer(
        config,
        store,
        requests.Session(),
        new_ticket=wiring.fresh_ticket,
        jitter=random.random,
    )
    deliverer.run(stop, open_wakeups(store, config.redis_url))
