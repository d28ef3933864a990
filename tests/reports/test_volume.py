import csv
import io
import json
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from foundation.clock import WIB, StillClock, parse_moment
from foundation.errors import InvalidFormError
from reports import FORMATS, VolumeRow, catch_up, rebuild, volume_file, volume_json, volume_rows
from service_hours import Calendar
from storage import Inbound, Store, append_event, open_conversation, receive
from tests.reports.report_kit import caught_up

DAY = date(2026, 11, 24)
CALENDAR = Calendar()


def _say(store: Store, clock: StillClock, address: str, channel: str = "webchat") -> str:
    with store.write() as tx:
        conversation = open_conversation(tx, channel=channel, address=address)
        receive(
            tx,
            Inbound(
                channel=channel,
                channel_message_id=f"{address}-{clock.moment.timestamp()}",
                conversation=conversation.id,
                kind="text",
                text="halo",
                sent_at=tx.now,
            ),
        )
        return conversation.id


def _rows(store: Store, first: date = DAY, last: date = DAY) -> list[VolumeRow]:
    # PostgreSQL holds the newest events back while any writer of the whole server is busy.
    caught_up(store)
    with store.read() as tx:
        return volume_rows(tx, first, last)


def test_chat_is_counted_again_after_24_hours_only(store: Store, clock: StillClock) -> None:
    _say(store, clock, "a")
    clock.advance(hours=23, minutes=59)
    _say(store, clock, "a")
    clock.advance(hours=24)
    _say(store, clock, "a")
    rows = _rows(store, DAY, DAY + timedelta(days=2))
    assert [(row.date, row.chats, row.messages) for row in rows] == [
        (DAY, 1, 1),
        (DAY + timedelta(days=1), 0, 1),
        (DAY + timedelta(days=2), 1, 1),
    ]


def test_day_is_the_wib_day(store: Store, clock: StillClock) -> None:
    clock.set(parse_moment("2026-11-24T23:59:00"))
    _say(store, clock, "a")
    clock.set(parse_moment("2026-11-25T00:01:00"))
    _say(store, clock, "b")
    rows = _rows(store, DAY, DAY + timedelta(days=1))
    assert [(row.date, row.chats, row.outside_hours) for row in rows] == [
        (DAY, 1, 1),
        (DAY + timedelta(days=1), 1, 1),
    ]


def test_channels_and_decisions_are_counted_apart(store: Store, clock: StillClock) -> None:
    web = _say(store, clock, "a")
    _say(store, clock, "a", channel="rest")
    with store.write() as tx:
        for decision in ("answer", "answer", "clarify", "handoff", "silent"):
            append_event(tx, web, type="decided", actor="bot", data={"decision": decision})
        append_event(tx, web, type="case_opened", actor="bot", data={"reason": "diminta"})
    by_channel = {row.channel: row for row in _rows(store)}
    assert by_channel["webchat"] == VolumeRow(DAY, "webchat", 1, 1, 2, 1, 1, 0)
    assert by_channel["rest"] == VolumeRow(DAY, "rest", 1, 1, 0, 0, 0, 0)


def test_counting_twice_changes_nothing(store: Store, clock: StillClock) -> None:
    _say(store, clock, "a")
    assert _rows(store) == _rows(store)


STEPS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3000)), max_size=25)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, catch_up_after=st.integers(0, 25))
def test_incremental_counts_equal_a_recount(
    sqlite_store: Store, clock: StillClock, steps: list[tuple[str, int]], catch_up_after: int
) -> None:
    for number, (address, minutes) in enumerate(steps):
        clock.advance(minutes=minutes)
        _say(sqlite_store, clock, address)
        if number == catch_up_after:
            catch_up(sqlite_store, CALENDAR)
    last = clock.moment.astimezone(WIB).date()
    before = _rows(sqlite_store, DAY, last)
    rebuild(sqlite_store, CALENDAR)
    assert _rows(sqlite_store, DAY, last) == before


def test_period_that_runs_backwards_is_refused(store: Store) -> None:
    with pytest.raises(InvalidFormError), store.read() as tx:
        volume_rows(tx, DAY, DAY - timedelta(days=1))


ROWS = [VolumeRow(DAY, "webchat", 3, 9, 5, 2, 1, 4), VolumeRow(DAY, "whatsapp", 7, 8, 6, 1, 0, 2)]


def test_every_format_carries_the_same_figures() -> None:
    made_at = parse_moment("2026-11-24T18:00")
    files = {
        name: volume_file(ROWS, DAY, DAY, file_format=name, made_at=made_at) for name in FORMATS
    }
    assert json.loads(files["json"]) == volume_json(ROWS, DAY, DAY)
    table = list(csv.reader(io.StringIO(files["csv"].decode())))
    assert table[1] == ["2026-11-24", "webchat", "3", "9", "5", "2", "1", "4"]
    sheet = load_workbook(io.BytesIO(files["xlsx"])).active
    assert sheet is not None
    assert [cell.value for cell in sheet[7]][:4] == ["24-11-2026", "WhatsApp", 7, 8]
    assert sheet["C9"].value == "=SUM(C7:C8)"
    assert files["pdf"].startswith(b"%PDF-")


def test_unknown_format_is_refused() -> None:
    with pytest.raises(InvalidFormError):
        volume_file(ROWS, DAY, DAY, file_format="doc", made_at=parse_moment("2026-11-24T18:00"))
