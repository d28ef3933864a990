"""The console's stream, read chunk by chunk: what came in between is decided by the test."""

import itertools
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

import pytest
import sqlalchemy as sa

from foundation.clock import StillClock
from foundation.errors import StoreUnavailableError
from handoff import VIEWING_FOR, claim
from storage import (
    Conversation,
    Store,
    Transaction,
    TypingSign,
    deactivate,
    desk_tables,
    last_typing,
    set_password,
)
from tests.web.staff import a_case, a_chat, a_turn, an_account, services_for
from web import EventFeed, Services
from web.officer.stream import ConsoleStream
from web.sse import HEARTBEAT, LIFETIME_SECONDS


@dataclass
class Always:
    """A feed in which something may always have happened, so that nothing is waited for."""

    happened: bool = True
    signs: list[TypingSign] = field(default_factory=list)

    @contextmanager
    def subscribe(self, conversation_id: str | None) -> Iterator["Always"]:
        assert conversation_id is None
        yield self

    def wait(self, timeout: float) -> bool:
        return self.happened

    def take_typing(self) -> list[TypingSign]:
        taken, self.signs = self.signs, []
        return taken


@pytest.fixture
def services(store: Store, clock: StillClock) -> Services:
    return services_for(store, clock)


def stream_of(
    services: Services, conversation_id: str | None = None, **more: object
) -> Iterator[str]:
    account = an_account(services.store, "siti")
    values = {"feed": cast(EventFeed, Always()), "pause": lambda seconds: None, **more}
    return ConsoleStream(
        services, officer=account, conversation_id=conversation_id, **values
    ).chunks()


def names(chunk: str) -> list[str]:
    return re.findall(r"^event: (\w+)$", chunk, re.MULTILINE)


def test_a_console_that_comes_reads_everything_first(services: Services, store: Store) -> None:
    chat = a_chat(store, "warga")
    a_turn(store, chat, "halo")
    first = next(stream_of(services, chat.id))
    assert names(first) == ["papan", "percakapan", "pembaca"]
    told = [json.loads(data) for data in re.findall(r"^data: (.+)$", first, re.MULTILINE)]
    assert told[1:] == [{"last": 4}, {"nama": []}]


def test_only_what_changed_is_told(services: Services, store: Store) -> None:
    chat, other = a_chat(store, "warga"), a_chat(store, "lain")
    chunks = stream_of(services, chat.id)
    next(chunks)
    a_turn(store, other, "bukan urusan konsol ini")
    a_turn(store, chat, "halo")
    assert names(next(chunks)) == ["percakapan"]
    case = a_case(store, other)
    assert names(next(chunks)) == ["papan"]
    a_turn(store, other, "tidak paham", decision="handoff", attention=True)
    assert names(next(chunks)) == ["papan"]
    with store.write() as tx:
        claim(tx, case.id, officer_id=1, actor="officer:1")
    assert names(next(chunks)) == ["papan"]


def test_no_word_of_a_resident_is_in_the_stream(services: Services, store: Store) -> None:
    chat = a_chat(store, "warga")
    a_turn(store, chat, "rahasia", attention=True, decision="handoff")
    assert "rahasia" not in next(stream_of(services, chat.id))


def test_only_the_resident_in_front_is_seen_typing(services: Services, store: Store) -> None:
    chat, other = a_chat(store, "warga"), a_chat(store, "lain")
    feed = Always()
    chunks = stream_of(services, chat.id, feed=cast(EventFeed, feed))
    next(chunks)
    feed.signs = [TypingSign(1, other.id, "resident"), TypingSign(2, chat.id, "officer")]
    a_turn(store, chat, "halo")
    assert names(next(chunks)) == ["percakapan"]
    feed.signs += [TypingSign(3, chat.id, "resident")]
    assert names(next(chunks)) == ["mengetik"]
    feed.signs += [TypingSign(3, chat.id, "resident")]
    a_turn(store, chat, "halo lagi")
    assert names(next(chunks)) == ["percakapan", "mengetik"]
    feed.signs += [TypingSign(4, other.id, "resident"), TypingSign(5, chat.id, "officer")]
    feed.happened = False
    assert next(chunks) == HEARTBEAT


@pytest.mark.parametrize("change", ["deactivate", "password"])
def test_the_stream_ends_with_the_right_to_look(
    services: Services, store: Store, clock: StillClock, change: str
) -> None:
    chunks = stream_of(services)
    next(chunks)
    clock.advance(seconds=1)
    with store.write() as tx:
        if change == "deactivate":
            deactivate(tx, 1)
        else:
            set_password(tx, 1, "sandi-baru-yang-panjang")
    assert list(chunks) == []


def test_an_idle_stream_beats_and_ends_after_its_lifetime(
    services: Services, clock: StillClock
) -> None:
    chunks = stream_of(services, feed=Always(happened=False))
    assert names(next(chunks)) == ["papan"]
    assert next(chunks).startswith(":")
    clock.advance(seconds=LIFETIME_SECONDS)
    assert list(chunks) == []


