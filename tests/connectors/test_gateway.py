"""Inbox → turn → outbox: once each, also when it crashes, is raced, or changes hands."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from connectors import Bundle, Desk, Gateway, Worker, load_tracker
from connectors.gateway import MAX_ATTEMPTS
from connectors.trackers import SNAPSHOT_EVERY
from dialogue import Assets, Tracker
from foundation.clock import StillClock
from foundation.errors import CaseConflictError
from handoff import (
    CaseState,
    Outcome,
    attention_list,
    latest_case,
    open_case,
    open_case_of,
    set_service_toggle,
    waiting_cases,
)
from nlu.types import Intent, Understanding
from service_hours import Calendar
from storage import (
    Account,
    Conversation,
    Inbound,
    Store,
    StoredEvent,
    create_account,
    list_outbox,
    load_snapshot,
    open_conversation,
    read_events,
    receive,
    unprocessed,
)
from storage.wakeups import PollingWakeups

LABEL = "pendirian_koperasi/jumlah_pendiri"


@dataclass
class StubModel:
    """Understands every text as one label; ``before`` runs first (to interfere with the turn)."""

    label: str = LABEL
    confidence: float = 0.97
    version: str = "stub"
    before: Callable[[], None] = lambda: None

    def understand(self, text: str) -> Understanding:
        self.before()
        intent = Intent(self.label, self.confidence)
        decision = "answer" if self.confidence > 0.5 else "handoff"
        return Understanding(text, intent, (intent,), decision=decision, model_version="stub")


@dataclass
class Fixture:
    store: Store
    assets: Assets
    clock: StillClock
    model: StubModel = field(default_factory=StubModel)
    tickets: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    turns: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def gateway(self) -> Gateway:
        return Gateway(
            store=self.store,
            bundle=Bundle("v1", self.assets, self.model),
            calendar=Calendar(),
            new_ticket=lambda: f"HK-{next(self.tickets):08d}",
            new_turn_id=lambda: f"turn-{next(self.turns)}",
        )

    def conversation(self, address: str = "warga") -> Conversation:
        with self.store.write() as tx:
            return open_conversation(tx, channel="webchat", address=address)

    def receive(self, conversation: Conversation, message_id: str, text: str) -> None:
        with self.store.write() as tx:
            receive(
                tx,
                Inbound(
                    channel="webchat",
                    channel_message_id=message_id,
                    conversation=conversation.id,
                    kind="text",
                    text=text,
                    sent_at=tx.now,
                ),
            )

    def events(self, conversation: Conversation, kind: str = "") -> list[StoredEvent]:
        with self.store.read() as tx:
            events = read_events(tx, conversation.id)
        return [event for event in events if not kind or event.type == kind]

    def officer(self, name: str = "ani") -> Account:
        with self.store.write() as tx:
            return create_account(tx, name, "kata-sandi-panjang", "petugas")

    def desk(self, officer: Account) -> Desk:
        return Desk(self.store, self.assets, officer, lambda: f"HK-{next(self.tickets):08d}")


@pytest.fixture
def fixture(store: Store, assets: Assets, clock: StillClock) -> Fixture:
    return Fixture(store, assets, clock)


def test_question_is_answered_once_with_its_trail(fixture: Fixture) -> None:
    conversation = fixture.conversation()
    fixture.receive(conversation, "m1", "min brp org")
    assert fixture.gateway().take_turn(conversation.id) == "turn-1"
    assert fixture.gateway().take_turn(conversation.id) is None
    events = fixture.events(conversation)
    assert [event.type for event in events] == ["user", "understood", "decided", "bot"]
    assert [event.seq for event in events] == [1, 2, 3, 4]
    assert {event.turn_id for event in events[1:]} == {"turn-1"}
    assert events[2].data["bundle"] == "v1"
    assert LABEL in events[2].data["answers"]
    assert events[3].content is not None
    assert "9 orang" in events[3].content["text"]
    with fixture.store.read() as tx:
        assert [row["turn"] for row in list_outbox(tx)] == ["turn-1"]


def test_skeletons_hold_nothing_that_the_resident_wrote(fixture: Fixture) -> None:
    conversation = fixture.conversation()
    secret = "rahasia dapur 081234567890"
    fixture.receive(conversation, "m1", secret)
    fixture.gateway().take_turn(conversation.id)
    assert not [event for event in fixture.events(conversation) if "rahasia" in str(event.data)]
    assert not [event for event in fixture.events(conversation) if "0812" in str(event.data)]


def test_message_that_arrives_during_the_turn_gets_the_next_one(fixture: Fixture) -> None:
    conversation = fixture.conversation()
    fixture.receive(conversation, "m1", "satu")
    fixture.model.before = lambda: fixture.receive(conversation, "m2", "dua")
    assert fixture.gateway().take_turn(conversation.id) == "turn-1"
    fixture.model.before = lambda: None
    with fixture.store.read() as tx:
        assert [message.channel_message_id for message in unprocessed(tx, conversation.id)] == [
            "m2"
        ]
    assert fixture.gateway().take_turn(conversation.id) == "turn-2"


def test_two_workers_with_the_same_messages_make_one_turn(fixture: Fixture) -> None:
    conversation = fixture.conversation()
    fixture.receive(conversation, "m1", "satu")
    rival = replace(fixture, model=StubModel())
    won: list[str | None] = []
    fixture.model.before = lambda: won.append(rival.gateway().take_turn(conversation.id))
    assert fixture.gateway().take_turn(conversation.id) is None
    assert won == ["turn-1"]
    assert len(fixture.events(conversation, "bot")) == 1


def test_claim_during_the_turn_silences_the_bot(fixture: Fixture) -> None:
    conversation = fixture.conversation()
    fixture.model.label = "minta_cs"
    fixture.receive(conversation, "m1", "chat dengan CS")
    fixture.gateway().take_turn(conversation.id)
    with fixture.store.read() as tx:
        (case,) = waiting_cases(tx)
    desk = fixture.desk(fixture.officer())
    fixture.model.label = LABEL
    fixture.receive(conversation, "m2", "min brp org")
    before = len(fixture.events(conversation, "bot"))
    fixture.model.before = lambda: desk.claim(case.id) and None
    assert fixture.gateway().take_turn(conversation.id) is None
    fixture.model.before = lambda: None
    assert fixture.gateway().take_turn(conversation.id) is not None
    assert len(fixture.events(conversation, "bot")) == before
    assert fixture.events(conversation, "decided")[-1].data["decision"] == "silent"


def test_bot_is_silent_until_the_officer_hands_back(fixture: Fixture) -> None:
    conversation = fixture.conversation()
    fixture.receive(conversation, "m1", "chat dengan CS")
    fixture.gateway().take_turn(conversation.id)
    with fixture.store.read() as tx:
        (case,) = waiting_cases(tx)
    desk = fixture.desk(fixture.officer())
    desk.claim(case.id)
    desk.reply(case.id, "Selamat pagi, ada yang bisa kami bantu?")
    fixture.receive(conversation, "m2", "min brp org")
    fixture.gateway().take_turn(conversation.id)
    kinds = [
        event.type for event in fixture.events(conversation) if event.type in ("bot", "officer")
    ]
    assert kinds == ["bot", "officer"]
    desk.resolve(case.id, outcome=Outcome.ANSWERED)
    fixture.receive(conversation, "m3", "min brp org")
    fixture.gateway().take_turn(conversation.id)
    kinds = [
        event.type for event in fixture.events(conversation) if event.type in ("bot", "officer")
    ]
    assert kinds == ["bot", "officer", "bot"]


def test_reply_of_a_foreign_officer_is_refused(fixture: Fixture) -> None:
    conversation = fixture.conversation()
    fixture.receive(conversation, "m1", "chat dengan CS")
    fixture.gateway().take_turn(conversation.id)
    with fixture.store.read() as tx:
        (case,) = waiting_cases(tx)
    fixture.desk(fixture.officer("ani")).claim(case.id)
    with pytest.raises(CaseConflictError):
        fixture.desk(fixture.officer("budi")).reply(case.id, "halo")
    assert fixture.events(conversation, "officer") == []


def test_reply_sent_twice_with_one_key_is_one_message(fixture: Fixture) -> None:
    conversation = fixture.conversation()
    fixture.receive(conversation, "m1", "chat dengan CS")
    fixture.gateway().take_turn(conversation.id)
    with fixture.store.read() as tx:
        (case,) = waiting_cases(tx)
    desk = fixture.desk(fixture.officer())
    desk.claim(case.id)
    first, second = (desk.reply(case.id, "halo", key="k1") for _ in range(2))
    assert first.id == second.id
    assert len(fixture.events(conversation, "officer")) == 1


def test_unsure_turn_is_on_the_list_to_look_at(fixture: Fixture) -> None:
    conversation = fixture.conversation()
    fixture.model.confidence = 0.1
    fixture.receive(conversation, "m1", "anu yang itu lho")
    fixture.gateway().take_turn(conversation.id)
    with fixture.store.read() as tx:
        (item,) = attention_list(tx)
        assert item.conversation == conversation.id
        assert open_case_of(tx, conversation.id) is None


def test_turn_that_keeps_failing_goes_to_a_person_and_loses_nothing(fixture: Fixture) -> None:
    conversation = fixture.conversation()

    def burst() -> None:
        raise ZeroDivisionError

    fixture.model.before = burst
    fixture.receive(conversation, "m1", "min brp org")
    taken = [fixture.gateway().take_turn(conversation.id) for _ in range(MAX_ATTEMPTS)]
    assert taken[:-1] == [None] * (MAX_ATTEMPTS - 1)
    assert taken[-1] is not None
    with fixture.store.read() as tx:
        case = latest_case(tx, conversation.id)
        assert unprocessed(tx, conversation.id) == []
    assert case is not None
    assert (case.state, case.reason) == (CaseState.WAITING, "gangguan")
    assert case.ticket in str(fixture.events(conversation, "bot")[-1].content)


def test_tracker_from_snapshot_equals_tracker_from_the_whole_log(fixture: Fixture) -> None:
    conversation = fixture.conversation()
    for number in range(SNAPSHOT_EVERY // 2):
        fixture.receive(conversation, f"m{number}", "min brp org")
        fixture.gateway().take_turn(conversation.id)
    with fixture.store.read() as tx:
        assert load_snapshot(tx, conversation.id) is not None
        from_snapshot = load_tracker(tx, conversation.id)
        whole = Tracker.empty()
        for event in read_events(tx, conversation.id):
            whole = whole.apply(event.type, event.data, event.content, event.at)
    assert from_snapshot.to_state() == whole.to_state()


def test_worker_answers_what_waited_before_it_started(fixture: Fixture, clock: StillClock) -> None:
    conversations = [fixture.conversation(f"warga-{number}") for number in range(3)]
    for conversation in conversations:
        fixture.receive(conversation, f"m-{conversation.id}", "min brp org")
    gateway = fixture.gateway()
    worker = Worker(
        name="w1",
        store=fixture.store,
        wakeups=PollingWakeups(sleep=lambda _seconds: None),
        calendar=Calendar(),
        current_bundle=lambda: gateway.bundle,
        new_ticket=gateway.new_ticket,
        new_turn_id=gateway.new_turn_id,
        behind_the_log=lambda: None,
    )
    assert worker.work_once() == 3
    assert worker.work_once() == 0
    for conversation in conversations:
        assert len(fixture.events(conversation, "bot")) == 1


def test_case_opened_meanwhile_is_not_doubled_and_its_ticket_is_the_one_told(
    fixture: Fixture,
) -> None:
    conversation = fixture.conversation()

    def open_one() -> None:
        with fixture.store.write() as tx:
            open_case(
                tx,
                conversation.id,
                reason="gagal_kirim",
                ticket="HK-LAIN-0001",
                card={},
                actor="timer",
            )

    fixture.model = StubModel(label="minta_cs", before=open_one)
    fixture.receive(conversation, "m1", "sambungin dong ke yang bisa jawab")
    assert fixture.gateway().take_turn(conversation.id) is None
    fixture.model.before = lambda: None
    assert fixture.gateway().take_turn(conversation.id) is not None
    assert "HK-LAIN-0001" in str(fixture.events(conversation, "bot")[-1].content)
    assert len(fixture.events(conversation, "case_opened")) == 1


def test_erasing_on_request_leaves_the_skeleton_and_the_farewell_only(fixture: Fixture) -> None:
    conversation = fixture.conversation()
    fixture.receive(conversation, "m1", "nama saya Asep, min brp org")
    fixture.gateway().take_turn(conversation.id)
    fixture.model.label = "hapus_data"
    fixture.receive(conversation, "m2", "tolong hapus data saya")
    fixture.gateway().take_turn(conversation.id)
    fixture.model.label = "setuju"
    fixture.receive(conversation, "m3", "ya")
    fixture.gateway().take_turn(conversation.id)
    events = fixture.events(conversation)
    assert "Asep" not in str([event.content for event in events])
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert events[-1].content is not None
    with fixture.store.read() as tx:
        assert unprocessed(tx, conversation.id) == []


def test_a_resident_who_says_soon_that_it_is_not_solved_is_back_in_the_queue(
    fixture: Fixture,
) -> None:
    conversation = fixture.conversation()
    fixture.receive(conversation, "m1", "mau chat dengan CS")
    fixture.gateway().take_turn(conversation.id)
    with fixture.store.read() as tx:
        (case,) = waiting_cases(tx)
    desk = fixture.desk(fixture.officer())
    desk.claim(case.id)
    desk.resolve(case.id, outcome=Outcome.ANSWERED)
    closing = fixture.events(conversation, "system")[-1]
    assert {"title": "Belum selesai", "payload": "/minta_cs"} in closing.data["buttons"]
    fixture.receive(conversation, "m2", "pak, masalah saya belum selesai")
    fixture.gateway().take_turn(conversation.id)
    with fixture.store.read() as tx:
        (again,) = waiting_cases(tx)
    assert (again.id, again.reason) == (case.id + 1, "dibuka_lagi")
    assert fixture.events(conversation, "case_opened")[-1].data["reopens"] == case.ticket


def test_not_solved_without_a_closed_case_is_an_ordinary_message(fixture: Fixture) -> None:
    conversation = fixture.conversation()
    fixture.receive(conversation, "m1", "izin saya belum selesai")
    fixture.gateway().take_turn(conversation.id)
    with fixture.store.read() as tx:
        assert waiting_cases(tx) == []


def test_the_promise_begins_with_the_announcement_while_officers_are_switched_off(
    fixture: Fixture,
) -> None:
    boss = fixture.officer("bos")
    with fixture.store.write() as tx:
        set_service_toggle(tx, off=True, announcement="Listrik kantor padam.", account_id=boss.id)
    conversation = fixture.conversation()
    fixture.receive(conversation, "m1", "mau chat dengan CS")
    fixture.gateway().take_turn(conversation.id)
    said = fixture.events(conversation, "bot")[0].content
    assert said is not None
    assert said["text"].startswith("Listrik kantor padam.")
    assert "hari ini sampai pukul" not in said["text"]
    fixture.receive(conversation, "m2", "min brp org")
    fixture.gateway().take_turn(conversation.id)
    with fixture.store.read() as tx:
        assert waiting_cases(tx) == []


def test_the_promise_tells_the_place_and_a_computed_time(fixture: Fixture) -> None:
    officer = fixture.officer()
    desk = fixture.desk(officer)
    for number in range(6):
        conversation = fixture.conversation(f"dulu-{number}")
        fixture.receive(conversation, f"d{number}", "mau chat dengan CS")
        fixture.gateway().take_turn(conversation.id)
        if number == 5:
            break
        with fixture.store.read() as tx:
            (case,) = waiting_cases(tx)
        desk.claim(case.id)
        fixture.clock.advance(minutes=10)
        desk.resolve(case.id, outcome=Outcome.ANSWERED)
    conversation = fixture.conversation("baru")
    fixture.receive(conversation, "b1", "mau chat dengan CS")
    fixture.gateway().take_turn(conversation.id)
    said = str(fixture.events(conversation, "bot")[-1].content)
    # 09.50, two before an officer is free, ten minutes each.
    assert "Urutan Anda sekarang ke-2." in said
    assert "sekitar 20 menit" in said
    assert "pukul 10.10 WIB" in said


def test_a_ticket_of_elsewhere_is_told_with_the_phones_last_digits(fixture: Fixture) -> None:
    other = fixture.conversation("lain")
    with fixture.store.write() as tx:
        open_case(
            tx,
            other.id,
            reason="diminta",
            ticket="HK-7QXM-9RAE",
            card={"slots": {"no_hp": "081234567890"}},
            actor="bot",
        )
    conversation = fixture.conversation()
    fixture.model.label = "cek_tiket"
    for number, (text, told) in enumerate(
        (
            ("cek tiket HK-7QXM-9RAE 7890", True),
            ("cek tiket HK-7QXM-9RAE 7891", False),
            ("cek tiket HK-7QXM-9RAE", False),
        )
    ):
        fixture.receive(conversation, f"t{number}", text)
        fixture.gateway().take_turn(conversation.id)
        said = str(fixture.events(conversation, "bot")[-1].content)
        assert ("HK-7QXM-9RAE: menunggu petugas" in said) is told
        assert ("empat angka terakhir" in said) is not told
        assert "Urutan" not in said
