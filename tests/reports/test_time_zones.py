"""A chat counts on its Indonesian day, whatever zone the server is set to."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Three moments of one evening, told to a process whose own zone is another.
_SCRIPT = """
import json, sys
from datetime import date
from foundation.clock import StillClock, parse_moment
from reports import catch_up, read_figures, volume_rows
from service_hours import Calendar
from storage import Inbound, Store, open_conversation, receive

clock = StillClock(parse_moment("2026-10-24T09:00"))
store = Store.open(sys.argv[1], clock=clock)
for number, moment in enumerate(("2026-10-24T23:59", "2026-10-25T00:00", "2026-10-25T08:30")):
    clock.set(parse_moment(moment))
    with store.write() as tx:
        who = open_conversation(tx, channel="whatsapp", address=f"a{number}")
        receive(tx, Inbound(channel="whatsapp", channel_message_id=f"m{number}",
            conversation=who.id, kind="text", text="halo", sent_at=tx.now))
catch_up(store, Calendar())
with store.read() as tx:
    rows = volume_rows(tx, date(2026, 10, 20), date(2026, 10, 30))
    hours = read_figures(tx, date(2026, 10, 20), date(2026, 10, 30)).by_key("chat_hour")
print(json.dumps([[[row.date.isoformat(), row.chats] for row in rows], hours]))
"""


@pytest.mark.parametrize(
    "zone",
    [
        "UTC",
        "America/New_York",
        # Changes from summer to winter time in this very night.
        "Europe/Berlin",
        "Pacific/Kiritimati",
    ],
)
def test_chat_of_the_last_minute_counts_on_its_wib_day(zone: str, sqlite_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, sqlite_url],
        cwd=ROOT,
        env={**os.environ, "TZ": zone},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows, hours = json.loads(done.stdout)
    assert rows == [["2026-10-24", 1], ["2026-10-25", 2]]
    assert hours == {"00": 1, "08": 1, "23": 1}
