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
def write(number):
    for index in range(3):
        with store.write() as tx:
            receive(tx, Inbound(
                channel="webchat", channel_message_id=f"{number % 15}-{index}",
                conversation=talk.id, kind="text", text="Halo", sent_at=tx.now,
            ))
            gevent.sleep(0)

gevent.joinall([gevent.spawn(write, number) for number in range(30)], raise_error=True)
with store.read() as tx:
    print([event.seq for event in read_events(tx, talk.id)] == list(range(1, 46)))
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
    assert _run(_CROWD, store_url) == "True"
