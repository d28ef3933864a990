import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from flask.testing import FlaskClient

from connectors import Desk
from connectors.webchat import SessionTokens
from foundation.clock import StillClock
from storage import (
    TYPING_SECONDS,
    Cursor,
    Store,
    Transaction,
    append_event,
    create_account,
    events_beyond,
    note_typing,
    open_conversation,
    read_events,
    set_owner,
    typing_beyond,
)
from tests.web.staff import a_case, a_chat, an_account
from web import feed as feed_module
from web.api import stream as stream_module
from web.api.stream import ConversationStream
from web.feed import EventFeed


def a_conversation(store: Store, name: str = "k-1") -> str:
    with store.write() as tx:
        return open_conversation(tx, channel="webchat", address=name, conversation_id=name).id


def say(store: Store, conversation_id: str, *texts: str) -> None:
    for text in texts:
        with store.write() as tx:
            append_event(
                tx, conversation_id, type="bot", actor="bot", data={}, content={"text": text}
            )


def bearer(fixture: Any, conversation_id: str) -> dict[str, str]:
    token = SessionTokens(fixture.services.secret_key).issue(conversation_id)
    return {"Authorization": f"Bearer {token}"}


def next_events(chunks: Iterator[Any], count: int) -> list[dict[str, Any]]:
    """The next `count` events; heartbeats are passed over."""
    found: list[dict[str, Any]] = []
    while len(found) < count:
        chunk = next(chunks)
        text = chunk.decode() if isinstance(chunk, bytes) else chunk
        if text.startswith(":"):
            continue
        first, second = text.strip().split("\n")
        event = json.loads(second.removeprefix("data: "))
        assert first == f"id: {event['id']}"
        found.append(event)
    return found


def test_backlog_then_what_comes_without_gap_or_double(store: Store, make_fixture: Any) -> None:
    fixture = make_fixture(store)
    conversation = a_conversation(store)
    say(store, conversation, "satu", "dua", "tiga")
    answer = fixture.client().get("/api/chat/stream?after=1", headers=bearer(fixture, conversation))
    assert answer.status_code == 200
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    chunks = iter(answer.response)
    assert [event["text"] for event in next_events(chunks, 2)] == ["dua", "tiga"]
    say(store, conversation, "empat")
    assert [event["text"] for event in next_events(chunks, 1)] == ["empat"]
    say(store, conversation, "lima", "enam")
    assert [event["id"] for event in next_events(chunks, 2)] == [5, 6]
    answer.close()


def test_a_long_backlog_comes_whole(
    sqlite_store: Store, make_fixture: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "_PAGE", 3)
    fixture = make_fixture(sqlite_store)
    conversation = a_conversation(sqlite_store)
    say(sqlite_store, conversation, *map(str, range(10)))
    stream = ConversationStream(sqlite_store, fixture.feed)
    chunks = stream.chunks(conversation, after=0)
    assert [event["id"] for event in next_events(chunks, 10)] == list(range(1, 11))
    chunks.close()


def test_last_event_id_counts_when_it_is_higher(fixture: Any) -> None:
    store = fixture.services.store
    conversation = a_conversation(store)
    say(store, conversation, "satu", "dua", "tiga")
    headers = bearer(fixture, conversation) | {"Last-Event-ID": "2"}
    answer = fixture.client().get("/api/chat/stream?after=0", headers=headers)
    assert [event["id"] for event in next_events(iter(answer.response), 1)] == [3]
    answer.close()


def test_silence_is_filled_with_heartbeats_and_ends_after_its_life(fixture: Any) -> None:
    conversation = a_conversation(fixture.services.store)
    ticks = iter(range(100))
    stream = ConversationStream(
        fixture.services.store,
        fixture.feed,
        heartbeat=0.001,
        lifetime=4,
        monotonic=lambda: float(next(ticks)),
    )
    chunks = list(stream.chunks(conversation, after=0))
    # One round may go to the feed's first wake-up, which is no event.
    assert len(chunks) in (3, 4)
    assert set(chunks) == {": detak\n\n"}
    assert fixture.feed.subscribers() == 0


