"""Web processes run under gevent's patches: a busy database must not stall their other streams."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

_SETUP = """
from gevent import monkey
monkey.patch_all()
import sqlite3, sys
import gevent
from foundation.clock import system_clock
from storage import Store, append_event, open_conversation, read_events, receive, Inbound

store = Store.open(sys.argv[1], clock=system_clock)
with store.write() as tx:
    talk = open_conversation(tx, channel="webchat", address="warga")
"""

_BUSY = """
other = sqlite3.connect(sys.argv[2], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
ticks = []

def write():
    with store.write() as tx:
        append_event(tx, talk.id, type="system", actor="bot", data={"ticks": len(ticks)})

def stream():
    for _ in range(10):
        ticks.append(1)
        gevent.sleep(0.005)
    other.execute("COMMIT")

gevent.joinall([gevent.spawn(write), gevent.spawn(stream)], raise_error=True)
with store.read() as tx:
    [event] = read_events(tx, talk.id)
print(event.data["ticks"])
"""

_CROWD = """
from foundation.errors import StoreUnavailableError

refused = []

def write(number):
    for index in range(2):
        while not written(number, index):
            refused.append(number)

def written(number, index):
    try:
        with store.write() as tx:
            receive(tx, Inbound(
                channel="webchat", channel_message_id=f"{number % 12}-{index}",
                conversation=talk.id, kind="text", text="Halo", sent_at=tx.now,
            ))
            gevent.sleep(0)
    except StoreUnavailableError:
        return False
    return True

gevent.joinall([gevent.spawn(write, number) for number in range(24)], raise_error=True)
with store.read() as tx:
    print([event.seq for event in read_events(tx, talk.id)] == list(range(1, 25)))
# On a machine that is full of other work one may have to come again, as any sender does. Who waits
# with the whole process in hand would have all others refused, in each round.
print(len(refused) < 24)
"""


def _run(script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", _SETUP + script, *arguments],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_streams_go_on_while_a_greenlet_waits_for_the_write_lock(sqlite_url: str) -> None:
    assert _run(_BUSY, sqlite_url, sa.make_url(sqlite_url).database or "") == "10"


def test_greenlets_that_write_at_once_do_not_block_each_other(store_url: str) -> None:
    assert _run(_CROWD, store_url) == "True\nTrue"
