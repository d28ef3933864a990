"""Random interleavings of resident, bot, two officers, a supervisor and crashes, over the gateway.

Whatever the order: one owner at most, no message lost or answered twice, no word of the bot while
an officer has the conversation.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import Alarm, Bundle, Desk, Gateway, Upkeep
from dialogue import Assets
from foundation.clock import StillClock, parse_moment
from foundation.errors import CaseConflictError, InvalidFormError
from foundation.settings import PROJECT_ROOT, AlertSettings
from handoff import Outcome, Presence, get_case, latest_case, open_case_of, sign_of_life
from nlu.types import Intent, Understanding
from service_hours import Calendar
from storage import (
    Account,
    Conversation,
    Inbound,
    Store,
    StoredEvent,
    Transaction,
    create_account,
    get_conversation,
    list_inbox,
    open_conversation,
    read_events,
    receive,
)

LABEL = "pendirian_koperasi/jumlah_pendiri"
TAKEN = {"case_claimed", "case_transferred", "case_taken_over"}
GIVEN_BACK = {"case_released", "case_returned", "case_resolved", "case_expired"}


class Crash(BaseException):
    """The process is gone: nobody handles this."""


@dataclass
class DyingStore:
    """A store whose process dies just before it would commit."""

    store: Store

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        with self.store.write() as tx:
            yield tx
            raise Crash

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        with self.store.read() as tx:
            yield tx


@dataclass
class Model:
    """Answers everything; ``meanwhile`` happens while it computes."""

    meanwhile: Callable[[], None] = lambda: None
    version: str = "uji"

    def understand(self, text: str) -> Understanding:
        self.meanwhile()
        intent = Intent(LABEL, 0.97)
        return Understanding(text, intent, (intent,), decision="answer", model_version="uji")


@dataclass
class World:
    store: Store
    clock: StillClock
    assets: Assets
    staff: list[Account]
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    model: Model = field(default_factory=Model)
    conversation: Conversation = field(init=False)
    sent: int = 0

    def begin(self) -> None:
        self.sent = 0
        with self.store.write() as tx:
            self.conversation = open_conversation(
                tx, channel="webchat", address=f"warga-{next(self.numbers)}"
            )

    def gateway(self, store: Store) -> Gateway:
        return Gateway(
            store=store,
            bundle=Bundle("uji", self.assets, self.model),
            calendar=Calendar(),
            new_ticket=self.ticket,
            new_turn_id=lambda: f"turn-{next(self.numbers)}",
        )

    def ticket(self) -> str:
        return f"HK-{next(self.numbers):08d}"

    def desk(self, who: int) -> Desk:
        return Desk(self.store, self.assets, self.staff[who], self.ticket)

    def write(self, text: str) -> None:
        self.sent += 1
        with self.store.write() as tx:
            message = Inbound(
                channel="webchat",
                channel_message_id=f"{self.conversation.id}:{self.sent}",
                conversation=self.conversation.id,
                kind="text",
                text=text,
                sent_at=tx.now,
            )
            receive(tx, message)
            receive(tx, message)

    def officer_does(self, who: int, what: str) -> None:
        with self.store.read() as tx:
            case = latest_case(tx, self.conversation.id)
        if case is None:
            return
        desk, other = self.desk(who), self.staff[(who + 1) % len(self.staff)]
        acts: dict[str, Callable[[], object]] = {
            "claim": lambda: desk.claim(case.id),
            "reply": lambda: desk.reply(case.id, "Selamat pagi.", key=str(next(self.numbers))),
            "release": lambda: desk.release(case.id),
            "return": lambda: desk.return_to_bot(case.id),
            "resolve": lambda: desk.resolve(case.id, outcome=Outcome.ANSWERED),
            "transfer": lambda: desk.transfer(case.id, to_officer=other.id),
            "note": lambda: desk.note(case.id, "catatan dalam"),
            "leave": lambda: desk.set_presence(Presence.AWAY),
        }
        with suppress(CaseConflictError, InvalidFormError):
            acts[what]()

    def upkeep(self) -> None:
        Upkeep(
            store=self.store,
            calendar=Calendar(),
            alarm=Alarm(AlertSettings(), console_url=""),
            target=timedelta(minutes=15),
        ).once()

    def do(self, step: tuple[str, int, str]) -> None:
        kind, who, what = step
        if kind == "resident":
            self.write("min brp org sih" if what != "ask" else "mau chat dengan CS")
        elif kind == "bot":
            self.gateway(self.store).take_turn(self.conversation.id)
        elif kind == "crash":
            with suppress(Crash):
                self.gateway(cast(Store, DyingStore(self.store))).take_turn(self.conversation.id)
        elif kind == "race":
            self.model.meanwhile = lambda: self.officer_does(who, what)
            self.gateway(self.store).take_turn(self.conversation.id)
            self.model.meanwhile = lambda: None
        elif kind == "time":
            self.clock.advance(minutes=who * 5)
            self.upkeep()
        else:
            self.officer_does(who, what)

    def events(self) -> list[StoredEvent]:
        with self.store.read() as tx:
            return read_events(tx, self.conversation.id)


ACTS = ("claim", "reply", "release", "return", "resolve", "transfer", "note", "leave")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("resident"), st.just(0), st.sampled_from(("ask", "say"))),
        st.tuples(st.sampled_from(("bot", "crash")), st.just(0), st.just("")),
        st.tuples(st.just("race"), st.integers(0, 2), st.sampled_from(ACTS)),
        st.tuples(st.just("officer"), st.integers(0, 2), st.sampled_from(ACTS)),
        st.tuples(st.just("officer"), st.integers(0, 2), st.just("claim")),
        st.tuples(st.just("time"), st.integers(0, 2), st.just("")),
    ),
    max_size=24,
)


@pytest.fixture(scope="module")
def assets() -> Assets:
    return Assets.load(PROJECT_ROOT / "training_data")


@pytest.fixture
def world(store: Store, clock: StillClock, assets: Assets) -> World:
    with store.write() as tx:
        staff = [
            create_account(tx, name, "kata-sandi-panjang", role)
            for name, role in (("ani", "petugas"), ("budi", "petugas"), ("bos", "supervisor"))
        ]
        for account in staff:
            sign_of_life(tx, account.id)
    return World(store, clock, assets, staff)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_every_interleaving_keeps_the_promises(
    world: World, steps: list[tuple[str, int, str]]
) -> None:
    world.clock.set(parse_moment("2026-11-24T09:00"))
    world.begin()
    for step in [("resident", 0, "ask"), ("bot", 0, ""), *steps]:
        world.do(step)
        _one_owner_at_most(world)
    _nothing_is_lost(world)
    _bot_is_silent_while_an_officer_has_it(world.events())


def _one_owner_at_most(world: World) -> None:
    with world.store.read() as tx:
        conversation = get_conversation(tx, world.conversation.id)
        case = open_case_of(tx, world.conversation.id)
        assert conversation is not None
        if conversation.owner is None:
            assert case is None or case.state == "waiting"
        else:
            assert case is not None
            assert (case.state, case.officer_id) == ("claimed", conversation.owner)
            assert get_case(tx, case.id).claimed_at is not None


def _nothing_is_lost(world: World) -> None:
    # A few more turns, as the workers would take.
    for _ in range(3):
        world.do(("bot", 0, ""))
    with world.store.read() as tx:
        rows = [row for row in list_inbox(tx) if row["conversation"] == world.conversation.id]
    assert len(rows) == world.sent
    assert all(row["turn"] for row in rows)
    events = world.events()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert sum(event.type == "user" for event in events) == world.sent
    understood = [event.data["inbox_id"] for event in events if event.type == "understood"]
    assert len(understood) == len(set(understood))


def _bot_is_silent_while_an_officer_has_it(events: list[StoredEvent]) -> None:
    owner: int | None = None
    for event in events:
        if event.type in TAKEN:
            assert event.type != "case_claimed" or owner is None
            owner = event.data["officer_id"]
        elif event.type in GIVEN_BACK:
            owner = None
        elif event.type == "bot":
            assert owner is None, "the bot spoke while an officer had the conversation"
        elif event.type == "officer":
            assert event.actor == f"officer:{owner}", "someone spoke who did not have it"