def test_only_so_many_streams_of_one_conversation(fixture: Any) -> None:
    conversation = a_conversation(fixture.services.store)
    client: FlaskClient = fixture.client()
    answers = []
    for _ in range(12):
        answer = client.get("/api/chat/stream", headers=bearer(fixture, conversation))
        next(iter(answer.response))
        answers.append(answer)
    refused = client.get("/api/chat/stream", headers=bearer(fixture, conversation))
    assert refused.status_code == 429
    for answer in answers:
        answer.close()
    assert fixture.feed.subscribers() == 0


def begun(feed: EventFeed, stack: ExitStack) -> None:
    """The feed tells whoever waits at its beginning to look; after this it has begun."""
    assert stack.enter_context(feed.subscribe("pemula")).wait(60)


def test_the_feed_wakes_only_whom_it_concerns(store: Store, make_fixture: Any) -> None:
    feed: EventFeed = make_fixture(store).feed
    names = [a_conversation(store, f"k-{number}") for number in range(2)]
    with ExitStack() as stack:
        begun(feed, stack)
        first, second = (stack.enter_context(feed.subscribe(name)) for name in names)
        everything = stack.enter_context(feed.subscribe(None))
        say(store, names[0], "untuk yang pertama")
        assert first.wait(60)
        assert everything.wait(60)
        assert not second.wait(0)


