"""Bodies that come at the same time share a transaction, and nothing else."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.whatsapp import GroupedIngest, Ingest, Report, make_ingest
from connectors.whatsapp.inbound.webhook_parser import Contents
from foundation.errors import BadMessageError, StoreUnavailableError
from tests.builders import at_once
from tests.connectors.whatsapp.whatsapp_kit import WhatsAppFixture, envelope, text_item


@dataclass(frozen=True)
class CountedIngest(Ingest):
    """Notes the sizes of its groups; fails where it is told to."""

    groups: list[int] = field(default_factory=list)
    fails: threading.Event = field(default_factory=threading.Event)

    def store_all(self, bodies: Sequence[Contents]) -> list[Report]:
        self.groups.append(len(bodies))
        if self.fails.is_set():
            raise StoreUnavailableError("disk full")
        return super().store_all(bodies)


def _counted(fixture: WhatsAppFixture) -> CountedIngest:
    plain = make_ingest(
        fixture.settings.whatsapp,
        fixture.store,
        new_ticket=lambda: "HK-X",
        new_id=lambda: f"id-{next(fixture.counter)}",
        jitter=lambda: 1.0,
    )
    return CountedIngest(plain.store, plain.phone_number_id, plain.statuses, plain.new_id)


class Stopped(BaseException):
    """As gevent stops a greenlet."""


@dataclass(frozen=True)
class _FaultyIngest(Ingest):
    """Fails in a way that nobody foresaw."""

    fault: BaseException = field(default_factory=RuntimeError)

    def store_all(self, bodies: Sequence[Contents]) -> list[Report]:
        raise self.fault


@dataclass(frozen=True)
class _ForgetfulIngest(Ingest):
    """Gives one report too few."""

    def store_all(self, bodies: Sequence[Contents]) -> list[Report]:
        return super().store_all(bodies)[1:]


def _parts(fixture: WhatsAppFixture) -> tuple[Any, ...]:
    counted = _counted(fixture)
    return counted.store, counted.phone_number_id, counted.statuses, counted.new_id


def _lingering(ingest: Ingest) -> tuple[GroupedIngest, Queue]:
    """Return a queue in which eight callers come together."""
    queue = Queue()

    def linger(_: float) -> None:
        assert all(queue.queued.acquire(timeout=60) for _ in range(8))

    return GroupedIngest(ingest, linger), queue


def _raw(number: int) -> bytes:
    item = text_item(f"pesan {number}", number=f"6281000{number:05d}", user=f"ID.{number}")
    return json.dumps(envelope(messages=[item])).encode()


class Queue(list[object]):
    """Tells how many have queued up."""

    def __init__(self) -> None:
        super().__init__()
        self.queued = threading.Semaphore(0)

    def append(self, item: object) -> None:
        super().append(item)
        self.queued.release()


def test_bodies_that_wait_together_are_stored_together(any_fixture: WhatsAppFixture) -> None:
    ingest, queue = _counted(any_fixture), Queue()

    def linger(_: float) -> None:
        """Let the first one wait until all have queued up."""
        assert all(queue.queued.acquire(timeout=60) for _ in range(8))

    grouped = GroupedIngest(ingest, linger)
    grouped._queue = queue  # type: ignore[assignment]
    assert at_once(8, lambda number: grouped.take(_raw(number)).stored) == [1] * 8
    assert ingest.groups == [8]
    assert len(any_fixture.inbox()) == 8


def test_each_caller_gets_its_own_report(fixture: WhatsAppFixture) -> None:
    grouped = GroupedIngest(_counted(fixture), lambda _: None)
    same = _raw(1)
    reports = at_once(5, lambda _: grouped.take(same))
    assert all(isinstance(report, Report) for report in reports)
    stored = [report.stored for report in reports if isinstance(report, Report)]
    assert sorted(stored) == [0, 0, 0, 0, 1]


def test_a_store_that_fails_is_told_to_every_caller_of_the_group(fixture: WhatsAppFixture) -> None:
    ingest = _counted(fixture)
    grouped = GroupedIngest(ingest, lambda _: None)
    ingest.fails.set()
    answers = at_once(4, lambda number: grouped.take(_raw(number)))
    assert [type(answer) for answer in answers] == [StoreUnavailableError] * 4
    ingest.fails.clear()
    assert grouped.take(_raw(9)).stored == 1


def test_any_mistake_is_told_to_every_caller_of_the_group(fixture: WhatsAppFixture) -> None:
    """A caller that is not told would spin in its web process for ever."""
    grouped, queue = _lingering(_FaultyIngest(*_parts(fixture), fault=ZeroDivisionError("a bug")))
    grouped._queue = queue  # type: ignore[assignment]
    answers = at_once(8, lambda number: grouped.take(_raw(number)))
    assert [type(answer) for answer in answers] == [ZeroDivisionError] * 8
    assert grouped._queue == []


def test_a_writer_that_is_stopped_tells_the_others(fixture: WhatsAppFixture) -> None:
    grouped, queue = _lingering(_FaultyIngest(*_parts(fixture), fault=Stopped()))
    grouped._queue = queue  # type: ignore[assignment]

    def take(number: int) -> str:
        try:
            grouped.take(_raw(number))
        except (StoreUnavailableError, Stopped) as error:
            return type(error).__name__
        return ""

    answers = sorted(map(str, at_once(8, take)))
    assert answers == ["Stopped", *["StoreUnavailableError"] * 7]


def test_a_report_too_few_is_a_mistake_of_the_whole_group(fixture: WhatsAppFixture) -> None:
    grouped, queue = _lingering(_ForgetfulIngest(*_parts(fixture)))
    grouped._queue = queue  # type: ignore[assignment]
    answers = at_once(8, lambda number: grouped.take(_raw(number)))
    assert [type(answer) for answer in answers] == [ValueError] * 8


def test_an_unreadable_body_fails_alone(fixture: WhatsAppFixture) -> None:
    grouped = GroupedIngest(_counted(fixture), lambda _: None)
    bodies = [_raw(0), b"{", _raw(2)]
    answers = at_once(3, lambda number: grouped.take(bodies[number]))
    assert isinstance(answers[1], BadMessageError)
    assert len(fixture.inbox()) == 2


def test_a_large_body_is_not_joined_by_others(fixture: WhatsAppFixture) -> None:
    ingest = _counted(fixture)
    grouped = GroupedIngest(ingest, lambda _: None)
    large = envelope(messages=[text_item(str(n), id=f"wamid.besar.{n}") for n in range(250)])
    for body in (large, envelope(messages=[text_item("kecil")])):
        grouped.take(json.dumps(body).encode())
    assert ingest.groups == [1, 1]
    assert len(fixture.inbox()) == 251