def test_a_busy_console_is_told_at_most_twice_a_second(services: Services, store: Store) -> None:
    pauses: list[float] = []
    chunks = stream_of(services, pause=pauses.append)
    for number in range(3):
        next(chunks)
        a_case(store, a_chat(store, f"warga-{number}"))
    assert pauses == [0.5, 0.5]


def test_a_store_that_is_down_ends_the_stream(services: Services) -> None:
    class Down:
        @contextmanager
        def read(self) -> Iterator[Transaction]:
            raise StoreUnavailableError("down")
            yield

    chunks = stream_of(services)
    next(chunks)
    broken = replace(services, store=cast(Store, Down()))
    stream = ConsoleStream(
        broken,
        feed=cast(EventFeed, Always()),
        officer=an_account(services.store, "dedi"),
        conversation_id=None,
    )
    assert list(stream.chunks()) == []


def test_a_change_wakes_a_waiting_console(services: Services, store: Store) -> None:
    feed = EventFeed(store, services.wakeups)
    try:
        chunks = stream_of(services, feed=feed)
        next(chunks)
        a_case(store, a_chat(store, "warga"))
        services.wakeups.publish()
        assert names(next(chunk for chunk in chunks if not chunk.startswith(":"))) == ["papan"]
    finally:
        feed.stop()


def viewers(chunk: str) -> list[str] | None:
    """The names in the chunk's last ``pembaca``, None without one."""
    found = re.findall(r"^event: pembaca\ndata: (.+)$", chunk, re.MULTILINE)
    return json.loads(found[-1])["nama"] if found else None


@pytest.fixture
def two(services: Services, store: Store) -> tuple[Any, Conversation]:
    """Streams of Siti and of Dedi on a conversation, made when asked for."""
    chat = a_chat(store, "warga")
    people = {name: an_account(store, name) for name in ("siti", "dedi")}

    def stream(name: str, conversation_id: str | None = chat.id, **more: Any) -> Iterator[str]:
        values = {"feed": cast(EventFeed, Always()), "pause": lambda seconds: None, **more}
        officer = people[name]
        return ConsoleStream(
            services, officer=officer, conversation_id=conversation_id, **values
        ).chunks()

    return stream, chat


def next_viewers(chunks: Iterator[str]) -> list[str]:
    return next(found for chunk in chunks if (found := viewers(chunk)) is not None)


def test_each_sees_that_the_other_reads_until_the_other_leaves(
    two: tuple[Any, Conversation],
) -> None:
    stream, _ = two
    siti, dedi = stream("siti"), stream("dedi")
    assert next_viewers(siti) == []
    assert next_viewers(dedi) == ["Siti"]
    assert next_viewers(siti) == ["Dedi"]
    dedi.close()
    assert next_viewers(siti) == []
    # Whoever goes on to another conversation has left this one, before the connection is missed.
    dedi = stream("dedi")
    next(dedi)
    assert next_viewers(siti) == ["Dedi"]
    next(stream("dedi", None, came_from=two[1].id))
    assert next_viewers(siti) == []


def test_a_viewer_without_a_heartbeat_is_forgotten(
    two: tuple[Any, Conversation], clock: StillClock, store: Store
) -> None:
    stream, chat = two
    siti, dedi = stream("siti"), stream("dedi")
    next(dedi)
    assert next_viewers(siti) == ["Dedi"]
    clock.advance(seconds=VIEWING_FOR.total_seconds() - 1)
    a_turn(store, chat, "halo")
    assert viewers(next(siti)) is None
    clock.advance(seconds=1)
    assert next_viewers(siti) == []


def test_a_covered_window_reads_nothing(two: tuple[Any, Conversation]) -> None:
    stream, _ = two
    siti = stream("siti", feed=cast(EventFeed, Always(happened=False)))
    assert next_viewers(siti) == []
    assert next_viewers(stream("dedi", in_front=False)) == ["Siti"]
    assert list(itertools.islice(siti, 5)) == [HEARTBEAT] * 5


def test_reading_writes_now_and_then_not_at_every_message(
    two: tuple[Any, Conversation], clock: StillClock, store: Store
) -> None:
    stream, chat = two
    siti = stream("siti")
    next(siti)
    assert signs_of_reading(store) == 1
    seen = seen_at(store)
    for _ in range(3):
        clock.advance(seconds=9)
        a_turn(store, chat, "halo")
        next(siti)
    assert seen_at(store) == seen
    clock.advance(seconds=9)
    a_turn(store, chat, "halo")
    next(siti)
    assert seen_at(store) > seen
    assert signs_of_reading(store) == 1, "colleagues are woken by arrivals alone"


def signs_of_reading(store: Store) -> int:
    with store.read() as tx:
        return last_typing(tx)


def seen_at(store: Store) -> datetime:
    with store.read() as tx:
        return tx.connection.execute(sa.select(desk_tables.reader.c.seen_at)).scalar_one()
