"""Webhooks as SPEC sections 2 and 3 say: signed bytes, at least once, in any order, in heaps."""

import hashlib
import hmac
import itertools
import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.whatsapp_emulator import Emulator, Resident, ResidentSide
from foundation.clock import StillClock, parse_moment
from tests.connectors.whatsapp_emulator.emulator_kit import (
    SECRET,
    Receiver,
    a_resident,
    an_emulator,
    run,
    state_of,
)


def _say(emulator: Emulator, resident: Resident, *texts: str) -> None:
    for text in texts:
        ResidentSide(emulator).say_text(resident.user_id, text)


def test_signature_is_over_the_raw_bytes(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    _say(emulator, a_resident(emulator), "warung “Barokah” 🙏 a/b")
    receiver = run(emulator, Receiver())
    for body, headers in zip(receiver.bodies, receiver.headers, strict=True):
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        assert headers["X-Hub-Signature-256"] == f"sha256={digest}"


def test_body_is_escaped_as_meta_does_so_that_encoding_it_again_gives_other_bytes(
    clock: StillClock,
) -> None:
    emulator = an_emulator(clock)
    _say(emulator, a_resident(emulator), "kopi “é” a/b")
    body = run(emulator, Receiver()).bodies[-1]
    assert body.isascii()
    assert b"\\u201c\\u00e9\\u201d a\\/b" in body
    again = json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False).encode()
    assert again != body


def test_body_is_posted_again_until_it_is_answered_with_200(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    a_resident(emulator)
    receiver = run(emulator, Receiver(503, 0, 204, 301, 500), 60)
    assert len(receiver.bodies) == 6
    assert len(set(receiver.bodies)) == 1
    assert [entry.status for entry in emulator.webhook_sender.log] == [503, 0, 204, 301, 500, 200]
    assert emulator.webhook_sender.pending() == 0


def test_retries_come_at_once_and_then_less_and_less_often(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    a_resident(emulator)
    run(emulator, Receiver(*[503] * 7), 60)
    moments = [entry.at for entry in emulator.webhook_sender.log]
    pauses = [(b - a).total_seconds() for a, b in itertools.pairwise(moments)]
    assert pauses == [pytest.approx(p, abs=0.11) for p in (0, 1, 2, 4, 8, 16, 32)][: len(pauses)]
    assert len(pauses) >= 6


def test_body_is_given_up_after_seven_days(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    a_resident(emulator)
    receiver = Receiver(*[503] * 1000)
    for _ in range(8 * 24):
        emulator.turn_clock(3600)
        emulator.settle(receiver)
    assert emulator.webhook_sender.lost == 1
    assert emulator.webhook_sender.pending() == 0
    assert len(receiver.bodies) > 7 * 24


def test_ticks_tell_whether_the_webhook_took_the_message(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    a_resident(emulator)
    message = emulator.chats.all()[0]
    receiver = Receiver(503, 503)
    run(emulator, receiver)
    assert state_of(emulator, message) == "sent"
    run(emulator, receiver, 2)
    assert state_of(emulator, message) == "delivered"


def test_held_webhooks_arrive_later_with_their_old_timestamps(clock: StillClock) -> None:
    emulator = an_emulator(clock, hold=True)
    a_resident(emulator)
    said_at = clock().timestamp()
    receiver = run(emulator, Receiver())
    emulator.turn_clock(25 * 3600)
    assert run(emulator, receiver).bodies == []
    emulator.change_behaviour({"hold": False})
    assert run(emulator, receiver).messages()[0]["timestamp"] == str(int(said_at))


def test_duplicates_are_copies_of_the_same_bytes(clock: StillClock) -> None:
    emulator = an_emulator(clock, duplicates=1.0)
    _say(emulator, a_resident(emulator), "satu", "dua")
    receiver = run(emulator, Receiver(), 2)
    assert set(Counter(receiver.bodies).values()) == {2}


def test_shuffled_bodies_overtake_each_other(clock: StillClock) -> None:
    emulator = an_emulator(clock, shuffle=5.0)
    texts = [f"pesan {n}" for n in range(30)]
    _say(emulator, a_resident(emulator, speaks=False), *texts)
    arrived = [m["text"]["body"] for m in run(emulator, Receiver(), 6).messages()]
    assert arrived != texts
    assert sorted(arrived) == sorted(texts)


@given(
    batch=st.integers(min_value=1, max_value=7),
    shuffle=st.sampled_from([0.0, 2.0]),
    count=st.integers(min_value=0, max_value=25),
)
@settings(max_examples=40, deadline=None)
def test_every_event_is_in_exactly_one_body(batch: int, shuffle: float, count: int) -> None:
    clock = StillClock(parse_moment("2026-11-24T09:00"))
    emulator = an_emulator(clock, batch=batch, shuffle=shuffle)
    euis = a_resident(emulator, speaks=False)
    asep = a_resident(emulator, speaks=False, name="Asep", wa_id="6281000000104")
    for number in range(count):
        _say(emulator, asep if number % 3 else euis, f"pesan {number}")
    receiver = run(emulator, Receiver(), 3)
    assert len(receiver.bodies) == -(-count // batch)
    assert Counter(m["text"]["body"] for m in receiver.messages()) == Counter(
        f"pesan {n}" for n in range(count)
    )
    for value in receiver.values():
        known = {contact["user_id"] for contact in value["contacts"]}
        assert {m["from_user_id"] for m in value["messages"]} == known


def test_a_finished_body_is_delivered_as_it_is(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    with emulator.lock:
        emulator.webhook_sender.enqueue_raw(b'{"object": "terpotong', clock())
    receiver = run(emulator, Receiver())
    assert receiver.bodies == [b'{"object": "terpotong']
    assert receiver.headers[0]["X-Hub-Signature-256"].startswith("sha256=")