def test_many_streams_cost_one_query_per_poll(
    sqlite_store: Store, make_fixture: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counted(tx: Transaction, cursor: Cursor, *, limit: int) -> Any:
        asked.append(1)
        return events_beyond(tx, cursor, limit=limit)

    monkeypatch.setattr(feed_module, "events_beyond", counted)
    feed: EventFeed = make_fixture(sqlite_store).feed
    conversation = a_conversation(sqlite_store)
    with ExitStack() as others:
        begun(feed, others)
        for number in range(1999):
            others.enter_context(feed.subscribe(f"lain-{number}"))
        mine = others.enter_context(feed.subscribe(conversation))
        before = len(asked)
        say(sqlite_store, conversation, "halo")
        assert mine.wait(60)
        # A few polls may have gone by; each asked once, not once per stream.
        assert len(asked) - before < 100
        assert feed.subscribers() == 2001
    assert feed.subscribers() == 0


def test_the_feed_begins_behind_the_old_log(store: Store) -> None:
    conversation = a_conversation(store)
    say(store, conversation, "lama", "lama sekali")
    with store.read() as tx:
        place = feed_module.end_of_log(tx)
        assert events_beyond(tx, place.cursor, limit=10)[0] == []
        assert place.seen >= 2


def test_a_long_transaction_elsewhere_holds_nothing_back(
    postgresql_store: Store, make_fixture: Any
) -> None:
    feed: EventFeed = make_fixture(postgresql_store).feed
    conversation = a_conversation(postgresql_store)
    busy = a_conversation(postgresql_store, "lain")
    with feed.subscribe(conversation) as mine:
        assert mine.wait(60)
        with postgresql_store.write() as slow:
            append_event(slow, busy, type="bot", actor="bot", data={}, content={"text": "lama"})
            say(postgresql_store, conversation, "halo")
            assert mine.wait(60)


def test_a_late_committer_is_announced_too(postgresql_store: Store, make_fixture: Any) -> None:
    feed: EventFeed = make_fixture(postgresql_store).feed
    late = a_conversation(postgresql_store, "lambat")
    quick = a_conversation(postgresql_store, "cepat")
    with ExitStack() as stack:
        begun(feed, stack)
        waiting = stack.enter_context(feed.subscribe(late))
        other = stack.enter_context(feed.subscribe(quick))
        with postgresql_store.write() as slow:
            append_event(slow, late, type="bot", actor="bot", data={}, content={"text": "lama"})
            say(postgresql_store, quick, "menyusul")
            assert other.wait(60)
        # Its id is below one that was already seen.
        assert waiting.wait(60)


def test_an_officers_typing_passes_by_without_an_id(store: Store, make_fixture: Any) -> None:
    fixture = make_fixture(store)
    names = [a_conversation(store, f"k-{number}") for number in range(2)]
    with ExitStack() as stack:
        begun(fixture.feed, stack)
        console = stack.enter_context(fixture.feed.subscribe(None))
        other = stack.enter_context(fixture.feed.subscribe(names[1]))
        with store.write() as tx:
            note_typing(tx, names[0], "officer")
            note_typing(tx, names[0], "resident")
        assert console.wait(60)
        signs = console.take_typing()
        assert [(sign.conversation, sign.typist) for sign in signs] == [
            (names[0], "officer"),
            (names[0], "resident"),
        ]
        assert console.take_typing() == []
        assert not other.wait(0)
    assert log_of(store, names[0]) == []


def test_the_residents_stream_tells_of_the_officer_alone(fixture: Any) -> None:
    store, told = fixture.services.store, []
    conversation = a_conversation(store)
    with ExitStack() as stack:
        begun(fixture.feed, stack)
        chunks = ConversationStream(store, fixture.feed).chunks(conversation, after=0)
        assert next(chunks) == ": detak\n\n"
        for typist in ("resident", "officer"):
            with store.write() as tx:
                note_typing(tx, conversation, typist)
        while not told:
            told = [chunk for chunk in [next(chunks)] if not chunk.startswith(":")]
        assert told == ['event: typing\ndata: {"from":"officer"}\n\n']
        say(store, conversation, "sudah")
        assert [event["text"] for event in next_events(chunks, 1)] == ["sudah"]
        chunks.close()


def log_of(store: Store, conversation_id: str) -> list[Any]:
    with store.read() as tx:
        return list(read_events(tx, conversation_id, after=0, limit=10))


@pytest.mark.parametrize("owned", [True, False])
def test_the_residents_typing_is_told_only_while_an_officer_has_the_talk(
    fixture: Any, owned: bool
) -> None:
    store = fixture.services.store
    conversation = a_conversation(store)
    with store.write() as tx:
        sari = create_account(tx, "sari", "sandi-cukup-panjang-1", "petugas")
        if owned:
            set_owner(tx, conversation, sari.id)
    answer = fixture.client().post("/api/chat/typing", headers=bearer(fixture, conversation))
    assert (answer.status_code, answer.data) == (204, b"")
    with store.read() as tx:
        signs = typing_beyond(tx, 0, limit=9)
    assert [sign.typist for sign in signs] == (["resident"] if owned else [])
    assert log_of(store, conversation) == []
    assert fixture.client().post("/api/chat/typing").status_code == 401


def test_who_polls_reads_that_the_officer_types_until_the_answer(
    fixture: Any, clock: StillClock
) -> None:
    store = fixture.services.store
    chat = a_chat(store, "warga")
    conversation, case = chat.id, a_case(store, chat)
    assets = fixture.services.live_bundle().assets
    desk = Desk(store, assets, an_account(store, "siti"), lambda: "HK-1")
    desk.claim(case.id)

    def typing() -> Any:
        answer = fixture.client().get("/api/chat/events", headers=bearer(fixture, conversation))
        return answer.json["typing"]

    def type_() -> None:
        with store.write() as tx:
            note_typing(tx, conversation, "officer")

    assert typing() is None
    with store.write() as tx:
        note_typing(tx, conversation, "resident")
    assert typing() is None
    type_()
    assert typing() == "officer"
    clock.advance(seconds=TYPING_SECONDS)
    assert typing() is None
    type_()
    desk.reply(case.id, "Sudah.")
    assert typing() is None
