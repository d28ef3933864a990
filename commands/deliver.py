"""`halo deliver`: the process that hands replies to the channels that have to be sent to."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator

import click
import requests

from commands import wiring
from commands.shutdown import stop_on_signals, watch_parent
from connectors import Sender, SenderTools, channels
from foundation.logs import configure_logging
from foundation.settings import Settings
from storage import Store, open_wakeups


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
    wakeups = open_wakeups(store, config.redis_url)
    threads = [
        threading.Thread(target=sender.run, args=(stop, wakeups), name=f"halo-{name}")
        for name, sender in _senders(config, store)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _senders(config: Settings, store: Store) -> Iterator[tuple[str, Sender]]:
    for channel in channels():
        tools = SenderTools(
            settings=config,
            store=store,
            # A session is one sender's alone.
            session=requests.Session(),
            new_ticket=wiring.fresh_ticket,
            jitter=random.random,
        )
        if (sender := channel.sender(tools)) is not None:
            yield channel.name, sender
