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
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from connectors import Alarm, Bundle, Desk, Gateway, Scheduler
from dialogue import Assets
from foundation.clock import StillClock, parse_moment
from foundation.errors import CaseConflictError, ForbiddenError, InvalidFormError
from foundation.settings import AlertSettings
from handoff import Outcome, Presence, get_case, latest_case, open_case_of, record_heartbeat
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

    def officer_does(self, who: int, what: str, store: Store | None = None) -> None:
        """Let one of the staff do something; what they may not is refused."""
        with self.store.read() as tx:
            case = latest_case(tx, self.conversation.id)
        if case is None:
            return
        desk = Desk(store or self.store, self.assets, self.staff[who], self.ticket)
        other = self.staff[(who + 1) % len(self.staff)]
        acts: dict[str, Callable[[], object]] = {
            "claim": lambda: desk.claim(case.id),
            "reply": lambda: desk.reply(case.id, "Selamat pagi.", key=str(next(self.numbers))),
            "release": lambda: desk.release(case.id),
            "return": lambda: desk.return_to_bot(case.id),
            "resolve": lambda: desk.resolve(case.id, outcome=Outcome.ANSWERED),
            "transfer": lambda: desk.transfer(case.id, to_officer=other.id),
            "take over": lambda: desk.take_over(case.id),
            "note": lambda: desk.note(case.id, "catatan dalam"),
            "leave": lambda: desk.set_presence(Presence.AWAY),
        }
        with suppress(CaseConflictError, InvalidFormError, ForbiddenError):
            acts[what]()

    def turn(self, store: Store | None = None) -> None:
        """Let a worker take the turn that is due, if there is one."""
        self.gateway(store or self.store).take_turn(self.conversation.id)

    def dying(self) -> Store:
        """The store of a process that dies in its next transaction."""
        return cast(Store, DyingStore(self.store))

    def scheduler(self) -> None:
        Scheduler(
            store=self.store,
            calendar=Calendar(),
            alarm=Alarm(AlertSettings(), console_url=""),
            target=timedelta(minutes=15),
        ).once()

    def events(self) -> list[StoredEvent]:
        with self.store.read() as tx:
            return read_events(tx, self.conversation.id)


STAFF = st.integers(0, 2)
ACTS = st.sampled_from(
    ("claim", "reply", "release", "return", "resolve", "transfer", "take over", "note", "leave")
)
WORDS = ("min brp org sih", "mau chat dengan CS", "masalah saya belum selesai")


def _nothing() -> None:
    """Happen not at all."""


class Interleaving(RuleBasedStateMachine):
    """Everybody at once: a resident, a worker, two officers, a supervisor, the timer, crashes."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        world.clock.set(parse_moment("2026-11-24T09:00"))
        world.begin()
        world.write("mau chat dengan CS")
        world.turn()

    @rule(text=st.sampled_from(WORDS))
    def resident_writes(self, text: str) -> None:
        self.world.write(text)

    @rule()
    def bot_takes_its_turn(self) -> None:
        self.world.turn()

    @rule()
    def worker_dies_in_its_turn(self) -> None:
        with suppress(Crash):
            self.world.turn(self.world.dying())

    @rule(who=STAFF, what=ACTS)
    def staff_acts(self, who: int, what: str) -> None:
        self.world.officer_does(who, what)

    @rule(who=STAFF)
    def staff_claims(self, who: int) -> None:
        self.world.officer_does(who, "claim")

    @rule(who=STAFF, what=ACTS)
    def staff_acts_while_the_bot_thinks(self, who: int, what: str) -> None:
        self._meanwhile(lambda: self.world.officer_does(who, what))

    @rule(who=STAFF)
    def staff_claims_while_the_bot_thinks(self, who: int) -> None:
        self.world.write(WORDS[0])
        self._meanwhile(lambda: self.world.officer_does(who, "claim"))

    @rule()
    def another_worker_takes_the_same_turn(self) -> None:
        self.world.write(WORDS[0])
        self._meanwhile(self._turn_of_another_worker)

    def _meanwhile(self, happens: Callable[[], None]) -> None:
        """Let something happen while a worker has read the conversation and computes its turn."""
        self.world.model.meanwhile = happens
        self.world.turn()
        self.world.model.meanwhile = _nothing

    def _turn_of_another_worker(self) -> None:
        self.world.model.meanwhile = _nothing
        self.world.turn()

    @rule(who=STAFF, what=ACTS)
    def web_process_dies_while_staff_act(self, who: int, what: str) -> None:
        with suppress(Crash):
            self.world.officer_does(who, what, self.world.dying())

    @rule(minutes=st.sampled_from((0, 5, 24 * 60, 48 * 60)))
    def time_passes(self, minutes: int) -> None:
        self.world.clock.advance(minutes=minutes)
        self.world.scheduler()

    @invariant()
    def one_owner_at_most(self) -> None:
        _one_owner_at_most(self.world)

    @invariant()
    def the_log_has_no_gap_and_no_word_out_of_turn(self) -> None:
        events = self.world.events()
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        _only_the_owner_speaks(events)

    def teardown(self) -> None:
        _nothing_is_lost(self.world)


@pytest.fixture
def world(store: Store, clock: StillClock, assets: Assets) -> World:
    with store.write() as tx:
        staff = [
            create_account(tx, name, "kata-sandi-panjang", role)
            for name, role in (("ani", "petugas"), ("budi", "petugas"), ("bos", "supervisor"))
        ]
        for account in staff:
            record_heartbeat(tx, account.id)
    return World(store, clock, assets, staff)


def test_every_interleaving_keeps_the_promises(world: World) -> None:
    class Here(Interleaving):
        def __init__(self) -> None:
            super().__init__(world)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=20,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


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
        world.turn()
    with world.store.read() as tx:
        rows = [row for row in list_inbox(tx) if row["conversation"] == world.conversation.id]
    assert len(rows) == world.sent
    assert all(row["turn"] for row in rows)
    events = world.events()
    assert sum(event.type == "user" for event in events) == world.sent
    _only_the_owner_speaks(events)
    understood = [event.data["inbox_id"] for event in events if event.type == "understood"]
    assert len(understood) == len(set(understood))


def _only_the_owner_speaks(events: list[StoredEvent]) -> None:
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
